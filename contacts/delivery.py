"""Hands letters over: claim, send with no transaction open, record the result.

1. Claim: a conditional UPDATE takes a row that is due, or whose holder's lease has passed. One row changed = mine.
2. A letter that has expired is suppressed with that reason instead of being sent.
3. Send one message to one recipient, bounded well under the lease.
4. Record the result only if the row still carries this attempt's number (a fencing token).
   Accepted -> sent; refused for now -> queued again later; refused for good -> failed.
"""

import logging
import secrets
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from contacts.models import OutgoingMessage
from portal.common.failpoints import failpoint

logger = logging.getLogger(__name__)

State = OutgoingMessage.State
BATCH = 50
FIRST_RETRY = timedelta(seconds=10)
LAST_RETRY = timedelta(minutes=15)


class RefusedForGood(Exception):
    """The server, or the letter itself, makes any further attempt pointless."""


def drain(*, now: datetime, clock: Callable[[], datetime] = timezone.now, most: int = 500) -> int:
    """Offer every letter that is due at ``now``; returns how many were handed over.

    ``clock`` gives the time of each result; tests pass a clock they move.
    """
    handed_over = 0
    lane = Lane()
    try:
        for _ in range(0, most, BATCH):
            ids = claimable_ids(now)
            for pk in ids:
                letter = claim(pk, now=clock())
                handed_over += letter is not None and offer(letter, lane, clock)
            if len(ids) < BATCH:
                break
    finally:
        lane.close()
    return handed_over


def claimable_ids(now: datetime) -> list[int]:
    """A batch of due letters, oldest first; PostgreSQL skips those that another process is about to claim."""
    with transaction.atomic():
        waiting = OutgoingMessage.objects.claimable(at=now).order_by("not_before", "pk")
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True, of=("self",))
        return list(waiting.values_list("pk", flat=True)[:BATCH])


def claim(pk: int, *, now: datetime) -> OutgoingMessage | None:
    """Take the letter for one lease, or None if another process has it."""
    lease = timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
    mine = (
        OutgoingMessage.objects.claimable(at=now)
        .filter(pk=pk)
        .update(state=State.SENDING, lease_until=now + lease, attempts=F("attempts") + 1, last_attempt_at=now)
    )
    return OutgoingMessage.objects.get(pk=pk) if mine else None


def offer(letter: OutgoingMessage, lane: "Lane", clock: Callable[[], datetime]) -> bool:
    """Send one claimed letter and record what became of it; True if it was handed over."""
    if letter.expires_at is not None and letter.expires_at <= clock():
        record(letter, state=State.SUPPRESSED, reason="Not sent: no longer true when its turn came.", at=clock())
        return False
    try:
        lane.send(letter)
    except RefusedForGood as error:
        record(letter, state=State.FAILED, reason=str(error), at=clock())
    except (OSError, smtplib.SMTPException) as error:
        lane.close()
        retry_later(letter, reason=str(error), at=clock())
    else:
        failpoint("delivery:accepted")
        record(letter, state=State.SENT, reason="", at=clock())
        return True
    return False


def record(letter: OutgoingMessage, *, state: str, reason: str, at: datetime) -> None:
    """Write the final result of this attempt, unless the lease has passed to another."""
    OutgoingMessage.objects.filter(pk=letter.pk, state=State.SENDING, attempts=letter.attempts).update(
        state=state,
        reason=reason[:500],
        lease_until=None,
        settled_at=at,
        sent_at=at if state == State.SENT else None,
    )


def retry_later(letter: OutgoingMessage, *, reason: str, at: datetime) -> None:
    """Queue again with exponential back-off (10 s doubling up to 15 min) and up to a quarter of jitter."""
    wait = min(FIRST_RETRY * 2 ** min(letter.attempts - 1, 10), LAST_RETRY)
    wait += wait * (secrets.randbelow(250) / 1000)
    logger.info("Letter %s not taken, tried again in %s: %s", letter.pk, wait, reason)
    OutgoingMessage.objects.filter(pk=letter.pk, state=State.SENDING, attempts=letter.attempts).update(
        state=State.QUEUED, reason=reason[:500], lease_until=None, not_before=at + wait
    )


class Lane:
    """One connection to the mail server, opened when needed and reopened after a fault."""

    def __init__(self) -> None:
        self.connection: BaseEmailBackend | None = None

    def send(self, letter: OutgoingMessage) -> None:
        """Hand one letter over. Raises RefusedForGood, or OSError/SMTPException for what may pass."""
        try:
            message = compose(letter)
            if self.connection is None:
                self.connection = get_connection(fail_silently=False)
                self.connection.open()
            self.connection.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise_by_code(code, text, error)
        except smtplib.SMTPResponseException as error:
            raise_by_code(error.smtp_code, error.smtp_error, error)
        except ValueError as error:
            raise RefusedForGood(f"The letter cannot be sent as it is: {error}") from error

    def close(self) -> None:
        if self.connection is None:
            return
        try:
            self.connection.close()
        except (OSError, smtplib.SMTPException):
            logger.info("The connection to the mail server was already gone.")
        self.connection = None


def raise_by_code(code: int, text: bytes | str, error: smtplib.SMTPException) -> None:
    """5xx is final (RFC 5321, section 4.2.1), save for a refused sign-in, which an operator can mend."""
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    if 500 <= code < 600 and not isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPHeloError):
        raise RefusedForGood(f"Refused by the mail server: {code} {words}") from error
    raise error


def compose(letter: OutgoingMessage) -> EmailMultiAlternatives:
    """The letter as a message: text first, HTML beside it, the Message-ID of its key."""
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.body_text,
        to=[letter.address],
        headers={
            "Message-ID": letter.message_id,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    if letter.body_html:
        message.attach_alternative(letter.body_html, "text/html")
    return message
