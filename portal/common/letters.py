"""A letter is three templates and one function: subject, text and HTML."""

from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string


@dataclass(frozen=True)
class Letter:
    """Rendered text, ready for the outbox."""

    subject: str
    text: str
    html: str


def one_line(text: str, *, most: int = 200) -> str:
    """``text`` as a header may carry it: no line breaks or control characters, and no endless length (RFC 5322)."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def absolute_url(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


def render(name: str, context: dict[str, object]) -> Letter:
    """Render the folder ``name``, which holds ``subject.txt``, ``body.txt`` and ``body.html``."""
    full = {"organisation": settings.ORGANISATION_NAME, "base_url": settings.BASE_URL} | context
    return Letter(
        subject=one_line(render_to_string(f"{name}/subject.txt", full)),
        text=render_to_string(f"{name}/body.txt", full).strip() + "\n",
        html=render_to_string(f"{name}/body.html", full),
    )
