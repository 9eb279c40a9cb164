"""The demonstration: a believable year, honest about what is invented, and silent."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from contacts.models import Contact, OutgoingMessage, User
from contacts.on_call import on_call
from incidents.models import Deadline, Incident, SeverityPolicy
from portal import engine
from portal.demo import history
from portal.demo.facts import public_incidents
from portal.demo.people import DOMAIN
from postmortems.models import ActionItem, PostMortem, Review

NOW = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
Verdict = Deadline.Verdict


@pytest.fixture
def demo(loaded_runbook: None) -> None:
    history.write(now=NOW)


@pytest.mark.usefixtures("demo")
def test_a_year_of_real_incidents_is_marked_and_says_what_was_invented() -> None:
    incidents = list(Incident.objects.all())
    assert len(incidents) == len(public_incidents()) >= 40
    assert {incident.title for incident in incidents} == {fact.title for fact in public_incidents()}
    for incident in incidents:
        assert incident.is_demo
        assert "(demo)" in str(incident)
        assert {"Real:", "Moved:", "Invented:"} <= set(incident.provenance.split())
        assert "http" in incident.provenance
    started = [incident.impact_started_at for incident in incidents if incident.impact_started_at]
    assert NOW - timedelta(days=380) < min(started) < NOW - timedelta(days=340)
    assert NOW - timedelta(days=14) < max(started) < NOW


@pytest.mark.usefixtures("demo")
def test_duration_weekday_and_time_of_day_are_the_real_ones() -> None:
    for fact in public_incidents():
        incident = Incident.objects.get(title=fact.title)
        assert incident.impact_started_at is not None
        assert incident.restored_at is not None
        assert incident.restored_at - incident.impact_started_at == fact.lasted
        moved = incident.impact_started_at - fact.impact_started_at
        assert moved % timedelta(weeks=1) == timedelta()


@pytest.mark.usefixtures("demo")
def test_there_is_something_on_every_screen() -> None:
    assert set(Incident.objects.values_list("severity", flat=True)) == set(
        SeverityPolicy.objects.values_list("pk", flat=True)
    )
    verdicts = {deadline.verdict for deadline in Deadline.objects.all()}
    assert verdicts >= {Verdict.OPEN, Verdict.MET, Verdict.MET_LATE, Verdict.MISSED, Verdict.SUPERSEDED}
    assert set(PostMortem.objects.values_list("status", flat=True)) == set(PostMortem.Status.values)
    assert Review.objects.exclude(status=Review.Status.HELD).exists()
    assert ActionItem.objects.overdue(at=NOW).exists()
    assert ActionItem.objects.filter(status=ActionItem.Status.COMPLETED).count() > 50
    assert not Incident.objects.ongoing().exists()


@pytest.mark.usefixtures("demo")
def test_nothing_is_in_the_future() -> None:
    for milestone in Incident.Milestone:
        assert not Incident.objects.filter(**{f"{milestone.value}__gt": NOW}).exists()
    assert not ActionItem.objects.filter(completed_at__gt=NOW).exists()
    assert not Review.objects.filter(held_at__gt=NOW).exists()


@pytest.mark.usefixtures("demo")
def test_no_letter_is_written_then_or_by_the_engine_in_the_month_after() -> None:
    for day in range(30):
        engine.tick(now=NOW + timedelta(days=day))
    assert not OutgoingMessage.objects.exists()
    assert Deadline.objects.missed().filter(kind=Deadline.Kind.POST_MORTEM).exists()


@pytest.mark.usefixtures("demo")
def test_writing_it_again_changes_nothing() -> None:
    before = (Incident.objects.count(), User.objects.count(), Contact.objects.count())
    assert history.write(now=NOW + timedelta(days=1)) == 0
    assert (Incident.objects.count(), User.objects.count(), Contact.objects.count()) == before


@pytest.mark.usefixtures("demo")
def test_the_invented_people_cannot_sign_in_nor_be_written_to() -> None:
    people = User.objects.filter(email__endswith=DOMAIN)
    assert people.count() == 5
    for user in people:
        assert not user.is_active
        assert not user.has_usable_password()
        assert not user.groups.exists()
        assert not user.contact.is_reachable
    assert on_call(at=NOW) == []
    assert not Client().login(username=f"amara.okafor@{DOMAIN}", password="")


def test_the_command_says_what_it_did(loaded_runbook: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_demo")
    call_command("load_demo")
    assert capsys.readouterr().out == "Demonstration: 45 incidents written.\nDemonstration: already there.\n"
