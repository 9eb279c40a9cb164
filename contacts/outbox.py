"""The transactional outbox: letters are written with the change that causes them, and handed over later.

The outbox holds rendered text, a recipient and a unique key, and knows nothing of what a letter is about.
Delivery is at least once: a second copy is possible only if the process dies between the server's
acceptance and the commit of the result, and it carries the same Message-ID (RFC 5322, section 3.6.4).
"""

import hashlib
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db import IntegrityError, transaction

from contacts.models import Contact, OutgoingMessage
from portal.common.letters import Letter, one_line

State = OutgoingMessage.State


def message_id(key: str) -> str:
    """A Message-ID that is the same for the same key, on every attempt."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def write(
    *,
    key: str,
    contact: Contact,
    letter: Letter,
    now: datetime,
    topic: str = "",
    expires_at: datetime | None = None,
    is_mergeable: bool = False,
    held_for: timedelta = timedelta(),
) -> OutgoingMessage:
    """Write one letter into the caller's transaction; a key written before gives the letter of that time.

    ``topic`` names what :func:`withdraw` takes back. A mergeable letter may be held, so that
    :func:`contacts.digests.merge` can gather it before it goes.
    """
    unreachable = contact.why_unreachable
    fields = {
        "topic": topic,
        "contact": contact,
        "address": contact.email,
        "subject": one_line(letter.subject),
        "body_text": letter.text,
        "body_html": letter.html,
        "state": State.SUPPRESSED if unreachable else State.QUEUED,
        "reason": f"Not sent: {unreachable}." if unreachable else "",
        "settled_at": now if unreachable else None,
        "written_at": now,
        "not_before": now + held_for,
        "expires_at": expires_at,
        "is_mergeable": is_mergeable,
        "message_id": message_id(key),
    }
    try:
        with transaction.atomic():
            return OutgoingMessage.objects.create(key=key, **fields)
    except IntegrityError:
        return OutgoingMessage.objects.get(key=key)


def withdraw(*, topic: str, reason: str, now: datetime) -> int:
    """Suppress the letters of ``topic`` that nobody has begun to send, because they are no longer true."""
    waiting = OutgoingMessage.objects.filter(topic=topic, state=State.QUEUED)
    return waiting.update(state=State.SUPPRESSED, reason=f"Not sent: {reason}", settled_at=now)
