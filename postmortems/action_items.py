"""Work promised in a post-mortem: every change locks the row, and says so on the incident's timeline.

The first due date and what became of it are never rewritten: a new date changes when an item is due,
not whether it was done by the date first given. Verbs raise InvalidTransition (the state forbids it),
PermissionDenied (the person may not) or ValidationError (bad input).
"""

from datetime import date, datetime, timedelta
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction

from contacts.models import Contact, User
from incidents import timeline
from incidents.locking import locked
from incidents.models import InvalidTransition, TimelineEntry
from portal.common.row_by_row import each
from portal.common.wall_clock import end_of_day
from postmortems import permissions
from postmortems.batches import in_batches
from postmortems.follow_ups import ensure_pending, let_go
from postmortems.models import ActionItem, PostMortem

Status = ActionItem.Status
FirstVerdict = ActionItem.FirstVerdict
FARTHEST = timedelta(days=5 * 365)


@transaction.atomic
def create(
    *,
    post_mortem: PostMortem,
    description: str,
    owner: Contact,
    priority: ActionItem.Priority,
    due_on: date,
    by: User,
    now: datetime,
) -> ActionItem:
    """Promise something; from now on its owner is asked about it every week."""
    permissions.require(by, "create", post_mortem.incident)
    description = words_of("description", description, "Say what is to be done.")
    require_able_owner(owner)
    require_day_to_come(due_on, owner, now=now)
    locked(post_mortem.incident)  # A second click waits here, and then finds the first one's item.
    if post_mortem.action_items.open().filter(description=description, owner=owner, due_on=due_on).exists():
        raise InvalidTransition("This post-mortem has that action item already.")
    due_at = end_of_day(due_on, owner.zone)
    item = ActionItem.objects.create(
        post_mortem=post_mortem,
        description=description,
        owner=owner,
        priority=priority,
        due_on=due_on,
        due_at=due_at,
        first_due_on=due_on,
        first_due_at=due_at,
        created_at=now,
        created_by=by,
    )
    ensure_pending(owner, now=now)
    note(item, f"promised by {owner} for {in_full(due_on)}.", by=by, at=now, now=now)
    return item


@transaction.atomic
def start(item: ActionItem, *, by: User, now: datetime) -> ActionItem:
    item = lock(item, "start", by=by)
    item.status = Status.IN_PROGRESS
    item.save(update_fields=["status"])
    note(item, "begun.", by=by, at=now, now=now)
    return item


@transaction.atomic
def complete(item: ActionItem, *, evidence: str, by: User | None, now: datetime) -> ActionItem:
    """Done, with what shows it."""
    evidence = words_of("evidence", evidence, "Say what shows that it is done.")
    item = lock(item, "complete", by=by)
    item.status = Status.COMPLETED
    item.completed_at = now
    item.evidence = evidence
    if not item.first_verdict and now <= item.first_due_at:
        item.first_verdict = FirstVerdict.MET
    miss_if_late(item, now=now)
    item.save(update_fields=["status", "completed_at", "evidence", "first_verdict", "breached_at"])
    note(item, "completed.", by=by, at=now, now=now)
    let_go(item.owner, now=now)
    return item


@transaction.atomic
def re_date(item: ActionItem, *, due_on: date, reason: str, by: User, now: datetime) -> ActionItem:
    """Give a new due date; the first one, and its verdict, stay."""
    reason = words_of("reason", reason, "Say why the date changes.")
    item = lock(item, "re_date", by=by)
    require_day_to_come(due_on, item.owner, now=now)
    if due_on == item.due_on:
        raise ValidationError({"due_on": f"It is due on {in_full(due_on)} already."})
    before = item.due_on
    item.due_on = due_on
    item.due_at = end_of_day(due_on, item.owner.zone)
    item.save(update_fields=["due_on", "due_at"])
    ensure_pending(item.owner, now=now)
    note(item, f"moved from {in_full(before)} to {in_full(due_on)}: {reason}", by=by, at=now, now=now)
    return item


@transaction.atomic
def drop(item: ActionItem, *, reason: str, by: User, now: datetime) -> ActionItem:
    """Give it up; after its first due date that counts as not done, before it as nothing."""
    reason = words_of("reason", reason, "Say why it is dropped.")
    item = lock(item, "drop", by=by)
    item.status = Status.DROPPED
    item.dropped_at = now
    item.drop_reason = reason
    miss_if_late(item, now=now)
    item.save(update_fields=["status", "dropped_at", "drop_reason", "first_verdict", "breached_at"])
    note(item, f"dropped: {reason}", by=by, at=now, now=now)
    let_go(item.owner, now=now)
    return item


@transaction.atomic
def reassign(item: ActionItem, *, owner: Contact, reason: str, by: User, now: datetime) -> ActionItem:
    """Hand it over; the day stays, and ends by the new owner's clock."""
    reason = words_of("reason", reason, "Say why it changes hands.")
    require_able_owner(owner)
    item = lock(item, "reassign", by=by)
    before = item.owner
    if before == owner:
        raise ValidationError({"owner": f"{owner} owns it already."})
    item.owner = owner
    item.due_at = end_of_day(item.due_on, owner.zone)
    item.save(update_fields=["owner", "due_at"])
    ensure_pending(owner, now=now)
    note(item, f"handed from {before} to {owner}: {reason}", by=by, at=now, now=now)
    let_go(before, now=now)
    return item


def sweep_action_items(*, now: datetime) -> int:
    """Decide every item whose first due date has passed; the weekly follow-up tells of them."""
    undecided = ActionItem.objects.open().filter(first_verdict="", first_due_at__lt=now)
    late = in_batches(undecided.select_related("post_mortem__incident"))
    return each(late, partial(breach, now=now))


@transaction.atomic
def breach(item: ActionItem, *, now: datetime) -> bool:
    """Write the first verdict by compare-and-swap; false if another process or a person was first."""
    undecided = ActionItem.objects.open().filter(pk=item.pk, first_verdict="")
    if not undecided.update(first_verdict=FirstVerdict.MISSED, breached_at=item.first_due_at):
        return False
    text = f"not done by its first due date, {in_full(item.first_due_on)}."
    note(item, text, by=None, at=item.first_due_at, now=now)
    return True


def miss_if_late(item: ActionItem, *, now: datetime) -> None:
    """What the sweep would have decided, had it run before the item was finished."""
    if not item.first_verdict and now > item.first_due_at:
        item.first_verdict = FirstVerdict.MISSED
        item.breached_at = item.first_due_at


def lock(item: ActionItem, verb: str, *, by: User | None) -> ActionItem:
    """The row as it is now, nobody else changing it.

    Raises PermissionDenied unless ``by`` may use ``verb``, and InvalidTransition unless the status allows it.
    """
    permissions.require(by, verb, item.post_mortem.incident)
    rows = ActionItem.objects.select_for_update(of=("self",)).select_related("owner", "post_mortem__incident")
    fresh = rows.get(pk=item.pk)
    if not fresh.allows(verb):
        raise InvalidTransition(f"“{fresh}” is {fresh.get_status_display().lower()} already.")
    return fresh


def words_of(field: str, text: str, otherwise: str) -> str:
    """``text`` without blanks around it; refused if nothing is left."""
    if not text.strip():
        raise ValidationError({field: otherwise})
    return text.strip()


def require_able_owner(owner: Contact) -> None:
    if not owner.is_active:
        raise ValidationError({"owner": f"{owner} is no longer active: choose somebody who can do it."})


def require_day_to_come(due_on: date, owner: Contact, *, now: datetime) -> None:
    today = now.astimezone(owner.zone).date()
    if due_on < today:
        raise ValidationError({"due_on": f"{in_full(due_on)} has passed for {owner}: choose today or a later day."})
    if due_on > today + FARTHEST:
        raise ValidationError({"due_on": f"{in_full(due_on)} is too far away: choose a day within five years."})


def in_full(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def note(item: ActionItem, text: str, *, by: User | None, at: datetime, now: datetime) -> None:
    said = f"Action item “{item.description}” {text}"
    timeline.record(item.post_mortem.incident, TimelineEntry.Kind.ACTION_ITEM, said, by=by, at=at, now=now)
