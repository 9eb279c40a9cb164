"""Healthy means that a full cycle was completed and left nothing over."""

import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError
from django.test import Client
from pytest_django.fixtures import Settings

from contacts import outbox
from contacts.models import Contact, OutgoingMessage, User
from incidents import lifecycle
from incidents.models import Incident, SeverityPolicy
from portal import audit, engine, roles
from portal.common.letters import Letter
from portal.common.models import Heartbeat

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LETTER = Letter(subject="Hello", text="Hello", html="<p>Hello</p>")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests move this process's clock, not the database's."""
    monkeypatch.setattr(audit, "wrong_clock", list)


def answer(client: Client) -> tuple[int, list[str]]:
    with time_machine.travel(NOW, tick=False):
        response = client.get("/health/engine")
    return response.status_code, response.json()["problems"]


def beat(at: datetime = NOW) -> None:
    for component in Heartbeat.Component:
        Heartbeat.beat(component, at=at)


def test_an_engine_that_never_ran_is_no_healthy_one(client: Client) -> None:
    assert answer(client) == (503, ["tick has never run", "drain has never run"])


def test_an_engine_that_keeps_its_cycle_is_healthy(client: Client) -> None:
    beat(NOW - timedelta(seconds=119))
    assert answer(client) == (200, [])


def test_an_engine_that_stopped_is_named(client: Client) -> None:
    beat(NOW - timedelta(seconds=121))
    assert answer(client) == (503, ["tick last ran 121 s ago", "drain last ran 121 s ago"])


def test_a_promise_left_undecided_for_three_minutes_is_a_problem(client: Client, person: Callable[..., User]) -> None:
    beat()
    Incident.objects.create(number="INC-1", title="x", severity=SeverityPolicy.objects.first() or severity())
    incident = Incident.objects.get()
    due_at = NOW - timedelta(seconds=181)
    incident.deadlines.create(kind="restore", clock_started_at=due_at - timedelta(hours=1), due_at=due_at)
    assert answer(client) == (503, ["a promise is more than 180 s past due and undecided"])


def severity() -> SeverityPolicy:
    return SeverityPolicy.objects.create(code="SEV-1", name="Critical", rank=1)


def test_a_letter_that_nobody_tried_to_send_is_a_problem(client: Client) -> None:
    beat()
    contact = Contact.objects.create(name="Bob", email="bob@example.org")
    outbox.write(key="a", contact=contact, letter=LETTER, now=NOW - timedelta(seconds=301))
    assert answer(client) == (503, ["a letter has waited more than 300 s without an attempt"])


def test_failed_letters_are_a_problem_for_a_quarter_of_an_hour(client: Client) -> None:
    beat()
    contact = Contact.objects.create(name="Bob", email="bob@example.org")
    letter = outbox.write(key="a", contact=contact, letter=LETTER, now=NOW)
    rows = OutgoingMessage.objects.filter(pk=letter.pk)
    rows.update(state=OutgoingMessage.State.FAILED, settled_at=NOW - timedelta(minutes=14))
    assert answer(client) == (503, ["1 of 1 letters failed within 15 minutes"])
    rows.update(settled_at=NOW - timedelta(minutes=16))
    assert answer(client) == (200, [])


def test_live_asks_no_database_and_ready_does(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> bool:
        raise DatabaseError

    assert client.get("/health/ready").status_code == 200
    monkeypatch.setattr(audit, "database_answers", fail)
    assert client.get("/health/ready").status_code == 503
    assert client.get("/health/live").status_code == 200


def test_a_sweep_that_fails_stops_no_other_and_is_written_down(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    ran, pinged = [], []

    def broken(*, now: datetime) -> int:
        raise RuntimeError("no disk")

    def fine(*, now: datetime) -> int:
        ran.append(now)
        return 3

    monkeypatch.setattr(engine, "SWEEPS", (broken, fine))
    monkeypatch.setattr(engine, "tell_the_watcher", lambda: pinged.append(1))
    assert engine.tick(now=NOW) == 3
    assert ran == [NOW]
    assert "RuntimeError" in Heartbeat.objects.get(component="tick").problem
    assert not pinged


def test_a_sweep_that_failed_is_no_healthy_one(client: Client) -> None:
    beat()
    Heartbeat.beat(Heartbeat.Component.TICK, at=NOW, problem="incidents.sweep: 1 failed, 3 done")
    assert answer(client) == (503, ["tick: incidents.sweep: 1 failed, 3 done"])


def test_a_level_that_did_not_fire_is_a_problem(client: Client) -> None:
    beat()
    incident = Incident.objects.create(number="INC-1", title="x", severity=severity())
    incident.escalations.create(level=2, name="Team Lead", due_at=NOW - timedelta(seconds=181))
    assert "has not fired" in answer(client)[1][0]


def test_a_good_tick_tells_the_watcher_outside(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    settings.DEAD_MAN_URL = "http://watcher.example.org/ping"

    def urlopen(url: str, *, timeout: int) -> Any:
        asked.append((url, timeout))
        raise OSError

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    engine.tick(now=NOW)
    assert asked == [("http://watcher.example.org/ping", 5)]


def test_the_two_clocks_agree_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert audit.wrong_clock() == []
    with time_machine.travel(NOW, tick=False):
        assert "s off" in audit.wrong_clock()[0]


def test_the_address_of_a_post_mortem_stands_before_there_is_one(
    client: Client, person: Callable[..., User], loaded_runbook: None
) -> None:
    ann = person("ann", roles.COMMANDER, on_call=True)
    client.force_login(ann)
    incident = lifecycle.declare(
        title="Payments fail", severity=SeverityPolicy.objects.get(code="SEV-1"), by=ann, now=NOW
    )
    address = f"/admin/post-mortem-of/{incident.number}/"
    assert client.get(address).headers["Location"] == incident.get_absolute_url()
    lifecycle.resolve(incident, by=ann, now=NOW + timedelta(minutes=30))
    page = client.get(address, follow=True).content.decode()
    assert "It is due by 2026-03-05 09:30 UTC." in page
    engine.tick(now=NOW + timedelta(minutes=31))
    incident.refresh_from_db()
    assert client.get(address).headers["Location"] == incident.post_mortem.get_absolute_url()


def test_the_address_of_a_post_mortem_is_for_those_who_may_read_it(
    client: Client, person: Callable[..., User]
) -> None:
    Incident.objects.create(number="INC-1", title="x", severity=severity())
    assert client.get("/admin/post-mortem-of/INC-1/").status_code == 302
    client.force_login(person("ada", roles.ADMINISTRATOR))
    assert client.get("/admin/post-mortem-of/INC-1/").status_code == 403
