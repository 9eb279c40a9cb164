"""The weekly follow-up, one letter per owner and ISO week until nothing is open (runbook, Follow-up Process).

1. Whoever owns an open action item has one pending row: their weekday and hour, in their zone, as UTC.
2. When it is due, one process settles it by compare-and-swap and, in the same transaction, writes the
   letter and the next pending row, which lies after now: weeks without the portal cost one letter.
3. With nothing open the row is settled without a letter, and there is no next one until there is work.
"""

from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from contacts import outbox
from contacts.models import Contact, OutgoingMessage
from portal.common.row_by_row import each
from portal.common.wall_clock import next_weekday
from postmortems import emails
from postmortems.batches import in_batches
from postmortems.models import ActionItem, ActionItemQuerySet, FollowUp


def topic(owner: Contact) -> str:
    return f"follow-up:{owner.pk}"


def week_key(owner: Contact, *, at: datetime) -> str:
    """Names the letter of the ISO week that it is for the owner."""
    week = at.astimezone(owner.zone).isocalendar()
    return f"follow-up:{owner.pk}:{week.year}-W{week.week:02d}"


def open_items(owner: Contact) -> ActionItemQuerySet:
    """What the owner is asked about; demonstration history writes no letters."""
    return ActionItem.objects.open().for_owner(owner).filter(post_mortem__incident__is_demo=False)


@transaction.atomic
def ensure_pending(owner: Contact, *, now: datetime) -> FollowUp:
    """The owner's pending follow-up, made if there is none.

    It is locked, so that a sweep that settles it at this moment sees the work that asks for it.
    """
    pending = FollowUp.objects.pending().filter(owner=owner).select_for_update(of=("self",)).first()
    if pending is not None:
        return pending
    latest = FollowUp.objects.filter(owner=owner).aggregate(at=Max("due_at"))["at"]
    after = max(now, latest) if latest else now
    due_at = next_weekday(after, settings.FOLLOW_UP_WEEKDAY, settings.FOLLOW_UP_HOUR, owner.zone)
    try:
        with transaction.atomic():
            return FollowUp.objects.create(owner=owner, due_at=due_at)
    except IntegrityError:
        return FollowUp.objects.pending().select_for_update(of=("self",)).get(owner=owner)


def sweep_follow_ups(*, now: datetime) -> int:
    """Settle every follow-up that is due; returns how many this call settled."""
    due = FollowUp.objects.due(at=now).select_related("owner")
    return each(in_batches(due), partial(settle, now=now))


@transaction.atomic
def settle(follow_up: FollowUp, *, now: datetime) -> bool:
    """Settle one row with its letter and the next row; false if another process did."""
    if not FollowUp.objects.pending().filter(pk=follow_up.pk).update(settled_at=now):
        return False
    owner = follow_up.owner
    items = list(open_items(owner).select_related("post_mortem__incident__severity").order_by("due_at", "pk"))
    if items:
        follow_up.open_items = len(items)
        follow_up.overdue_items = sum(item.is_overdue(at=now) for item in items)
        follow_up.letter = letter_of_the_week(owner, items, now=now)
        follow_up.save(update_fields=["open_items", "overdue_items", "letter"])
        ensure_pending(owner, now=now)
    return True


def letter_of_the_week(owner: Contact, items: list[ActionItem], *, now: datetime) -> OutgoingMessage | None:
    """Write it, unless this week had its letter (after downtime, or when the weekday was changed)."""
    key = week_key(owner, at=now)
    if OutgoingMessage.objects.filter(key=key).exists():
        return None
    letter = emails.follow_up(owner, items, now=now)
    return outbox.write(key=key, contact=owner, letter=letter, now=now, topic=topic(owner))


def let_go(owner: Contact, *, now: datetime) -> None:
    """Take back a letter that waits to be sent, if nothing it could ask about is open any more."""
    # The lock makes two people who finish the last two items at once see each other's work.
    FollowUp.objects.pending().filter(owner=owner).select_for_update(of=("self",)).first()
    if not open_items(owner).exists():
        outbox.withdraw(topic=topic(owner), reason="nothing is open any more.", now=now)
