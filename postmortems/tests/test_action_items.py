from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from contacts import outbox
from contacts.models import Contact, OutgoingMessage
from incidents.models import InvalidTransition, TimelineEntry
from portal.common.letters import Letter
from postmortems import action_items
from postmortems.follow_ups import topic
from postmortems.models import ActionItem, PostMortem
from postmortems.tests import factories as make
from postmortems.tests.factories import NOW

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 6, 12)
NEXT_FRIDAY = date(2026, 6, 19)
AFTER_DUE = datetime(2026, 6, 13, 8, tzinfo=UTC)
Status = ActionItem.Status
Verb = Callable[[ActionItem, datetime], ActionItem]


def create(post_mortem: PostMortem, owner: Contact, *, due_on: date = FRIDAY, now: datetime = NOW) -> ActionItem:
    return action_items.create(
        post_mortem=post_mortem,
        description="Add a canary",
        owner=owner,
        priority=ActionItem.Priority.HIGH,
        due_on=due_on,
        by=make.person(),
        now=now,
    )


def start(item: ActionItem, now: datetime) -> ActionItem:
    return action_items.start(item, by=make.person(), now=now)


def complete(item: ActionItem, now: datetime) -> ActionItem:
    return action_items.complete(item, evidence="Change 77.", by=make.person(), now=now)


def re_date(item: ActionItem, now: datetime) -> ActionItem:
    return action_items.re_date(item, due_on=NEXT_FRIDAY, reason="Parts late.", by=make.person(), now=now)


def drop(item: ActionItem, now: datetime) -> ActionItem:
    return action_items.drop(item, reason="Service retired.", by=make.person(), now=now)


def reassign(item: ActionItem, now: datetime) -> ActionItem:
    return action_items.reassign(item, owner=make.contact("Grace"), reason="On leave.", by=make.person(), now=now)


def waiting_letter(owner: Contact) -> OutgoingMessage:
    return outbox.write(key="k", contact=owner, letter=Letter("s", "t", "h"), now=NOW, topic=topic(owner))


def test_an_item_is_due_at_the_end_of_the_day_in_its_owners_zone() -> None:
    item = create(make.post_mortem(), make.contact(time_zone="America/Santiago"))

    assert item.due_at == item.first_due_at == datetime(2026, 6, 13, 3, 59, 59, 999999, tzinfo=UTC)


def test_a_new_item_asks_for_a_follow_up() -> None:
    owner = make.contact(time_zone="Europe/Berlin")
    create(make.post_mortem(), owner)

    assert owner.follow_ups.get().due_at == datetime(2026, 6, 15, 7, tzinfo=UTC)


def test_a_new_item_is_told_on_the_incidents_timeline() -> None:
    record = make.post_mortem()
    create(record, make.contact("Ada"))

    entry = record.incident.timeline.get()
    assert entry.kind == TimelineEntry.Kind.ACTION_ITEM
    assert entry.text == "Action item “Add a canary” promised by Ada for 12 June 2026."


def test_an_item_is_not_due_before_the_owners_today() -> None:
    owner = make.contact(time_zone="Pacific/Kiritimati")  # It is the 9th there when it is 12:45 on the 8th in UTC.

    with pytest.raises(ValidationError, match="has passed for Ada"):
        create(make.post_mortem(), owner, due_on=date(2026, 6, 8))


def test_a_double_click_promises_once() -> None:
    record, owner = make.post_mortem(), make.contact()
    create(record, owner)

    with pytest.raises(InvalidTransition, match="already"):
        create(record, owner)


def test_an_item_needs_an_active_owner() -> None:
    with pytest.raises(ValidationError, match="no longer active"):
        create(make.post_mortem(), make.contact(is_active=False))


def test_an_item_is_started_once() -> None:
    item = start(make.action_item(make.contact()), NOW)

    assert item.status == Status.IN_PROGRESS
    with pytest.raises(InvalidTransition, match="is in progress already"):
        start(item, NOW)


@pytest.mark.parametrize("ends", [complete, drop])
@pytest.mark.parametrize("verb", [start, complete, re_date, drop, reassign])
def test_nothing_more_happens_to_an_item_that_ended(ends: Verb, verb: Verb) -> None:
    item = make.action_item(make.contact())
    ends(item, NOW)

    with pytest.raises(InvalidTransition):
        verb(item, NOW)
    assert item.post_mortem.incident.timeline.count() == 1


@pytest.mark.parametrize("verb", [start, complete, re_date, drop, reassign])
def test_every_change_is_told_on_the_timeline(verb: Verb) -> None:
    item = verb(make.action_item(make.contact()), NOW)

    assert item.post_mortem.incident.timeline.get().kind == TimelineEntry.Kind.ACTION_ITEM


def test_completion_wants_evidence() -> None:
    with pytest.raises(ValidationError, match="shows that it is done"):
        action_items.complete(make.action_item(make.contact()), evidence=" ", by=make.person(), now=NOW)


@pytest.mark.parametrize(
    ("late", "verdict"), [(timedelta(), "met"), (timedelta(microseconds=1), "missed"), (timedelta(days=-1), "met")]
)
def test_done_at_the_first_due_time_is_met(late: timedelta, verdict: str) -> None:
    item = make.action_item(make.contact())
    item = complete(item, item.first_due_at + late)

    assert (item.first_verdict, item.breached_at) == (verdict, item.first_due_at if verdict == "missed" else None)


def test_re_dating_keeps_the_first_due_date() -> None:
    item = re_date(make.action_item(make.contact()), NOW)

    assert (item.due_on, item.first_due_on) == (NEXT_FRIDAY, FRIDAY)


def test_done_by_the_new_date_still_misses_the_first() -> None:
    item = complete(re_date(make.action_item(make.contact()), NOW), AFTER_DUE)

    assert item.first_verdict == ActionItem.FirstVerdict.MISSED


def test_re_dating_says_from_when_to_when_and_why() -> None:
    item = re_date(make.action_item(make.contact()), NOW)

    text = item.post_mortem.incident.timeline.get().text
    assert text == "Action item “Add a canary” moved from 12 June 2026 to 19 June 2026: Parts late."


def test_re_dating_to_the_same_day_is_refused() -> None:
    item = re_date(make.action_item(make.contact()), NOW)

    with pytest.raises(ValidationError, match="already"):
        re_date(item, NOW)


def test_dropping_before_the_first_due_date_decides_nothing() -> None:
    assert drop(make.action_item(make.contact()), NOW).first_verdict == ""


def test_dropping_after_the_first_due_date_counts_as_missed() -> None:
    item = drop(make.action_item(make.contact()), AFTER_DUE)

    assert (item.first_verdict, item.breached_at) == (ActionItem.FirstVerdict.MISSED, item.first_due_at)


def test_handing_over_moves_the_end_of_the_day_and_asks_the_new_owner() -> None:
    grace = make.contact("Grace", time_zone="Pacific/Apia")
    item = make.action_item(make.contact())
    item = action_items.reassign(item, owner=grace, reason="On leave.", by=make.person(), now=NOW)

    assert (item.due_on, item.due_at) == (FRIDAY, datetime(2026, 6, 12, 10, 59, 59, 999999, tzinfo=UTC))
    assert grace.follow_ups.pending().exists()


def test_handing_over_to_the_owner_is_refused() -> None:
    owner = make.contact()

    with pytest.raises(ValidationError, match="owns it already"):
        action_items.reassign(make.action_item(owner), owner=owner, reason="?", by=make.person(), now=NOW)


@pytest.mark.parametrize("verb", [complete, drop, reassign])
def test_a_waiting_letter_is_taken_back_when_nothing_is_open(verb: Verb) -> None:
    owner = make.contact()
    letter = waiting_letter(owner)
    verb(make.action_item(owner), NOW)

    letter.refresh_from_db()
    assert letter.reason == "Not sent: nothing is open any more."


def test_a_waiting_letter_goes_while_something_is_open() -> None:
    owner = make.contact()
    letter = waiting_letter(owner)
    make.action_item(owner)
    complete(make.action_item(owner), NOW)

    letter.refresh_from_db()
    assert letter.state == OutgoingMessage.State.QUEUED


def test_the_sweep_decides_an_item_past_its_first_due_date_once() -> None:
    item = make.action_item(make.contact())

    assert [action_items.sweep_action_items(now=AFTER_DUE) for _ in range(2)] == [1, 0]
    item.refresh_from_db()
    assert (item.first_verdict, item.breached_at) == ("missed", item.first_due_at)


def test_the_sweep_says_so_on_the_timeline_at_the_due_time() -> None:
    item = make.action_item(make.contact())
    action_items.sweep_action_items(now=AFTER_DUE)

    entry = item.post_mortem.incident.timeline.get()
    assert (entry.at, entry.recorded_at) == (item.first_due_at, AFTER_DUE)
    assert entry.text == "Action item “Add a canary” not done by its first due date, 12 June 2026."


def test_the_sweep_leaves_what_is_not_late() -> None:
    item = make.action_item(make.contact())

    assert action_items.sweep_action_items(now=item.first_due_at) == 0


def test_a_verdict_once_written_stays() -> None:
    item = make.action_item(make.contact())
    action_items.sweep_action_items(now=AFTER_DUE)
    re_date(item, AFTER_DUE)

    assert complete(item, AFTER_DUE).first_verdict == ActionItem.FirstVerdict.MISSED


def test_changing_an_item_needs_the_permission() -> None:
    with pytest.raises(PermissionDenied):
        action_items.start(make.action_item(make.contact()), by=make.person(is_superuser=False), now=NOW)


def test_a_day_beyond_all_plans_is_refused_beside_the_field() -> None:
    with pytest.raises(ValidationError, match="within five years") as refusal:
        create(make.post_mortem(), make.contact(), due_on=date(9999, 12, 31))
    assert set(refusal.value.message_dict) == {"due_on"}
