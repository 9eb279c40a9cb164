"""The only list of periodic work, kept in step with django-celery-beat's rows.

Beat is only a clock: it holds short intervals, and every due date is a row of ours.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django_celery_beat.models import IntervalSchedule, PeriodicTask

PREFIX = "portal: "


@dataclass(frozen=True)
class Entry:
    """One task, every so many seconds; a run that waited two intervals is dropped, as a newer one stands behind it."""

    name: str
    task: str
    seconds: int

    @property
    def wanted(self) -> dict[str, object]:
        """The row's columns that this list decides."""
        return {
            "task": self.task,
            "interval": interval(self.seconds),
            "crontab": None,
            "solar": None,
            "clocked": None,
            "args": "[]",
            "kwargs": "{}",
            "expires": None,
            "expire_seconds": 2 * self.seconds,
            "one_off": False,
            "start_time": None,
            "enabled": True,
        }


def entries() -> list[Entry]:
    return [
        # Decide what is due: promises kept too late, escalations, reviews and follow-ups.
        Entry(f"{PREFIX}tick", "portal.tasks.tick", settings.TICK_SECONDS),
        # Hand the letters that are due to the mail server.
        Entry(f"{PREFIX}drain", "portal.tasks.drain", settings.DRAIN_SECONDS),
    ]


def interval(seconds: int) -> IntervalSchedule:
    """Nothing makes intervals unique, so the oldest of equals is taken."""
    found = IntervalSchedule.objects.filter(every=seconds, period=IntervalSchedule.SECONDS).order_by("pk").first()
    return found or IntervalSchedule.objects.create(every=seconds, period=IntervalSchedule.SECONDS)


@transaction.atomic
def synchronise() -> int:
    """Make beat's rows say what the list says; returns how many were written or removed.

    1. A row that is missing is added, one that differs is put right; one that agrees is not touched.
    2. A row that bears the portal's prefix and left the list is removed.
    3. Rows that a person added are left alone.

    Rows are saved one by one, as beat does not notice an ``update()``.
    """
    listed = entries()
    written = sum(put_right(entry) for entry in listed)
    gone = PeriodicTask.objects.filter(name__startswith=PREFIX).exclude(name__in=[entry.name for entry in listed])
    for row in gone:
        row.delete()
        written += 1
    return written


def put_right(entry: Entry) -> bool:
    """Write the entry's row if it is missing or differs."""
    wanted = entry.wanted
    row, is_new = PeriodicTask.objects.get_or_create(name=entry.name, defaults=wanted)
    if is_new or all(getattr(row, column) == value for column, value in wanted.items()):
        return bool(is_new)
    for column, value in wanted.items():
        setattr(row, column, value)
    row.save()
    return True
