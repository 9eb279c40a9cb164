from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from incidents.models import Deadline, Incident, InvalidTransition
from postmortems.models import Review
from postmortems.reviews import hold, schedule
from postmortems.tests import factories as make
from postmortems.tests.factories import NOW, RESOLVED_AT

pytestmark = pytest.mark.django_db
TOMORROW = NOW + timedelta(days=1)


def test_scheduling_sets_time_place_and_attendees() -> None:
    ada = make.contact()
    review = schedule(
        make.review(), scheduled_for=TOMORROW, place="Room 4", attendees=[ada], by=make.person(), now=NOW
    )

    assert (review.status, review.scheduled_for, review.place) == (Review.Status.SCHEDULED, TOMORROW, "Room 4")
    assert list(review.attendees.all()) == [ada]


def test_scheduling_the_same_twice_is_told_once() -> None:
    review, author = make.review(), make.person()
    for _ in range(2):
        schedule(review, scheduled_for=TOMORROW, place="", attendees=[], by=author, now=NOW)

    assert review.incident.timeline.get().text == "Review scheduled for 2026-06-09 12:45 UTC."


def test_a_review_is_not_scheduled_into_the_past() -> None:
    with pytest.raises(ValidationError, match="has passed"):
        schedule(
            make.review(),
            scheduled_for=NOW - timedelta(minutes=1),
            place="",
            attendees=[],
            by=make.person(),
            now=NOW,
        )


def test_a_held_review_is_not_scheduled() -> None:
    review = make.review(status="held", held_at=NOW, held_by=make.person())

    with pytest.raises(InvalidTransition, match="held already"):
        schedule(review, scheduled_for=TOMORROW, place="", attendees=[], by=make.person(), now=NOW)


def test_holding_keeps_the_promise_as_of_the_meeting() -> None:
    incident = make.incident()
    promise = make.promise(incident)
    held_at = RESOLVED_AT + timedelta(hours=20)
    hold(
        make.review(incident, deadline=promise),
        minutes="Agreed.",
        by=make.person(),
        now=RESOLVED_AT + timedelta(hours=30),
        held_at=held_at,
    )

    promise.refresh_from_db()
    assert (promise.kept_at, promise.verdict) == (held_at, Deadline.Verdict.MET)


def test_holding_is_told_on_the_timeline_at_the_time_of_the_meeting() -> None:
    review = hold(make.review(), minutes="Agreed.", by=make.person(), now=TOMORROW, held_at=NOW)

    entry = review.incident.timeline.get()
    assert (entry.text, entry.at, entry.recorded_at) == ("Review held.", NOW, TOMORROW)


def test_a_review_is_held_once() -> None:
    review, author = make.review(), make.person()
    hold(review, minutes="Agreed.", by=author, now=NOW)

    with pytest.raises(InvalidTransition, match="held already"):
        hold(review, minutes="Other words.", by=author, now=NOW)


def test_a_review_without_minutes_was_not_held() -> None:
    with pytest.raises(ValidationError, match="what was decided"):
        hold(make.review(), minutes=" \n", by=make.person(), now=NOW)


@pytest.mark.parametrize("held_at", [NOW + timedelta(seconds=1), RESOLVED_AT - timedelta(seconds=1)])
def test_a_review_is_held_after_resolution_and_not_in_the_future(held_at: datetime) -> None:
    with pytest.raises(ValidationError) as caught:
        hold(make.review(), minutes="Agreed.", by=make.person(), now=NOW, held_at=held_at)

    assert list(caught.value.message_dict) == ["held_at"]


def test_a_reopened_incident_has_no_review_yet() -> None:
    incident = make.incident(status=Incident.Status.INVESTIGATING, resolved_at=None, restored_at=None)

    with pytest.raises(InvalidTransition, match="not resolved"):
        hold(make.review(incident), minutes="Agreed.", by=make.person(), now=NOW)


def test_holding_needs_the_permission() -> None:
    with pytest.raises(PermissionDenied):
        hold(make.review(), minutes="Agreed.", by=make.person(is_superuser=False), now=NOW)
