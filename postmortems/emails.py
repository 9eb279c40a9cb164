"""The letters of this app; each is a folder of three templates and one function."""

from datetime import datetime

from django.urls import reverse

from contacts.models import Contact
from incidents.models import Deadline
from portal.common.letters import Letter, absolute_url, render
from portal.common.wall_clock import in_words, say
from postmortems.models import ActionItem, PostMortem, Review

FOLDER = "postmortems/letters"
MOST_ITEMS_LISTED = 20


def record_of(deadline: Deadline) -> Review | PostMortem | None:
    """The row that will keep the promise, if it has been opened."""
    record: Review | PostMortem | None = getattr(deadline, deadline.kind, None)
    return record


def due_soon(deadline: Deadline, contact: Contact, *, now: datetime) -> Letter:
    """Asks to hold the review, or to publish the post-mortem, before it is due."""
    return render(f"{FOLDER}/{deadline.kind}_due", promise_context(deadline, contact, now=now))


def overdue(deadline: Deadline, contact: Contact, *, now: datetime) -> Letter:
    """The same once the promise is broken: it can still be kept late."""
    return render(f"{FOLDER}/{deadline.kind}_overdue", promise_context(deadline, contact, now=now))


def promise_context(deadline: Deadline, contact: Contact, *, now: datetime) -> dict[str, object]:
    record = record_of(deadline)
    meeting = record.scheduled_for if isinstance(record, Review) else None
    return {
        "label": deadline.incident.label,
        "title": deadline.incident.title,
        "due": say(deadline.due_at, contact.zone),
        "gap": in_words(deadline.due_at - now),
        "meeting": say(meeting, contact.zone) if meeting else "",
        "place": record.place if isinstance(record, Review) else "",
        "missing": record.missing_sections() if isinstance(record, PostMortem) else [],
        "url": absolute_url((record or deadline.incident).get_absolute_url()),
    }


def follow_up(owner: Contact, items: list[ActionItem], *, now: datetime) -> Letter:
    """The weekly follow-up about ``items``, the most urgent first."""
    listed = items[:MOST_ITEMS_LISTED]
    context: dict[str, object] = {
        "owner": owner,
        "open_count": len(items),
        "overdue_count": sum(item.is_overdue(at=now) for item in items),
        "late": [(item, in_words(now - item.due_at)) for item in listed if item.is_overdue(at=now)],
        "rest": [item for item in listed if not item.is_overdue(at=now)],
        "unlisted": len(items) - len(listed),
        "url": absolute_url(reverse("admin:postmortems_actionitem_changelist")),
    }
    return render(f"{FOLDER}/follow_up", context)
