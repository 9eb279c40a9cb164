"""A real SEV-1, minute by minute: Fastly, 8 June 2021, replayed through the verbs the admin uses."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from contacts.models import Audience, Contact, OutgoingMessage, ResponseRole, User
from incidents import lifecycle
from incidents.models import AffectedSystem, Category, Deadline, Incident, InvalidTransition, SeverityPolicy
from portal import engine, roles
from portal.tests.mailbox import Mailbox
from postmortems import action_items, reviews, writing
from postmortems.models import ActionItem, PostMortem, Review

FASTLY = json.loads((Path(__file__).parent / "data" / "fastly-2021-06-08.json").read_text())
Verdict = Deadline.Verdict
Kind = Deadline.Kind


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def clock(text: str) -> datetime:
    return moment(f"2021-06-08T{text}:00Z")


class Clock:
    """Moves time forward; the engine runs at every step of the way, or not at all."""

    def __init__(self, start: datetime, step: timedelta | None) -> None:
        self.now, self.step = start, step

    def move_to(self, at: datetime) -> datetime:
        while self.step is not None and self.now + self.step < at:
            self.now += self.step
            self.run_engine()
        self.now = at
        return at

    def run_engine(self) -> None:
        engine.tick(now=self.now)
        engine.drain(now=self.now, clock=lambda: self.now)


@pytest.fixture
def ann(person: Callable[..., User]) -> User:
    return person("ann", roles.COMMANDER, on_call=True)


def replay(time: Clock, ann: User, *, executives_known_at: str | None = "09:55") -> Incident:
    """From detection to resolution, as the organisation's own summary tells it."""
    incident = lifecycle.declare(
        title=FASTLY["title"],
        severity=SeverityPolicy.objects.get(code=FASTLY["severity"]),
        category=Category.objects.get(name=FASTLY["category"]),
        affected_systems=AffectedSystem.objects.filter(key="load-balancer"),
        impact_started_at=moment(FASTLY["impact_started_at"]),
        detected_at=moment(FASTLY["detected_at"]),
        summary="85 % of the network returned errors",
        impact="Customers of most points of presence",
        scope="Global",
        roles={ResponseRole.objects.get(code="IC"): Contact.objects.get(user=ann)},
        by=ann,
        now=time.move_to(moment(FASTLY["declared_at"])),
    )
    if executives_known_at:
        time.move_to(clock(executives_known_at))
        chief = Contact.objects.create(name="Chief", email="chief@example.org")
        Audience.objects.get(key="executive-leadership").members.add(chief)
    lifecycle.acknowledge(incident, by=ann, now=time.move_to(clock("09:58")))
    lifecycle.post_update(
        incident,
        current_impact="Errors worldwide",
        audiences=[Audience.objects.get(key="executive-leadership")],
        by=ann,
        now=time.now,
    )
    engine.drain(now=time.now, clock=lambda: time.now)
    lifecycle.contain(incident, by=ann, now=time.move_to(clock("10:27")))
    lifecycle.start_recovery(incident, by=ann, now=time.move_to(clock("10:36")))
    lifecycle.restore(incident, by=ann, now=time.move_to(clock("11:00")))
    lifecycle.resolve(
        incident, root_cause=FASTLY["root_cause"], actions_taken="Configuration removed", by=ann,
        now=time.move_to(clock("12:44")),
    )  # fmt: skip
    time.move_to(clock("12:48"))
    time.run_engine()
    incident.refresh_from_db()
    return incident


def ledger(incident: Incident) -> list[tuple[Any, ...]]:
    return [
        (
            row.kind,
            row.label,
            row.due_at,
            row.kept_at,
            row.breached_at,
            row.first_verdict,
            row.superseded_at,
            row.verdict,
        )
        for row in incident.deadlines.order_by("kind", "due_at", "pk")
    ]


def verdicts(incident: Incident, kind: Kind) -> list[tuple[str, str]]:
    return [(f"{row.due_at:%H:%M}", row.verdict.value) for row in incident.deadlines.filter(kind=kind)]


STEPS = [pytest.param(timedelta(seconds=15), id="every 15 s"), pytest.param(None, id="once, three hours later")]


@pytest.mark.parametrize("step", STEPS)
def test_the_replayed_incident_has_the_times_and_verdicts_of_its_summary(
    loaded_runbook: None, ann: User, mailbox: Mailbox, step: timedelta | None
) -> None:
    incident = replay(Clock(moment(FASTLY["declared_at"]), step), ann)
    expected = FASTLY["expected"]

    assert incident.detected_at
    assert incident.impact_started_at
    assert incident.restored_at
    assert incident.resolved_at
    assert (incident.detected_at - incident.impact_started_at).total_seconds() == expected["time_to_detect_s"] == 60
    assert (incident.restored_at - incident.detected_at).total_seconds() == expected["time_to_respond_s"] == 4320
    assert (incident.resolved_at - incident.detected_at).total_seconds() == expected["time_to_resolve_s"] == 10560
    assert verdicts(incident, Kind.ACKNOWLEDGE) == [("10:03", "met")]
    assert verdicts(incident, Kind.RESTORE) == [("10:48", "met_late")]
    restore = incident.deadlines.get(kind=Kind.RESTORE)
    assert restore.kept_at == restore.due_at + timedelta(minutes=12)
    assert verdicts(incident, Kind.STATUS_UPDATE) == [
        ("10:18", "met"),
        ("10:28", "missed"),
        ("10:58", "missed"),
        ("11:28", "missed"),
        ("11:58", "missed"),
        ("12:28", "missed"),
        ("12:58", "superseded"),
    ]
    review = incident.deadlines.get(kind=Kind.REVIEW)
    assert review.due_at == moment(expected["review_due_at"]) == datetime(2021, 6, 9, 12, 44, tzinfo=UTC)
    assert verdicts(incident, Kind.STAKEHOLDER_NOTICE) == [("10:03", "met")]


def test_the_ledger_is_the_same_however_often_the_engine_ran(
    loaded_runbook: None, ann: User, mailbox: Mailbox
) -> None:
    often = replay(Clock(moment(FASTLY["declared_at"]), timedelta(seconds=15)), ann)
    Audience.objects.get(key="executive-leadership").members.clear()
    once = replay(Clock(moment(FASTLY["declared_at"]), None), ann)

    assert ledger(often) == ledger(once)


def test_a_notice_to_an_audience_nobody_stands_behind_is_missed(
    loaded_runbook: None, ann: User, mailbox: Mailbox
) -> None:
    incident = replay(Clock(moment(FASTLY["declared_at"]), None), ann, executives_known_at=None)

    assert verdicts(incident, Kind.STAKEHOLDER_NOTICE) == [("10:03", "missed")]
    assert incident.timeline.filter(text__contains="has nobody who can be reached").exists()


def test_after_the_incident_reviews_and_items_are_chased_until_done(
    loaded_runbook: None, ann: User, person: Callable[..., User], mailbox: Mailbox
) -> None:
    """Review, post-mortem, three items of two owners, closing, and five Mondays of follow-ups."""
    time = Clock(moment(FASTLY["declared_at"]), None)
    incident = replay(time, ann)
    review, post_mortem = Review.objects.get(incident=incident), PostMortem.objects.get(incident=incident)
    with pytest.raises(InvalidTransition, match="neither kept nor waived"):
        lifecycle.close(incident, by=ann, now=time.now)

    hold_and_publish(review, post_mortem, ann, time)
    berlin = person("bea", roles.RESPONDER, time_zone="Europe/Berlin")
    owners = [Contact.objects.get(user=ann), Contact.objects.get(user=berlin)]
    items = [
        action_items.create(
            post_mortem=post_mortem,
            description=f"Item {n}",
            owner=owners[n % 2],
            due_on=date(2021, 6, 25),
            priority=ActionItem.Priority.HIGH,
            by=ann,
            now=time.now,
        )
        for n in range(3)
    ]
    lifecycle.close(incident, by=ann, now=time.now)
    assert Incident.objects.get(pk=incident.pk).status == Incident.Status.CLOSED

    mailbox.letters.clear()
    letters: list[tuple[int, int]] = []
    time.step = timedelta(minutes=30)
    done = {2: [items[1]], 4: [items[0], items[2]]}
    for week in range(1, 6):
        mailbox.letters.clear()
        monday = datetime(2021, 6, 14, tzinfo=UTC) + timedelta(weeks=week - 1)
        time.move_to(monday + timedelta(days=1))
        letters.append((len(mailbox.to("ann@example.org")), len(mailbox.to("bea@example.org"))))
        for item in done.get(week, []):
            action_items.complete(item, evidence="Merged", by=ann, now=time.now)

    assert letters == [(1, 1), (1, 1), (1, 0), (1, 0), (0, 0)]


def hold_and_publish(review: Review, post_mortem: PostMortem, ann: User, time: Clock) -> None:
    reviews.hold(review, minutes="All seven items discussed.", by=ann, now=time.move_to(clock("17:00")))
    with pytest.raises(InvalidTransition, match="Executive summary"):
        writing.publish(post_mortem, by=ann, now=time.now)
    for section in PostMortem.SECTIONS:
        setattr(post_mortem, section, f"Written: {section}")
    post_mortem.save()
    writing.publish(post_mortem, by=ann, now=time.now)


def test_every_letter_is_real_mail_with_text_html_and_one_message_id(
    loaded_runbook: None, ann: User, mailbox: Mailbox
) -> None:
    replay(Clock(moment(FASTLY["declared_at"]), timedelta(seconds=15)), ann)

    assert len(mailbox.letters) == OutgoingMessage.objects.filter(state="sent").count()
    assert len({letter["Message-ID"] for letter in mailbox.letters}) == len(mailbox.letters)
    for letter in mailbox.letters:
        assert letter["Subject"].startswith("[SEV-1] INC-2021-0001")
        assert letter.get_body(("plain",)) is not None
        assert letter.get_body(("html",)) is not None
    assert connection.vendor in {"sqlite", "postgresql"}
