"""The engine as it runs: real worker and beat processes, a real broker, a real SMTP server; nothing eager."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from contacts import outbox
from contacts.models import Contact, EscalationLevel, OutgoingMessage, ResponseRole, User
from incidents import lifecycle
from incidents.models import Deadline, Incident, SeverityPolicy
from portal import roles
from portal.common.letters import Letter
from portal.tests.mailbox import Mailbox, smtp_server
from portal.tests.processes import BEAT, WORKER, environment, running, wait_until
from postmortems import action_items
from postmortems.models import ActionItem, FollowUp, Review

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("processes")]
Kind = Deadline.Kind


@pytest.fixture
def real_mail() -> Iterator[tuple[Mailbox, int]]:
    with smtp_server() as served:
        yield served


@pytest.fixture
def ann(transactional_db: None, person: Callable[..., User]) -> User:
    call_command("load_runbook", verbosity=0)
    policy = SeverityPolicy.objects.get(code="SEV-1")
    policy.acknowledge_within = timedelta(seconds=30)
    policy.update_every = timedelta(seconds=4)
    policy.review_within = timedelta(seconds=4)
    policy.save()
    for level in EscalationLevel.objects.filter(path=policy.escalation_path):
        level.delay = timedelta(seconds=2 * (level.number - 1)) if level.number <= 3 else timedelta(hours=1)
        level.save()
    return person("ann", roles.COMMANDER, on_call=True)


def count(mailbox: Mailbox, words: str) -> int:
    return sum(words in subject for subject in mailbox.subjects())


def test_a_short_incident_runs_through_real_processes(
    ann: User, real_mail: tuple[Mailbox, int], tmp_path: Path
) -> None:
    """Declare, escalate twice, acknowledge, miss an update, resolve, review due, one follow-up."""
    mailbox, port = real_mail
    with running(WORKER, BEAT, env=environment(tmp_path, port)):
        contact = Contact.objects.get(user=ann)
        incident = lifecycle.declare(
            title="Payments fail",
            severity=SeverityPolicy.objects.get(code="SEV-1"),
            roles={ResponseRole.objects.get(code="IC"): contact},
            by=ann,
            now=timezone.now(),
        )
        wait_until(lambda: count(mailbox, "declared") == 1)
        wait_until(lambda: count(mailbox, "level 2") and count(mailbox, "level 3"))
        lifecycle.acknowledge(incident, by=ann, now=timezone.now())
        wait_until(lambda: count(mailbox, "missed: post a status update"))
        lifecycle.resolve(incident, by=ann, now=timezone.now())
        wait_until(lambda: Review.objects.filter(incident=incident).exists())
        wait_until(lambda: count(mailbox, "review") >= 1)
        item = action_items.create(
            post_mortem=Incident.objects.get(pk=incident.pk).post_mortem,
            description="Add a second provider",
            owner=contact,
            priority=ActionItem.Priority.HIGH,
            due_on=timezone.now().date() + timedelta(days=30),
            by=ann,
            now=timezone.now(),
        )
        FollowUp.objects.pending().filter(owner=contact).update(due_at=timezone.now() + timedelta(seconds=2))
        wait_until(lambda: count(mailbox, "action item"))
    assert item.status == ActionItem.Status.OPEN
    assert incident.deadlines.get(kind=Kind.ACKNOWLEDGE).verdict == Deadline.Verdict.MET
    assert max(Counter(letter["Message-ID"] for letter in mailbox.letters).values()) == 1


def test_two_beats_and_two_workers_decide_and_deliver_once(
    ann: User, real_mail: tuple[Mailbox, int], tmp_path: Path
) -> None:
    mailbox, port = real_mail
    long_ago = timezone.now() - timedelta(hours=3)
    policy = SeverityPolicy.objects.get(code="SEV-3")
    for number in range(20):
        lifecycle.declare(title=f"Incident {number}", severity=policy, by=ann, now=long_ago)
    with running(WORKER, WORKER, BEAT, BEAT, env=environment(tmp_path, port)):
        wait_until(lambda: not Deadline.objects.overdue(at=timezone.now()).exists())
        wait_until(lambda: not OutgoingMessage.objects.filter(state__in=["queued", "sending"]).exists())

    received = Counter(letter["Message-ID"] for letter in mailbox.letters)
    sent = set(OutgoingMessage.objects.filter(state="sent").values_list("message_id", flat=True))
    assert set(received) == sent
    assert max(received.values()) == 1
    assert Deadline.objects.filter(kind=Kind.ACKNOWLEDGE, first_verdict="missed").count() == 20
    missed = f"Missed: {Kind.ACKNOWLEDGE.label}"
    assert all(each.timeline.filter(text__startswith=missed).count() == 1 for each in Incident.objects.all())


def test_a_worker_killed_between_acceptance_and_commit_loses_nothing(
    ann: User, real_mail: tuple[Mailbox, int], tmp_path: Path
) -> None:
    mailbox, port = real_mail
    contact = Contact.objects.get(user=ann)
    for number in range(5):
        outbox.write(
            key=f"k{number}", contact=contact, letter=Letter(f"Letter {number}", "x", ""), now=datetime.now(UTC)
        )
    killed = environment(tmp_path, port, FAILPOINT="delivery:accepted")
    with running(WORKER, BEAT, env=killed) as (worker, _beat):
        wait_until(lambda: worker.poll() is not None)
        assert worker.returncode == -signal.SIGKILL
    with running(WORKER, BEAT, env=environment(tmp_path, port)):
        wait_until(lambda: OutgoingMessage.objects.filter(state="sent").count() == 5)

    received = Counter(letter["Message-ID"] for letter in mailbox.letters)
    assert len(received) == 5
    assert sorted(received.values()) == [1, 1, 1, 1, 2]
