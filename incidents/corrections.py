"""Correcting a milestone: the old value stays in the record, verdicts are reckoned anew."""

from datetime import datetime
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db import transaction

from contacts.models import User
from incidents import deadlines, permissions, timeline
from incidents.declaring import OLDEST_DETECTION, OLDEST_IMPACT
from incidents.locking import locked
from incidents.models import Deadline, Incident, MilestoneChange, TimelineEntry

Kind = Deadline.Kind
Milestone = Incident.Milestone
CLOCKS = {
    Milestone.DETECTED: (Kind.ACKNOWLEDGE, Kind.RESTORE),
    Milestone.DECLARED: (Kind.STAKEHOLDER_NOTICE,),
    Milestone.RESOLVED: (Kind.REVIEW, Kind.POST_MORTEM),
}
KEPT_BY = {Milestone.ACKNOWLEDGED: Kind.ACKNOWLEDGE, Milestone.RESTORED: Kind.RESTORE}


@transaction.atomic
def correct_milestone(
    incident: Incident, *, milestone: Incident.Milestone, value: datetime, reason: str, by: User | None, now: datetime
) -> Incident:
    """Replace a time that was recorded wrongly. A milestone that has not been reached is not corrected but done.

    Raises ValidationError beside the field for a time that is impossible.
    """
    incident = locked(incident)
    permissions.require(by, "correct_milestone", incident)
    milestone = Milestone(milestone)
    old = getattr(incident, milestone.value)
    check(incident, milestone, value, reason=reason, now=now)
    deadlines.settle(incident, at=now)
    timeline.set_milestone(
        incident, milestone, value, source=MilestoneChange.Source.CORRECTED, by=by, now=now, reason=reason.strip()
    )
    if milestone == Milestone.RESTORED:
        incident.is_restored_assumed = False
    incident.full_clean(exclude=["number"])
    incident.save(update_fields=[milestone.value, "is_restored_assumed"])
    reckon_anew(incident, milestone, old, value)
    before = f"{old:%Y-%m-%d %H:%M}" if old else "not recorded"
    text = f"{milestone.label} corrected from {before} to {value:%Y-%m-%d %H:%M} UTC: {reason.strip()}"
    timeline.record(incident, TimelineEntry.Kind.MILESTONE, text, by=by, at=now)
    deadlines.settle(incident, at=now)
    return incident


def check(incident: Incident, milestone: Incident.Milestone, value: datetime, *, reason: str, now: datetime) -> None:
    """Reached already, not in the future, with a reason, and in the order of the milestones."""
    if not reason.strip():
        raise ValidationError({"reason": "Say why; the old time stays in the record beside it."})
    if value == getattr(incident, milestone.value):
        raise ValidationError({"value": "This is the time that is recorded already."})
    if value > now:
        raise ValidationError({"value": "This is in the future. Give the time at which it happened."})
    oldest = OLDEST_IMPACT if milestone == Milestone.IMPACT_STARTED else OLDEST_DETECTION
    if value < (incident.declared_at or now) - oldest:
        raise ValidationError({"value": f"This is long before {incident.number} was declared. Check the date."})
    if getattr(incident, milestone.value) is None and milestone != Milestone.IMPACT_STARTED:
        raise ValidationError(
            {"milestone": f"{milestone.label} has not been reached, so there is nothing to correct."}
        )
    times = {each: getattr(incident, each.value) for each in Milestone} | {milestone: value}
    order = [each for each in Milestone if each not in {Milestone.ACKNOWLEDGED, Milestone.CONTAINED}]
    known = [(each, times[each]) for each in order if times[each] is not None]
    for (first, earlier), (second, later) in pairwise(known):
        if later < earlier and milestone in {first, second}:
            raise ValidationError(
                {"value": f"{second.label} ({later:%Y-%m-%d %H:%M} UTC) would lie before {first.label.lower()} "
                          f"({earlier:%Y-%m-%d %H:%M} UTC)."}
            )  # fmt: skip
    detected = times[Milestone.DETECTED]
    for each in (Milestone.ACKNOWLEDGED, Milestone.CONTAINED):
        if milestone in {each, Milestone.DETECTED} and times[each] and detected and times[each] < detected:
            raise ValidationError({"value": f"{each.label} would lie before detection."})


def reckon_anew(incident: Incident, milestone: Incident.Milestone, old: datetime | None, value: datetime) -> None:
    """Move clocks and keeping times that follow from the milestone; the first verdict stays."""
    for deadline in incident.deadlines.filter(kind__in=CLOCKS.get(milestone, ())):
        if deadline.clock_started_at != old:
            continue
        shift = value - deadline.clock_started_at
        deadline.clock_started_at = value
        deadline.due_at += shift
        deadline.warn_at = deadline.warn_at + shift if deadline.warn_at else None
        write(deadline)
    if milestone in KEPT_BY:
        for deadline in incident.deadlines.filter(kind=KEPT_BY[milestone], kept_at=old):
            deadline.kept_at = value
            write(deadline)


def write(deadline: Deadline) -> None:
    """Save the moved row. What is not past due any more is no longer broken, whatever its first verdict was."""
    if deadline.kept_at is None and deadline.breached_at is not None and deadline.noticed_at is not None:
        still_broken = deadline.due_at < deadline.noticed_at or not deadline.is_unsettled
    else:
        still_broken = deadline.kept_at is not None and deadline.kept_at > deadline.due_at
    if still_broken:
        deadline.breached_at = deadline.due_at
        deadline.noticed_at = deadline.noticed_at or deadline.kept_at
    else:
        deadline.breached_at = deadline.noticed_at = None
    deadline.save(update_fields=["clock_started_at", "due_at", "warn_at", "kept_at", "breached_at", "noticed_at"])
