"""From a date and a time of day in somebody's zone to UTC, and back to words."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def to_utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of ``at`` on ``day`` in ``zone``.

    A time that a clock change skips is moved forward by the size of the gap; one that
    occurs twice means the first occurrence (``fold=0``).
    """
    return datetime.combine(day, at, zone).astimezone(UTC)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last microsecond of ``day`` in ``zone``, as UTC."""
    return to_utc(day + timedelta(days=1), time(0), zone) - timedelta(microseconds=1)


def next_weekday(after: datetime, weekday: int, hour: int, zone: ZoneInfo) -> datetime:
    """The first ``weekday`` (Monday is 0) at ``hour`` o'clock in ``zone`` strictly later than ``after``, as UTC."""
    day = after.astimezone(zone).date()
    day += timedelta(days=(weekday - day.weekday()) % 7)
    found = to_utc(day, time(hour), zone)
    return found if found > after else to_utc(day + timedelta(days=7), time(hour), zone)


def in_words(length: timedelta) -> str:
    """A duration as people say it: ``1 h 12 min``, ``3 days``, ``45 s``."""
    seconds = int(abs(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    days, rest = divmod(seconds, 86_400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    parts = [
        f"{days} day{'s' if days != 1 else ''}" if days else "",
        f"{hours} h" if hours else "",
        f"{minutes} min" if minutes and days < 2 else "",
    ]
    return " ".join(part for part in parts if part)


def say(at: datetime, zone: ZoneInfo) -> str:
    """An instant as a letter says it, with its zone: ``Tue 9 Jun 2026, 14:44 CEST``."""
    local = at.astimezone(zone)
    name = local.tzname() or zone.key
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} {name if name.isalpha() else zone.key}"
