"""Opens post-mortems and reviews: a pull for promises that nothing keeps yet.

Resolving an incident writes its review and post-mortem promises and knows nothing of this app. Each
sweep looks for such promises without a row here, and makes the row or points the existing one at its
new promise (the incident was resolved a second time, or its severity changed).
"""

from datetime import datetime
from functools import partial

from django.db import transaction

from contacts.models import Contact, ResponseRole
from contacts.on_call import on_call
from incidents import recipients, timeline
from incidents.locking import locked
from incidents.models import Deadline, DeadlineQuerySet, Incident, TimelineEntry
from portal.common.row_by_row import each
from postmortems.batches import in_batches
from postmortems.models import PostMortem, Review

Code = ResponseRole.Code


def without_record(kind: Deadline.Kind) -> DeadlineQuerySet:
    """Promises of ``kind`` that can still be kept, on incidents that count, and nothing here to keep them."""
    missing = {f"{kind.value}__isnull": True}  # The reverse relations carry the names of the kinds.
    return Deadline.objects.unsettled().filter(
        kind=kind,
        incident__status__in=(Incident.Status.RESOLVED, Incident.Status.CLOSED),
        incident__outcome=Incident.Outcome.CONFIRMED,
        incident__is_imported=False,
        **missing,
    )


def open_due(*, now: datetime) -> int:
    """Open, or point anew, whatever the ledger asks for; returns how many."""
    steps = (
        (partial(open_post_mortem, now=now), without_record(Deadline.Kind.POST_MORTEM)),
        (partial(open_review, now=now), without_record(Deadline.Kind.REVIEW)),
    )
    return each(steps, lambda step: each(in_batches(step[1].select_related("incident__severity")), step[0]))


def open_for(incident: Incident, *, now: datetime) -> None:
    """The same for one incident, for verbs that cannot wait for the next sweep."""
    for deadline in without_record(Deadline.Kind.POST_MORTEM).filter(incident=incident):
        open_post_mortem(deadline, now=now)
    for deadline in without_record(Deadline.Kind.REVIEW).filter(incident=incident):
        open_review(deadline, now=now)


@transaction.atomic
def open_post_mortem(deadline: Deadline, *, now: datetime) -> bool:
    """Make the incident's post-mortem, or point it at ``deadline``; true if anything changed."""
    if not still_asks(deadline):
        return False
    record, is_new = PostMortem.objects.get_or_create(
        incident=deadline.incident,
        defaults={"deadline": deadline, "owner": likely_writer(deadline.incident, at=now), "opened_at": now},
    )
    if is_new:
        note(deadline.incident, f"Post-mortem opened, to be written by {record.owner or 'nobody yet'}.", now=now)
        return True
    if keeps_another(record.deadline):
        return False
    record.deadline = deadline
    if record.status == PostMortem.Status.PUBLISHED:
        note(deadline.incident, f"Post-mortem reopened; it was published by {record.published_by}.", now=now)
        record.status = PostMortem.Status.DRAFT
        record.published_at = record.published_by = None
    record.save(update_fields=["deadline", "status", "published_at", "published_by"])
    return True


@transaction.atomic
def open_review(deadline: Deadline, *, now: datetime) -> bool:
    """Make the incident's review, or point it at ``deadline``; true if anything changed."""
    if not still_asks(deadline):
        return False
    review, is_new = Review.objects.get_or_create(
        incident=deadline.incident, defaults={"deadline": deadline, "opened_at": now}
    )
    if is_new:
        review.attendees.set(recipients.role_holders(deadline.incident))
        note(deadline.incident, "Review opened, to be scheduled.", now=now)
        return True
    if keeps_another(review.deadline):
        return False
    review.deadline = deadline
    if review.status == Review.Status.HELD:
        # The next meeting may write other minutes over these; the timeline never forgets.
        note(deadline.incident, f"Review to be held again. Minutes of the last:\n{review.minutes}", now=now)
        review.status = Review.Status.TO_SCHEDULE
        review.scheduled_for = review.held_at = review.held_by = None
    review.save(update_fields=["deadline", "status", "scheduled_for", "held_at", "held_by"])
    return True


def still_asks(deadline: Deadline) -> bool:
    """The promise can still be kept; its incident is held from here on, so that nobody reopens it meanwhile."""
    locked(deadline.incident)
    return Deadline.objects.unsettled().filter(pk=deadline.pk).exists()


def keeps_another(deadline: Deadline | None) -> bool:
    """A row never leaves a promise that it can still keep."""
    return deadline is not None and deadline.is_unsettled


def likely_writer(incident: Incident, *, at: datetime) -> Contact | None:
    """The commander, else the technical lead, else whoever is on call."""
    holders = recipients.role_holders(incident, Code.COMMANDER, Code.TECHNICAL_LEAD)
    return next(iter(holders or on_call(at=at)), None)


def note(incident: Incident, text: str, *, now: datetime) -> None:
    timeline.record(incident, TimelineEntry.Kind.REVIEW, text, by=None, at=now, now=now)
