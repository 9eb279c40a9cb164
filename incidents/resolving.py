"""Verbs that move the status: contain, recover, restore, resolve, close, withdraw, reopen."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from contacts import outbox
from contacts.models import User
from incidents import deadlines, emails, escalations, notices, permissions, timeline
from incidents.locking import locked
from incidents.models import Deadline, Incident, InvalidTransition, MilestoneChange, TimelineEntry

Kind = Deadline.Kind
Milestone = Incident.Milestone
Source = MilestoneChange.Source
STATUS = TimelineEntry.Kind.STATUS


def begin(incident: Incident, verb: str, *, by: User | None, now: datetime) -> Incident:
    """Lock the incident, check person and state, and settle the ledger up to ``now``."""
    incident = locked(incident)
    permissions.require(by, verb, incident)
    incident.require(verb)
    deadlines.settle(incident, at=now)
    return incident


def move(incident: Incident, verb: str, text: str, *, by: User | None, now: datetime) -> None:
    """Take the status the table names for ``verb``, save, and say so on the timeline."""
    incident.status = incident.TRANSITIONS[verb][1] or incident.status
    incident.save()
    timeline.record(incident, STATUS, text, by=by, at=now)


@transaction.atomic
def contain(incident: Incident, *, by: User | None, now: datetime) -> Incident:
    """The damage no longer spreads."""
    incident = begin(incident, "contain", by=by, now=now)
    timeline.set_milestone(incident, Milestone.CONTAINED, now, source=Source.RECORDED, by=by, now=now)
    move(incident, "contain", "Contained", by=by, now=now)
    return incident


@transaction.atomic
def start_recovery(incident: Incident, *, by: User | None, now: datetime) -> Incident:
    incident = begin(incident, "start_recovery", by=by, now=now)
    move(incident, "start_recovery", "Recovery started", by=by, now=now)
    return incident


@transaction.atomic
def restore(incident: Incident, *, by: User | None, now: datetime) -> Incident:
    """Service works again; the incident is still to be validated and resolved."""
    incident = begin(incident, "restore", by=by, now=now)
    if incident.restored_at is not None:
        raise InvalidTransition(f"Service was restored already, at {incident.restored_at:%H:%M} UTC.")
    timeline.set_milestone(incident, Milestone.RESTORED, now, source=Source.RECORDED, by=by, now=now)
    deadlines.keep_current(incident, Kind.RESTORE, at=now, by=by)
    move(incident, "restore", "Service restored", by=by, now=now)
    return incident


@transaction.atomic
def resolve(
    incident: Incident, *, root_cause: str = "", actions_taken: str = "", by: User | None, now: datetime
) -> Incident:
    """Validated and declared resolved; opens the review and post-mortem promises.

    Without a time of restoration that time is assumed. An acknowledgement still open is missed.
    """
    incident = begin(incident, "resolve", by=by, now=now)
    incident.root_cause = root_cause.strip() or incident.root_cause
    incident.actions_taken = actions_taken.strip() or incident.actions_taken
    if incident.restored_at is None:
        incident.is_restored_assumed = True
        timeline.set_milestone(incident, Milestone.RESTORED, now, source=Source.ASSUMED, by=by, now=now)
        deadlines.keep_current(incident, Kind.RESTORE, at=now, by=by)
    deadlines.miss_acknowledgement(incident, now=now, at=now)
    deadlines.supersede(
        incident, Kind.ACKNOWLEDGE, Kind.RESTORE, Kind.STATUS_UPDATE, reason="The incident was resolved.", at=now
    )
    timeline.set_milestone(incident, Milestone.RESOLVED, now, source=Source.RECORDED, by=by, now=now)
    move(incident, "resolve", "Resolved", by=by, now=now)
    deadlines.start(incident, Kind.REVIEW, clock=now, within=incident.review_within)
    deadlines.start(incident, Kind.POST_MORTEM, clock=now, within=incident.post_mortem_within)
    fall_silent(incident, reason="the incident has been resolved meanwhile.", now=now)
    notices.write_resolution(incident, now=now)
    return incident


def fall_silent(incident: Incident, *, reason: str, now: datetime) -> None:
    """Stop the path and take back letters that ask for a response."""
    escalations.stop(incident, now=now)
    outbox.withdraw(topic=escalations.topic(incident), reason=reason, now=now)
    outbox.withdraw(topic=emails.topic(incident), reason=reason, now=now)


def missing_for_close(incident: Incident) -> list[str]:
    """What keeps the incident from being closed; reads only the incident and its ledger."""
    missing = [f"{label} is empty" for label in incident.missing_fields()]
    unsettled = incident.deadlines.unsettled().filter(kind__in=[Kind.REVIEW, Kind.POST_MORTEM])
    missing += [f"“{deadline}” is neither kept nor waived" for deadline in unsettled]
    return missing


@transaction.atomic
def close(incident: Incident, *, by: User | None, now: datetime) -> Incident:
    """Documentation and post-mortem are done. Raises InvalidTransition with the list of what is missing."""
    incident = begin(incident, "close", by=by, now=now)
    missing = missing_for_close(incident)
    if missing:
        raise InvalidTransition(f"{incident.number} cannot be closed yet: {'; '.join(missing)}.")
    timeline.set_milestone(incident, Milestone.CLOSED, now, source=Source.RECORDED, by=by, now=now)
    move(incident, "close", "Closed", by=by, now=now)
    return incident


@transaction.atomic
def withdraw(
    incident: Incident,
    *,
    outcome: Incident.Outcome,
    reason: str,
    duplicate_of: Incident | None = None,
    by: User | None,
    now: datetime,
) -> Incident:
    """Close as a false alarm or a duplicate; it stays in the record."""
    incident = begin(incident, "withdraw", by=by, now=now)
    if outcome == Incident.Outcome.CONFIRMED:
        raise ValidationError({"outcome": "Choose false alarm or duplicate; a real incident is resolved instead."})
    if (outcome == Incident.Outcome.DUPLICATE) != (duplicate_of is not None) or duplicate_of == incident:
        raise ValidationError({"duplicate_of": "Name the other incident for a duplicate, and only then."})
    if duplicate_of is not None and duplicate_of.duplicate_of is not None:
        other = duplicate_of.duplicate_of.number
        raise ValidationError(
            {"duplicate_of": f"{duplicate_of.number} is itself a duplicate of {other}: name that one."}
        )
    if not reason.strip():
        raise ValidationError({"reason": "Say why, so that the record explains itself."})
    incident.outcome, incident.duplicate_of = outcome, duplicate_of
    deadlines.supersede(incident, reason="The incident was withdrawn.", at=now)
    timeline.set_milestone(incident, Milestone.CLOSED, now, source=Source.RECORDED, by=by, now=now)
    other = f" of {duplicate_of.number}" if duplicate_of else ""
    text = f"Withdrawn as {incident.get_outcome_display().lower()}{other}: {reason.strip()}"
    move(incident, "withdraw", text, by=by, now=now)
    fall_silent(incident, reason="the incident has been withdrawn meanwhile.", now=now)
    return incident


@transaction.atomic
def reopen(incident: Incident, *, reason: str, by: User | None, now: datetime) -> Incident:
    """Open again: earlier times are archived, review promises superseded, restore and cadence start anew."""
    incident = begin(incident, "reopen", by=by, now=now)
    if not reason.strip():
        raise ValidationError({"reason": "Say why it is opened again."})
    for milestone in (Milestone.RESTORED, Milestone.RESOLVED, Milestone.CLOSED):
        if getattr(incident, milestone.value) is not None:
            timeline.set_milestone(
                incident, milestone, None, source=Source.REOPENED, by=by, now=now, reason=reason.strip()
            )
    deadlines.settle(incident, at=now, rows=incident.deadlines.overdue(at=now))
    deadlines.supersede(incident, Kind.REVIEW, Kind.POST_MORTEM, reason="The incident was reopened.", at=now)
    incident.epoch += 1
    incident.is_restored_assumed = False
    incident.outcome, incident.duplicate_of = Incident.Outcome.CONFIRMED, None
    move(incident, "reopen", f"Reopened: {reason.strip()}", by=by, now=now)
    deadlines.start(incident, Kind.RESTORE, clock=now, within=incident.restore_within)
    deadlines.start_next_slot(incident, clock=now)
    if incident.acknowledged_at is None:
        ask_again(incident, now=now)
    return incident


def ask_again(incident: Incident, *, now: datetime) -> None:
    """Nobody had acknowledged before it was resolved or withdrawn: acknowledging and telling start anew."""
    deadlines.start(incident, Kind.ACKNOWLEDGE, clock=now, within=incident.acknowledge_within)
    notices.start_notices(incident, now=now, clock=now)
    escalations.copy_path(incident, clock=now)
