"""Writes to the timeline, in the transaction of the change it tells of."""

from datetime import datetime

from contacts.models import User
from incidents.models import Incident, MilestoneChange, TimelineEntry


def record(
    incident: Incident,
    kind: TimelineEntry.Kind,
    text: str,
    *,
    by: User | None,
    at: datetime,
    now: datetime | None = None,
) -> TimelineEntry:
    """Say what happened at ``at``; ``now`` is when it was written down, if later."""
    return TimelineEntry.objects.create(
        incident=incident, kind=kind, text=text, by=by, at=at, recorded_at=now if now is not None else at
    )


def record_missed(incident: Incident, said: list[tuple[str, datetime]], *, now: datetime) -> None:
    """Say of many promises at once that they were missed: the words, and when each broke."""
    TimelineEntry.objects.bulk_create(
        [
            TimelineEntry(incident=incident, kind=TimelineEntry.Kind.PROMISE, text=text, at=at, recorded_at=now)
            for text, at in said
        ],
        batch_size=500,
    )


def set_milestone(
    incident: Incident,
    milestone: Incident.Milestone,
    value: datetime | None,
    *,
    source: MilestoneChange.Source,
    by: User | None,
    now: datetime,
    reason: str = "",
) -> None:
    """Set a milestone on the object (the caller saves it) and keep what it was, who set it, when and why."""
    MilestoneChange.objects.create(
        incident=incident,
        milestone=milestone,
        old_value=getattr(incident, milestone.value),
        new_value=value,
        source=source,
        reason=reason,
        changed_at=now,
        changed_by=by,
    )
    setattr(incident, milestone.value, value)
