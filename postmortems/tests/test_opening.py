from datetime import timedelta

import pytest

from incidents.models import Incident
from postmortems.models import PostMortem, Review
from postmortems.opening import open_due
from postmortems.tests import factories as make
from postmortems.tests.factories import NOW, RESOLVED_AT, Kind

pytestmark = pytest.mark.django_db
LATER = RESOLVED_AT + timedelta(days=10)


def test_both_records_are_opened_for_a_resolved_incident() -> None:
    incident = make.incident()
    promises = [make.promise(incident, Kind.POST_MORTEM), make.promise(incident, Kind.REVIEW)]

    assert open_due(now=NOW) == 2
    assert [incident.post_mortem.deadline, incident.review.deadline] == promises


def test_opening_twice_changes_nothing() -> None:
    incident = make.incident()
    make.promise(incident, Kind.POST_MORTEM)
    make.promise(incident, Kind.REVIEW)
    open_due(now=NOW)

    assert open_due(now=NOW) == 0
    assert (PostMortem.objects.count(), Review.objects.count()) == (1, 1)


def test_no_promise_opens_no_record() -> None:
    make.incident()

    assert open_due(now=NOW) == 0


@pytest.mark.parametrize(
    "facts",
    [
        {"is_imported": True},
        {"outcome": Incident.Outcome.FALSE_ALARM},
        {"status": Incident.Status.RECOVERING},
    ],
)
def test_incidents_that_do_not_count_open_nothing(facts: dict[str, object]) -> None:
    make.promise(make.incident(**facts), Kind.POST_MORTEM)

    assert open_due(now=NOW) == 0


def test_a_drill_is_reviewed_like_the_real_thing() -> None:
    make.promise(make.incident(is_drill=True), Kind.REVIEW)

    assert open_due(now=NOW) == 1


def test_a_kept_promise_opens_nothing() -> None:
    make.promise(make.incident(), Kind.REVIEW, kept_at=NOW, first_verdict="met")

    assert open_due(now=NOW) == 0


@pytest.mark.parametrize(("codes", "expected"), [(["TL", "IC"], "IC"), (["TL", "CL"], "TL"), (["CL"], "On duty")])
def test_the_commander_writes_else_the_technical_lead_else_on_call(codes: list[str], expected: str) -> None:
    make.on_duty(make.contact("On duty"))
    incident = make.incident()
    for code in codes:
        make.role(incident, code, make.contact(code))
    make.promise(incident, Kind.POST_MORTEM)
    open_due(now=NOW)

    assert str(incident.post_mortem.owner) == expected


def test_whoever_held_a_role_is_proposed_as_attendee() -> None:
    incident = make.incident()
    holders = [make.role(incident, code, make.contact(code)).holder for code in ("IC", "CL")]
    make.promise(incident, Kind.REVIEW)
    open_due(now=NOW)

    assert set(incident.review.attendees.all()) == set(holders)


def test_a_second_resolution_points_the_records_at_the_new_promises() -> None:
    incident = make.incident()
    record = make.post_mortem(incident, deadline=make.promise(incident, Kind.POST_MORTEM))
    make.reopen_and_resolve(incident, LATER)
    renewed = make.promise(incident, Kind.POST_MORTEM)

    assert open_due(now=LATER) == 1
    record.refresh_from_db()
    assert record.deadline == renewed


def test_a_published_post_mortem_is_a_draft_again_after_a_second_resolution() -> None:
    incident = make.incident()
    old = make.promise(incident, Kind.POST_MORTEM, kept_at=NOW, first_verdict="met")
    record = make.post_mortem(
        incident, written=True, deadline=old, status="published", published_at=NOW, published_by=make.person()
    )
    make.reopen_and_resolve(incident, LATER)
    make.promise(incident, Kind.POST_MORTEM)
    open_due(now=LATER)

    record.refresh_from_db()
    assert (record.status, record.root_cause_analysis) == (PostMortem.Status.DRAFT, "Words.")
    assert "Post-mortem reopened" in incident.timeline.get().text


def test_a_held_review_is_to_be_held_again_and_its_minutes_are_kept() -> None:
    incident = make.incident()
    old = make.promise(incident, kept_at=NOW, first_verdict="met")
    held = {"status": "held", "held_at": NOW, "held_by": make.person(), "minutes": "Roll back sooner."}
    record = make.review(incident, deadline=old, **held)
    make.reopen_and_resolve(incident, LATER)
    make.promise(incident)
    open_due(now=LATER)

    record.refresh_from_db()
    assert (record.status, record.minutes) == (Review.Status.TO_SCHEDULE, "Roll back sooner.")
    assert "Roll back sooner." in incident.timeline.get().text


def test_a_scheduled_review_stays_scheduled_when_the_severity_changes() -> None:
    incident = make.incident()
    old = make.promise(incident, superseded_at=NOW)
    record = make.review(incident, deadline=old, status="scheduled", scheduled_for=LATER)
    make.promise(incident, sequence=1)
    open_due(now=NOW)

    record.refresh_from_db()
    assert (record.status, record.scheduled_for) == (Review.Status.SCHEDULED, LATER)


def test_a_record_never_leaves_a_promise_it_can_still_keep() -> None:
    incident = make.incident()
    record = make.review(incident, deadline=make.promise(incident))
    make.promise(incident, sequence=1)

    assert open_due(now=NOW) == 0
    assert record.deadline == Review.objects.get().deadline
