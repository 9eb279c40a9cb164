"""Letters as files: what ``EMAIL_URL=filemail://FOLDER`` does, so that a fresh clone can be tried without a server."""

import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.text import slugify

SLUG_LENGTH = 60


class EmailBackend(BaseEmailBackend):
    """Writes each letter to a file of its own, with the bytes that SMTP would carry; every error is raised."""

    def __init__(self, fail_silently: bool = False, **_: Any) -> None:  # noqa: FBT001, FBT002  (Django's signature)
        super().__init__(fail_silently=fail_silently)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            keep(folder, stem(message, datetime.now(UTC)), as_sent(message))
        return len(email_messages)


def as_sent(message: EmailMessage) -> bytes:
    mime: Any = message.message()
    return bytes(mime.as_bytes(linesep="\r\n"))


def stem(message: EmailMessage, at: datetime) -> str:
    slug = slugify(message.subject)[:SLUG_LENGTH].strip("-_") or "letter"
    return f"{at:%Y%m%d-%H%M%S-%f}-{slug}"


def keep(folder: Path, name: str, content: bytes) -> Path:
    """Write ``content`` to a new file, whole or not at all; an older letter of that name is never overwritten."""
    handle, draft = tempfile.mkstemp(dir=folder, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return link_free_name(Path(draft), folder, name)
    finally:
        Path(draft).unlink()


def link_free_name(draft: Path, folder: Path, name: str) -> Path:
    """Give the finished draft its first free name; ``link`` fails where ``rename`` would replace."""
    for number in count(1):
        target = folder / (f"{name}.eml" if number == 1 else f"{name}-{number}.eml")
        try:
            target.hardlink_to(draft)
        except FileExistsError:
            continue
        return target
    raise AssertionError("unreachable")
