"""What the engine does for incidents: take note of letters, break promises, warn, escalate.

Each step drives itself from an indexed set of open rows and takes one short transaction a row:

1. Fates: a letter that was sent, failed or suppressed is noted once; a notice is kept when all its letters
   are settled and one was sent; a failed escalation moves on to the next level at once.
2. Promises past due break, by compare-and-swap; one letter per person says so, however many slots were missed.
3. Promises about to be due are warned about once.
4. Levels of the escalation path that are due fire.
"""

from datetime import datetime
from functools import partial

from django.db import transaction

from contacts.models import OutgoingMessage
from incidents import deadlines, emails, escalations, recipients, timeline
from incidents.locking import locked
from incidents.models import Deadline, Escalation, Incident, IncidentMessage, TimelineEntry
from portal.common.row_by_row import each

BATCH = 500
State = OutgoingMessage.State
Kind = Deadline.Kind


def sweep(*, now: datetime) -> int:
    """Do everything that is due for incidents at ``now``; returns how many rows were decided."""
    return each((note_fates, break_overdue, warn, escalate), lambda step: step(now=now))


def note_fates(*, now: datetime) -> int:
    """Take note of settled letters."""
    unnoted = IncidentMessage.objects.filter(
        noted_at__isnull=True, message__state__in=[State.SENT, State.FAILED, State.SUPPRESSED, State.MERGED]
    ).select_related("message__contact", "incident__severity", "escalation", "notice__deadline")
    return each(unnoted[:BATCH], partial(note_fate, now=now))


@transaction.atomic
def note_fate(link: IncidentMessage, *, now: datetime) -> bool:
    link.incident = locked(link.incident)
    if not IncidentMessage.objects.filter(pk=link.pk, noted_at__isnull=True).update(noted_at=now):
        return False
    message = link.message
    at = message.settled_at or now
    if message.state == State.FAILED:
        text = f"Letter to {message.contact} failed: {message.reason}"
        timeline.record(link.incident, TimelineEntry.Kind.LETTER, text, by=None, at=at, now=now)
        move_on(link, now=now)
    if link.notice is not None:
        deadlines.keep_notice(link.notice, now=now)
    return True


def move_on(link: IncidentMessage, *, now: datetime) -> None:
    """A level whose letter failed gives way to the next at once, while nobody has acknowledged."""
    asks = link.purpose in {IncidentMessage.Purpose.ESCALATION, IncidentMessage.Purpose.DECLARED}
    if not asks or link.incident.acknowledged_at is not None or not link.incident.is_ongoing:
        return
    following = escalations.next_waiting(link.incident)
    if following is not None:
        escalations.fire(following, now=now)


def break_overdue(*, now: datetime) -> int:
    """Break every promise past due and write one letter per incident, kind and person."""
    overdue = Deadline.objects.overdue(at=now).filter(kind__in=deadlines.OWN_KINDS)
    incidents = Incident.objects.filter(pk__in=overdue.order_by().values("incident"))
    return each(incidents.order_by("pk")[:BATCH], partial(break_one, now=now))


@transaction.atomic
def break_one(incident: Incident, *, now: datetime) -> int:
    incident = locked(incident)
    overdue = Deadline.objects.overdue(at=now).filter(incident=incident, kind__in=deadlines.OWN_KINDS)
    broken = deadlines.settle(incident, at=now, rows=overdue)
    for kind in deadlines.OWN_KINDS:
        group = [deadline for deadline in broken if deadline.kind == kind]
        if kind == Kind.STAKEHOLDER_NOTICE:
            for deadline in group:
                write_missed([deadline], now=now)
        elif group:
            write_missed(group, now=now)
    return len(broken)


def write_missed(group: list[Deadline], *, now: datetime) -> None:
    latest = group[-1]
    emails.send(
        incident=latest.incident,
        contacts=recipients.for_deadline(latest, at=now),
        letter=partial(emails.missed, group, now=now),
        purpose=IncidentMessage.Purpose.MISSED,
        key=f"missed:{latest.pk}",
        now=now,
        topic=deadlines.topic(latest),
        deadline=latest,
        is_mergeable=True,
    )


def warn(*, now: datetime) -> int:
    """Write the one due-soon letter of each promise that has come within its lead."""
    soon = Deadline.objects.due_soon(at=now).filter(kind__in=deadlines.OWN_KINDS).select_related("incident__severity")
    return each(soon.order_by("warn_at")[:BATCH], partial(warn_one, now=now))


@transaction.atomic
def warn_one(deadline: Deadline, *, now: datetime) -> bool:
    deadline.incident = locked(deadline.incident)
    if not deadlines.claim_warning(deadline, now=now):
        return False
    emails.send(
        incident=deadline.incident,
        contacts=recipients.for_deadline(deadline, at=now),
        letter=partial(emails.due_soon, deadline, now=now),
        purpose=IncidentMessage.Purpose.DUE_SOON,
        key=f"due_soon:{deadline.pk}",
        now=now,
        topic=deadlines.topic(deadline),
        deadline=deadline,
        is_mergeable=True,
    )
    return True


def escalate(*, now: datetime) -> int:
    """Fire the levels that are due."""
    due = Escalation.objects.due(at=now).select_related("incident__severity").order_by("due_at", "level")
    return each(due[:BATCH], partial(escalations.fire, now=now))
