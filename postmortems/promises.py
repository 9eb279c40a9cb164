"""Warns about, and breaks, the promises that this app keeps: the review and the post-mortem."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import transaction

from contacts import outbox
from contacts.models import Contact
from incidents import deadlines, recipients
from incidents import emails as incident_emails
from incidents.locking import locked
from incidents.models import Deadline, IncidentMessage
from portal.common.letters import Letter
from portal.common.row_by_row import each
from postmortems import emails
from postmortems.batches import in_batches
from postmortems.models import PostMortem

KINDS = (Deadline.Kind.REVIEW, Deadline.Kind.POST_MORTEM)
Purpose = IncidentMessage.Purpose


def sweep_promises(*, now: datetime) -> int:
    """Decide what is overdue and warn about what is due soon; returns how many rows this call changed."""
    ours = Deadline.objects.filter(kind__in=KINDS).select_related("incident__severity", "review", "post_mortem__owner")
    overdue, soon = partial(break_promise, now=now), partial(warn, now=now)
    steps = ((overdue, ours.overdue(at=now)), (soon, ours.due_soon(at=now)))
    return each(steps, lambda step: each(in_batches(step[1]), step[0]))


@transaction.atomic
def warn(deadline: Deadline, *, now: datetime) -> bool:
    """Ask for it before it is due, once."""
    locked(deadline.incident)  # Before the promise, as every verb does: the same order cannot deadlock.
    if not deadlines.claim_warning(deadline, now=now):
        return False
    tell(deadline, emails.due_soon, purpose=Purpose.DUE_SOON, now=now)
    return True


@transaction.atomic
def break_promise(deadline: Deadline, *, now: datetime) -> bool:
    """Write the breach and its letters; a warning still waiting is no longer true."""
    locked(deadline.incident)
    if not deadlines.breach(deadline, now=now):
        return False
    outbox.withdraw(topic=deadlines.topic(deadline), reason="the promise is overdue by now.", now=now)
    tell(deadline, emails.overdue, purpose=Purpose.MISSED, now=now)
    return True


def tell(deadline: Deadline, words: Callable[..., Letter], *, purpose: Purpose, now: datetime) -> None:
    """One letter for each reader, in the reader's own zone."""
    incident_emails.send(
        incident=deadline.incident,
        contacts=readers(deadline, at=now),
        letter=lambda contact: words(deadline, contact, now=now),
        purpose=purpose,
        key=f"{purpose.value}:{deadline.incident_id}:{deadline.kind}:{deadline.epoch}:{deadline.sequence}",
        now=now,
        topic=deadlines.topic(deadline),
        deadline=deadline,
        is_mergeable=True,
    )


def readers(deadline: Deadline, *, at: datetime) -> list[Contact]:
    """The commander, or who stands in; and whoever is to write the post-mortem."""
    found = recipients.for_deadline(deadline, at=at)
    record = emails.record_of(deadline)
    writer = record.owner if isinstance(record, PostMortem) else None
    return recipients.unique([writer, *found]) if writer and writer.is_reachable else found
