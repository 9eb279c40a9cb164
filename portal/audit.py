"""What must hold after every tick, read from open rows through indexes."""

import shutil
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from contacts.models import OutgoingMessage
from incidents.models import Deadline, Escalation, Incident
from portal.common.models import Heartbeat

OVERDUE_AFTER = timedelta(seconds=180)
UNATTEMPTED_AFTER = timedelta(seconds=300)
SILENT_AFTER = timedelta(seconds=120)
FAILURE_WINDOW = timedelta(minutes=15)
MOST_FAILED = 0.01
LEAST_FREE_DISK = 0.1
MOST_CLOCK_SKEW = timedelta(seconds=5)
State = OutgoingMessage.State
Kind = Deadline.Kind


def broken_invariants(*, now: datetime) -> list[str]:
    """Sentences about invariants that do not hold; empty is well."""
    found = []
    if Deadline.objects.overdue(at=now - OVERDUE_AFTER).exists():
        found.append("a promise is more than 180 s past due and undecided")
    if Escalation.objects.due(at=now - OVERDUE_AFTER).exists():
        found.append("a level of an escalation path is more than 180 s past due and has not fired")
    unattempted = OutgoingMessage.objects.filter(
        state=State.QUEUED, attempts=0, not_before__lt=now - UNATTEMPTED_AFTER
    )
    if unattempted.exists():
        found.append("a letter has waited more than 300 s without an attempt")
    responding = Q(kind__in=[Kind.ACKNOWLEDGE, Kind.RESTORE, Kind.STATUS_UPDATE])
    if Deadline.objects.open().filter(responding, incident__status=Incident.Status.RESOLVED).exists():
        found.append("a resolved incident has an open promise to respond")
    return found


def health(*, now: datetime) -> list[str]:
    """Everything wrong with the engine, in sentences for people; empty is healthy."""
    return [
        *silent_components(now=now),
        *last_problems(),
        *broken_invariants(now=now),
        *failed_letters(now=now),
        *wrong_clock(),
        *full_disk(),
    ]


def silent_components(*, now: datetime) -> list[str]:
    """Parts of the engine that have not completed a cycle for two minutes."""
    beats = {beat.component: beat.completed_at for beat in Heartbeat.objects.all()}
    found = []
    for component in Heartbeat.Component:
        last = beats.get(component.value)
        if last is None:
            found.append(f"{component.value} has never run")
        elif now - last > SILENT_AFTER:
            found.append(f"{component.value} last ran {int((now - last).total_seconds())} s ago")
    return found


def last_problems() -> list[str]:
    """What the last cycle of each part could not do; the invariants that it found broken are told by themselves."""
    beats = Heartbeat.objects.exclude(problem="").filter(problem__contains="failed")
    return [f"{beat.component}: {beat.problem}" for beat in beats]


def failed_letters(*, now: datetime) -> list[str]:
    """More than one letter in a hundred failed within the last 15 minutes."""
    recent = OutgoingMessage.objects.filter(settled_at__gte=now - FAILURE_WINDOW)
    failed = recent.filter(state=State.FAILED).count()
    tried = failed + recent.filter(state=State.SENT).count()
    if tried and failed / tried > MOST_FAILED:
        return [f"{failed} of {tried} letters failed within 15 minutes"]
    return []


def wrong_clock() -> list[str]:
    """Whether “now” depends on who is asked: the clocks of this machine and of the database differ."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_TIMESTAMP")
        told = cursor.fetchone()[0]
    theirs = told if isinstance(told, datetime) else datetime.fromisoformat(told).replace(tzinfo=UTC)
    apart = abs(timezone.now() - theirs)
    return [f"the database's clock is {int(apart.total_seconds())} s off"] if apart > MOST_CLOCK_SKEW else []


def full_disk() -> list[str]:
    usage = shutil.disk_usage(settings.VAR_DIR)
    return ["less than 10 % of the disk is free"] if usage.free / usage.total < LEAST_FREE_DISK else []


def database_answers() -> bool:
    """The database takes a query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())
