from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from pytest_django.fixtures import Settings

from contacts.models import Contact, OutgoingMessage
from postmortems import action_items
from postmortems.follow_ups import ensure_pending, sweep_follow_ups
from postmortems.models import FollowUp
from postmortems.tests import factories as make
from postmortems.tests.factories import NOW

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 6, 15, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def owner_with_items(count: int = 1, **fields: object) -> Contact:
    owner = make.contact("Ada", **fields)
    record = make.post_mortem()
    for number in range(count):
        make.action_item(owner, post_mortem=record, description=f"Item {number}")
    return owner


def test_the_first_follow_up_is_the_next_monday_at_nine_for_the_owner() -> None:
    assert ensure_pending(make.contact(time_zone="Asia/Kolkata"), now=NOW).due_at == datetime(
        2026, 6, 15, 3, 30, tzinfo=UTC
    )


def test_weekday_and_hour_are_settings(settings: Settings) -> None:
    settings.FOLLOW_UP_WEEKDAY, settings.FOLLOW_UP_HOUR = 2, 14

    assert ensure_pending(make.contact(), now=NOW).due_at == datetime(2026, 6, 10, 14, tzinfo=UTC)


def test_one_follow_up_is_pending_at_most() -> None:
    owner = make.contact()

    assert ensure_pending(owner, now=NOW) == ensure_pending(owner, now=NOW + WEEK)


def test_a_clock_that_runs_behind_does_not_ask_for_a_week_twice() -> None:
    owner = make.contact()
    FollowUp.objects.create(owner=owner, due_at=MONDAY, settled_at=MONDAY)

    assert ensure_pending(owner, now=MONDAY - timedelta(seconds=1)).due_at == MONDAY + WEEK


def test_a_due_follow_up_writes_a_letter_and_the_next_row() -> None:
    owner = owner_with_items(2)
    row = make.follow_up(owner, MONDAY)

    assert sweep_follow_ups(now=MONDAY) == 1
    row.refresh_from_db()
    assert (row.settled_at, row.open_items, row.overdue_items) == (MONDAY, 2, 2)
    assert row.letter == owner.letters.get()
    assert owner.follow_ups.pending().get().due_at == MONDAY + WEEK


def test_a_follow_up_waits_for_its_time() -> None:
    make.follow_up(owner_with_items(), MONDAY)

    assert sweep_follow_ups(now=MONDAY - timedelta(seconds=1)) == 0


def test_sweeping_twice_writes_one_letter() -> None:
    make.follow_up(owner_with_items(), MONDAY)
    sweep_follow_ups(now=MONDAY)

    assert sweep_follow_ups(now=MONDAY) == 0
    assert OutgoingMessage.objects.count() == 1


def test_nothing_open_means_no_letter_and_no_next_row() -> None:
    row = make.follow_up(make.contact(), MONDAY)
    sweep_follow_ups(now=MONDAY)

    row.refresh_from_db()
    assert (row.settled_at, row.letter) == (MONDAY, None)
    assert not FollowUp.objects.pending().exists()


def test_new_work_after_a_quiet_week_asks_again() -> None:
    owner = make.contact()
    make.follow_up(owner, MONDAY)
    sweep_follow_ups(now=MONDAY)

    assert ensure_pending(owner, now=MONDAY + timedelta(days=1)).due_at == MONDAY + WEEK


def test_weeks_without_the_engine_cost_one_letter() -> None:
    owner = owner_with_items()
    make.follow_up(owner, MONDAY)
    wednesday = MONDAY + 4 * WEEK + timedelta(days=2)
    sweep_follow_ups(now=wednesday)

    assert owner.letters.get().key == f"follow-up:{owner.pk}:2026-W29"
    assert owner.follow_ups.pending().get().due_at == MONDAY + 5 * WEEK


def test_a_week_that_had_its_letter_gets_no_second() -> None:
    owner = owner_with_items()
    make.follow_up(owner, MONDAY)
    early = MONDAY + WEEK - timedelta(hours=1)
    sweep_follow_ups(now=early)
    sweep_follow_ups(now=MONDAY + WEEK)

    assert owner.letters.count() == 1
    assert owner.follow_ups.pending().get().due_at == MONDAY + 2 * WEEK


def test_five_mondays_write_five_letters_and_none_once_all_is_done() -> None:
    owner = owner_with_items()
    make.follow_up(owner, MONDAY)
    for week in range(5):
        sweep_follow_ups(now=MONDAY + week * WEEK)
    item = owner.action_items.get()
    action_items.complete(item, evidence="Change 77.", by=None, now=MONDAY + 4 * WEEK + timedelta(hours=1))
    for week in range(5, 8):
        sweep_follow_ups(now=MONDAY + week * WEEK)

    assert owner.letters.count() == 5


def test_each_owner_gets_a_letter_of_their_own() -> None:
    owners = [owner_with_items(), owner_with_items()]
    for owner in owners:
        make.follow_up(owner, MONDAY)
    sweep_follow_ups(now=MONDAY)

    assert [owner.letters.count() for owner in owners] == [1, 1]


def test_an_owner_who_cannot_be_reached_leaves_a_suppressed_letter() -> None:
    owner = owner_with_items(is_placeholder=True)
    row = make.follow_up(owner, MONDAY)
    sweep_follow_ups(now=MONDAY)

    row.refresh_from_db()
    assert row.letter is not None
    assert row.letter.state == OutgoingMessage.State.SUPPRESSED


def test_demonstration_history_writes_no_letter() -> None:
    owner = make.contact()
    make.action_item(owner, post_mortem=make.post_mortem(make.incident(is_demo=True)))
    make.follow_up(owner, MONDAY)
    sweep_follow_ups(now=MONDAY)

    assert not OutgoingMessage.objects.exists()


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Australia/Lord_Howe", NOW),
        ("America/Santiago", NOW),
        ("Europe/Berlin", NOW),
        ("Pacific/Apia", NOW),
        ("Pacific/Apia", datetime(2011, 7, 1, tzinfo=UTC)),  # Friday, 30 December 2011 did not happen there.
    ],
)
def test_the_local_hour_stays_over_sixty_weeks(zone: str, start: datetime) -> None:
    owner = owner_with_items(time_zone=zone)
    now = ensure_pending(owner, now=start).due_at
    for _ in range(60):
        sweep_follow_ups(now=now)
        now = owner.follow_ups.pending().get().due_at

    slots = list(owner.follow_ups.order_by("pk").values_list("due_at", flat=True))
    local = [slot.astimezone(ZoneInfo(zone)) for slot in slots]
    assert {(at.weekday(), at.hour, at.minute) for at in local} == {(0, 9, 0)}
    assert {after.date() - before.date() for before, after in pairwise(local)} == {WEEK}
    assert slots == sorted(set(slots))
    assert owner.letters.count() == 60
