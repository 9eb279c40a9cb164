"""Scheduling and holding the review meeting (runbook, Incident Review Meeting).

Verbs raise InvalidTransition (the state forbids it), PermissionDenied (the person may not) or ValidationError
(bad input).
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from contacts.models import Contact, User
from incidents import deadlines, timeline
from incidents.locking import locked
from incidents.models import Incident, InvalidTransition, TimelineEntry
from postmortems import permissions
from postmortems.models import Review
from postmortems.opening import open_for


@transaction.atomic
def schedule(
    review: Review, *, scheduled_for: datetime, place: str, attendees: Iterable[Contact], by: User, now: datetime
) -> Review:
    """Set, or move, the meeting; saying the same twice changes nothing."""
    permissions.require(by, "schedule", review.incident)
    record = lock(review, now=now)
    if scheduled_for < now:
        raise ValidationError({"scheduled_for": "That time has passed: choose one to come."})
    invited = {contact.pk for contact in attendees}
    agreed = (record.status, record.scheduled_for, record.place, set(record.attendees.values_list("pk", flat=True)))
    if agreed == (Review.Status.SCHEDULED, scheduled_for, place, invited):
        return record
    record.status = Review.Status.SCHEDULED
    record.scheduled_for = scheduled_for
    record.place = place
    record.save(update_fields=["status", "scheduled_for", "place"])
    record.attendees.set(invited)
    where = f", {place}" if place else ""
    start = scheduled_for.astimezone(UTC)
    note(record, f"Review scheduled for {start:%Y-%m-%d %H:%M} UTC{where}.", by=by, at=now, now=now)
    return record


@transaction.atomic
def hold(review: Review, *, minutes: str, by: User, now: datetime, held_at: datetime | None = None) -> Review:
    """Record that the meeting took place, and keep the promise as of then."""
    permissions.require(by, "hold", review.incident)
    record = lock(review, now=now)
    at = held_at or now
    if not minutes.strip():
        raise ValidationError({"minutes": "Write what was found, and what was decided."})
    require_between_resolution_and_now(record.incident, at, now=now)
    record.status = Review.Status.HELD
    record.held_at = at
    record.held_by = by
    record.minutes = minutes.strip()
    record.save(update_fields=["status", "held_at", "held_by", "minutes"])
    if record.deadline is not None:
        deadlines.keep(record.deadline, at=at, by=by)
    note(record, "Review held.", by=by, at=at, now=now)
    return record


def require_between_resolution_and_now(incident: Incident, at: datetime, *, now: datetime) -> None:
    if incident.is_ongoing or incident.resolved_at is None:
        raise InvalidTransition(f"{incident.number} is not resolved: its review can be held once it is.")
    if at < incident.resolved_at:
        raise ValidationError({"held_at": f"{incident.number} was not resolved then: the review came after."})
    if at > now:
        raise ValidationError({"held_at": "That time is still to come."})


def lock(review: Review, *, now: datetime) -> Review:
    """The row as it is now, its incident held so that nobody changes either; refused once held."""
    open_for(locked(review.incident), now=now)
    record = Review.objects.select_related("incident", "deadline").get(pk=review.pk)
    if record.status == Review.Status.HELD:
        raise InvalidTransition(f"The {str(record).lower()} has been held already.")
    return record


def note(record: Review, text: str, *, by: User, at: datetime, now: datetime) -> None:
    timeline.record(record.incident, TimelineEntry.Kind.REVIEW, text, by=by, at=at, now=now)
