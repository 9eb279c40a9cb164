"""The outbox: one row per key, handed over at least once, taken back when no longer true."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from contacts import delivery, digests, outbox
from contacts.models import Contact, OutgoingMessage
from portal.common.letters import Letter
from portal.tests.mailbox import Mailbox

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
State = OutgoingMessage.State
LETTER = Letter(subject="Acknowledge now", text="Please.\n", html="<p>Please.</p>")


@pytest.fixture
def ann(db: None) -> Contact:
    return Contact.objects.create(name="Ann", email="ann@example.org")


def write(contact: Contact, key: str = "k1", **fields: object) -> OutgoingMessage:
    return outbox.write(**{"key": key, "contact": contact, "letter": LETTER, "now": NOW} | fields)  # type: ignore[arg-type]


def drain(now: datetime = NOW) -> int:
    return delivery.drain(now=now, clock=lambda: now)


def test_a_key_is_written_once(ann: Contact) -> None:
    assert write(ann).pk == write(ann).pk
    assert OutgoingMessage.objects.count() == 1


def test_a_letter_is_sent_once_as_text_and_html(ann: Contact, mailbox: Mailbox) -> None:
    write(ann)

    assert [drain(), drain()] == [1, 0]
    (letter,) = mailbox.letters
    assert letter["Subject"] == "Acknowledge now"
    assert {part.get_content_type() for part in letter.walk()} >= {"text/plain", "text/html"}
    assert OutgoingMessage.objects.get().state == State.SENT


def test_a_placeholder_is_never_written_to(ann: Contact, mailbox: Mailbox) -> None:
    ann.is_placeholder = True
    letter = write(ann)
    drain()

    assert mailbox.letters == []
    assert letter.state == State.SUPPRESSED
    assert "placeholder" in letter.reason


def test_a_withdrawn_letter_is_not_sent(ann: Contact, mailbox: Mailbox) -> None:
    write(ann, topic="deadline:1")
    outbox.withdraw(topic="deadline:1", reason="it was kept.", now=NOW)
    drain()

    assert mailbox.letters == []


def test_an_expired_letter_is_not_sent(ann: Contact, mailbox: Mailbox) -> None:
    write(ann, expires_at=NOW + timedelta(minutes=1))
    drain(NOW + timedelta(minutes=2))

    assert mailbox.letters == []
    assert OutgoingMessage.objects.get().state == State.SUPPRESSED


def test_a_temporary_refusal_is_tried_again_later(ann: Contact, mailbox: Mailbox) -> None:
    write(ann)
    mailbox.answer = lambda _letter: "451 come back later"
    drain()
    waiting = OutgoingMessage.objects.get()
    assert (waiting.state, waiting.attempts) == (State.QUEUED, 1)
    assert timedelta(seconds=10) <= waiting.not_before - NOW <= timedelta(seconds=13)

    mailbox.answer = lambda _letter: "250 taken"
    assert drain(NOW + timedelta(seconds=5)) == 0
    assert drain(NOW + timedelta(seconds=15)) == 1


def test_a_final_refusal_fails_after_one_attempt(ann: Contact, mailbox: Mailbox) -> None:
    write(ann)
    mailbox.answer = lambda _letter: "550 no such person"
    drain()

    letter = OutgoingMessage.objects.get()
    assert (letter.state, letter.attempts) == (State.FAILED, 1)
    assert "550 no such person" in letter.reason


def test_one_refused_letter_does_not_hold_up_the_next(ann: Contact, mailbox: Mailbox) -> None:
    bob = Contact.objects.create(name="Bob", email="bob@example.org")
    write(ann, "k1")
    write(bob, "k2")
    mailbox.answer = lambda letter: "550 no" if letter["To"] == "ann@example.org" else "250 taken"

    assert drain() == 1
    assert mailbox.subjects("bob@example.org") == ["Acknowledge now"]


def test_no_server_loses_nothing(ann: Contact, mailbox: Mailbox, settings: Settings) -> None:
    write(ann)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    drain()
    assert OutgoingMessage.objects.get().state == State.QUEUED

    settings.EMAIL_PORT = port
    assert drain(NOW + timedelta(minutes=1)) == 1


def test_a_claimed_letter_is_nobody_elses_until_the_lease_ends(ann: Contact, settings: Settings) -> None:
    letter = write(ann)
    assert delivery.claim(letter.pk, now=NOW) is not None
    assert delivery.claim(letter.pk, now=NOW + timedelta(seconds=5)) is None
    after = NOW + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
    assert delivery.claim(letter.pk, now=after) is not None


def test_a_result_that_comes_after_the_lease_changes_nothing(ann: Contact, settings: Settings) -> None:
    late = delivery.claim(write(ann).pk, now=NOW)
    again = delivery.claim(late.pk, now=NOW + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)) if late else None
    assert late is not None
    assert again is not None
    delivery.record(late, state=State.FAILED, reason="late", at=NOW)

    assert OutgoingMessage.objects.get().state == State.SENDING


def test_a_line_break_in_a_subject_cannot_become_a_header(ann: Contact, mailbox: Mailbox) -> None:
    write(ann, letter=Letter("Hello\r\nBcc: eve@example.org", "x", ""))
    drain()

    assert mailbox.letters[0]["Bcc"] is None
    assert mailbox.letters[0]["Subject"] == "Hello Bcc: eve@example.org"


def test_the_message_id_belongs_to_the_key(ann: Contact) -> None:
    assert write(ann).message_id == outbox.message_id("k1") != outbox.message_id("k2")


@pytest.mark.parametrize(("written", "sent"), [(5, 5), (6, 1), (40, 1)])
def test_more_than_five_letters_of_one_run_become_one_digest(
    ann: Contact, mailbox: Mailbox, written: int, sent: int
) -> None:
    for number in range(written):
        write(ann, f"k{number}", is_mergeable=True, held_for=digests.HELD_FOR)
    digests.merge(written_at=NOW)
    drain()

    assert len(mailbox.letters) == sent
    assert not OutgoingMessage.objects.filter(state=State.QUEUED).exists()


def test_letters_that_may_not_be_merged_never_are(ann: Contact, mailbox: Mailbox) -> None:
    for number in range(8):
        write(ann, f"k{number}")
    digests.merge(written_at=NOW)
    drain()

    assert len(mailbox.letters) == 8


def test_history_cannot_be_deleted(ann: Contact, person: Callable[..., object]) -> None:
    letter = write(ann)
    with pytest.raises(Exception, match="History is kept"):
        letter.delete()
    with pytest.raises(Exception, match="History is kept"):
        OutgoingMessage.objects.all().delete()
