"""Typed readers for settings: each raises one sentence that says which, why and what would be right."""

import os
import re
import secrets
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


def refuse(name: str, value: str, why: str, right: str) -> NoReturn:
    """Stop the process with one sentence instead of a traceback."""
    shown = re.sub(r"://[^@/]*@", "://***@", value)
    raise SystemExit(f"The setting {name} is {shown!r}, but {why}; {right}.")


class Environment:
    """Reads one setting at a time from the process environment; empty counts as not set."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.values = os.environ if values is None else values

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, "").strip() or default

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.text(name)
        if not value:
            return default
        if value.lower() in TRUE | FALSE:
            return value.lower() in TRUE
        refuse(name, value, "it is neither yes nor no", "use true or false")

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not re.fullmatch(r"-?\d{1,9}", value):
            refuse(name, value, "it is not a whole number", f"use a number from {least} to {most}")
        if not least <= int(value) <= most:
            refuse(name, value, "it is out of range", f"use a number from {least} to {most}")
        return int(value)

    def words(self, name: str, default: list[str]) -> list[str]:
        """A comma-separated list."""
        value = self.text(name)
        return [word.strip() for word in value.split(",") if word.strip()] if value else default

    def zone(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if value not in available_timezones():
            refuse(name, value, "no such time zone is known", "use a name such as Europe/Berlin or UTC")
        return ZoneInfo(value).key

    def weekday(self, name: str, default: str) -> int:
        """Monday is 0."""
        value = self.text(name, default).lower()
        if value not in WEEKDAYS:
            refuse(name, value, "it is not a day of the week", "use an English name such as monday")
        return WEEKDAYS.index(value)

    def address(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(value)[1]) or "\n" in value:
            refuse(name, value, "it is not an e-mail address", 'use one such as "Portal <portal@example.org>"')
        return value

    def base_url(self, name: str, default: str) -> str:
        """An http or https address without path, as people and letters reach the portal."""
        value = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(value)
            usable = parts.scheme in {"http", "https"} and parts.hostname and not parts.path and not parts.query
            _ = parts.port
        except ValueError:
            usable = False
        if not usable:
            refuse(name, value, "it is not a plain web address", "use one such as https://incidents.example.org")
        return value

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        value = self.text(name, default)
        scheme = value.split(":", 1)[0]
        if ":" not in value or scheme not in schemes:
            refuse(name, value, f"{scheme!r} is not a scheme the portal knows", f"use one of {', '.join(schemes)}")
        try:
            _ = urlsplit(value).port
        except ValueError:
            refuse(name, value, "its port is not a number from 0 to 65535", "correct the part after the last colon")
        return value


def is_domain(host: str) -> bool:
    """The host is a name that mail can come from: not an address in numbers, not the bare name of a machine."""
    return "." in host and not re.fullmatch(r"[\d.]+", host)


def kept_secret(path: Path) -> str:
    """The secret kept in ``path``, made once with mode 0600; safe when two processes start together."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
