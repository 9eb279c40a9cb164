"""The ledger's laws: each promise has one row, decided once, by compare-and-swap.

The sweep and every verb settle an incident's ledger through :func:`settle`, so the rows come out the same
whether the engine ran every 15 seconds or once after an outage.
"""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, F, Max, Value, When
from django.db.models.functions import Coalesce

from contacts import outbox
from contacts.models import OutgoingMessage, User
from incidents import permissions, timeline
from incidents.locking import locked
from incidents.models import Deadline, DeadlineQuerySet, Incident, InvalidTransition, StakeholderNotice, TimelineEntry

Kind = Deadline.Kind
MISSED = Value("missed")
PROMISE = TimelineEntry.Kind.PROMISE
#: Review and post-mortem promises are swept by the app that owns their letters.
OWN_KINDS = (Kind.ACKNOWLEDGE, Kind.RESTORE, Kind.STATUS_UPDATE, Kind.STAKEHOLDER_NOTICE)


def topic(deadline: Deadline) -> str:
    """What withdraws the letters about this promise."""
    return f"deadline:{deadline.pk}"


def start(
    incident: Incident,
    kind: Kind,
    *,
    clock: datetime,
    within: timedelta | None,
    sequence: int = 0,
    label: str = "",
    kept_at: datetime | None = None,
) -> Deadline | None:
    """Start one promise; no due time means no promise. ``kept_at`` marks one that is kept already."""
    if within is None:
        return None
    deadline = planned(incident, kind, clock=clock, within=within, sequence=sequence, label=label)
    if kept_at is not None:
        is_late = kept_at > deadline.due_at
        deadline.kept_at, deadline.first_verdict = kept_at, "missed" if is_late else "met"
        deadline.breached_at, deadline.noticed_at = (deadline.due_at, kept_at) if is_late else (None, None)
    deadline.save()
    return deadline


def planned(
    incident: Incident, kind: Kind, *, clock: datetime, within: timedelta, sequence: int = 0, label: str = ""
) -> Deadline:
    """The row of a promise, not yet written."""
    due_at = clock + within
    return Deadline(
        incident=incident,
        kind=kind,
        label=label,
        epoch=incident.epoch,
        sequence=sequence,
        clock_started_at=clock,
        due_at=due_at,
        warn_at=due_at - incident.warning_lead(within),
    )


def settle(incident: Incident, *, at: datetime, rows: DeadlineQuerySet | None = None) -> list[Deadline]:
    """Break every promise of this app (or those of ``rows``) past due at ``at``; returns what this call broke.

    A broken slot of the update cadence starts the next one an interval later, until one lies after ``at``.
    """
    for notice in StakeholderNotice.objects.filter(deadline__in=incident.deadlines.overdue(at=at)):
        keep_notice(notice, now=at)
    broken = []
    for deadline in incident.deadlines.overdue(at=at).filter(kind__in=OWN_KINDS) if rows is None else rows:
        deadline.incident = incident
        if not breach(deadline, now=at):
            continue
        broken.append(deadline)
        if deadline.kind == Kind.STATUS_UPDATE:
            broken += break_following_slots(incident, deadline, now=at)
    return broken


@transaction.atomic
def breach(deadline: Deadline, *, now: datetime, at: datetime | None = None) -> bool:
    """Decide that the promise broke, at its due time unless ``at`` is earlier; True if this call decided it."""
    broke_at = min(at or deadline.due_at, deadline.due_at)
    decided = (
        Deadline.objects.open()
        .filter(pk=deadline.pk)
        .update(
            breached_at=broke_at,
            noticed_at=now,
            first_verdict=Case(When(first_verdict="", then=MISSED), default=F("first_verdict")),
        )
    )
    if decided:
        deadline.refresh_from_db()
        timeline.record(deadline.incident, PROMISE, f"Missed: {words(deadline)}", by=None, at=broke_at, now=now)
    return bool(decided)


def break_following_slots(incident: Incident, first: Deadline, *, now: datetime) -> list[Deadline]:
    """Write the cadence after a broken slot: the slots that are past as missed, then the open one.

    They are written in batches: a forgotten incident has thousands.
    """
    every = incident.update_every
    if every is None:
        return []
    missed = []
    clock, sequence = first.due_at, first.sequence + 1
    while clock + every < now:
        slot = planned(incident, Kind.STATUS_UPDATE, clock=clock, within=every, sequence=sequence)
        slot.breached_at, slot.noticed_at, slot.first_verdict = slot.due_at, now, "missed"
        missed.append(slot)
        clock, sequence = clock + every, sequence + 1
    Deadline.objects.bulk_create(missed, batch_size=500)
    timeline.record_missed(incident, [(f"Missed: {words(slot)}", slot.due_at) for slot in missed], now=now)
    start(incident, Kind.STATUS_UPDATE, clock=clock, within=every, sequence=sequence)
    return missed


def start_next_slot(incident: Incident, *, clock: datetime) -> Deadline | None:
    """Start the next slot of the update cadence, an interval after ``clock``."""
    last = incident.deadlines.filter(kind=Kind.STATUS_UPDATE, epoch=incident.epoch).order_by("-sequence").first()
    sequence = last.sequence + 1 if last else 0
    return start(incident, Kind.STATUS_UPDATE, clock=clock, within=incident.update_every, sequence=sequence)


def miss_acknowledgement(incident: Incident, *, now: datetime, at: datetime | None) -> None:
    """Resolved at ``at`` before anybody acknowledged: an acknowledgement still open can never be kept."""
    for deadline in incident.deadlines.open().filter(kind=Kind.ACKNOWLEDGE):
        breach(deadline, now=now, at=at)
    supersede(incident, Kind.ACKNOWLEDGE, reason="The incident was resolved.", at=now)


@transaction.atomic
def keep(deadline: Deadline, *, at: datetime, by: User | None) -> bool:
    """Write that the promise was kept at ``at``; True if this call did, False if it was settled before."""
    late = at > deadline.due_at
    first = MISSED if late else Value("met")
    decided = (
        Deadline.objects.unsettled()
        .filter(pk=deadline.pk)
        .update(
            kept_at=at,
            kept_by=by,
            first_verdict=Case(When(first_verdict="", then=first), default=F("first_verdict")),
            breached_at=Coalesce(F("breached_at"), Value(deadline.due_at)) if late else F("breached_at"),
            noticed_at=Coalesce(F("noticed_at"), Value(at)) if late else F("noticed_at"),
        )
    )
    if decided:
        deadline.refresh_from_db()
        outbox.withdraw(topic=topic(deadline), reason="the promise has been kept meanwhile.", now=at)
    return bool(decided)


def keep_notice(notice: StakeholderNotice, *, now: datetime) -> bool:
    """Keep a notice once every letter of it is settled and at least one was handed over, at the last hand-over."""
    letters = OutgoingMessage.objects.filter(incident_message__notice=notice)
    if letters.exclude(pk__in=letters.settled().values("pk")).exists():
        return False
    sent = letters.filter(state=OutgoingMessage.State.SENT)
    last = sent.aggregate(at=Max("sent_at"))["at"]
    if last is None or not keep(notice.deadline, at=last, by=None):
        return False
    text = f"{notice.audience} told: {sent.count()} letters handed over."
    timeline.record(notice.incident, TimelineEntry.Kind.NOTICE, text, by=None, at=last, now=now)
    return True


def keep_current(incident: Incident, kind: Kind, *, at: datetime, by: User | None) -> Deadline | None:
    """Keep the unsettled promise of ``kind``, be it late; a missed slot of the cadence is past keeping."""
    rows = incident.deadlines.unsettled().filter(kind=kind)
    if kind == Kind.STATUS_UPDATE:
        rows = rows.open()
    deadline = rows.order_by("-epoch", "-sequence").first()
    return deadline if deadline is not None and keep(deadline, at=at, by=by) else None


def supersede(incident: Incident, *kinds: Kind, reason: str, at: datetime) -> int:
    """Lay down the unsettled promises of these kinds (all kinds if none is named); a broken one stays missed."""
    rows = incident.deadlines.unsettled()
    if kinds:
        rows = rows.filter(kind__in=kinds)
    for deadline in rows:
        outbox.withdraw(topic=topic(deadline), reason=reason, now=at)
    return rows.update(superseded_at=at, superseded_reason=reason)


@transaction.atomic
def waive(deadline: Deadline, *, reason: str, by: User, now: datetime) -> Deadline:
    """Lay down one promise, by a person, for a reason; one past due is missed first.

    Raises InvalidTransition if it is settled already, ValidationError without a reason.
    """
    incident = locked(deadline.incident)
    permissions.require(by, "waive", incident)
    if not reason.strip():
        raise ValidationError({"reason": "Say why it need not be kept."})
    settle(incident, at=now)
    settle(incident, at=now, rows=Deadline.objects.overdue(at=now).filter(pk=deadline.pk))
    waived = (
        Deadline.objects.unsettled()
        .filter(pk=deadline.pk)
        .update(waived_at=now, waived_by=by, waive_reason=reason.strip())
    )
    if not waived:
        raise InvalidTransition(f"“{deadline}” is settled already and cannot be waived.")
    outbox.withdraw(topic=topic(deadline), reason="the promise has been waived.", now=now)
    timeline.record(deadline.incident, PROMISE, f"Waived: {words(deadline)}. {reason}", by=by, at=now)
    deadline.refresh_from_db()
    return deadline


def claim_warning(deadline: Deadline, *, now: datetime) -> bool:
    """Take the one due-soon letter of a promise; True if it is this caller's to write."""
    return bool(Deadline.objects.due_soon(at=now).filter(pk=deadline.pk).update(warned_at=now))


def words(deadline: Deadline) -> str:
    """The promise as the timeline names it; times are UTC."""
    return f"{deadline}, due {deadline.due_at:%Y-%m-%d %H:%M} UTC"
