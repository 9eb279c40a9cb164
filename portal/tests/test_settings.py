"""Settings: a good value is read, a bad one stops the start with one sentence."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from portal.common.environment import Environment, is_domain, kept_secret


def env(value: str) -> Environment:
    return Environment({"X": value})


def test_empty_counts_as_not_set() -> None:
    assert env("  ").text("X", "default") == "default"


@pytest.mark.parametrize(("value", "meant"), [("yes", True), ("TRUE", True), ("off", False), ("0", False)])
def test_flags_are_words_or_figures(value: str, *, meant: bool) -> None:
    assert env(value).flag("X", default=not meant) is meant


def test_good_values_are_read() -> None:
    assert env(" 8080 ").number("X", 1, least=1, most=9000) == 8080
    assert env("a, b ,").words("X", []) == ["a", "b"]
    assert env("Friday").weekday("X", "monday") == 4
    assert env("Europe/Prague").zone("X", "UTC") == "Europe/Prague"
    assert env("https://portal.example.org/").base_url("X", "") == "https://portal.example.org"
    assert env("Portal <portal@example.org>").address("X", "") == "Portal <portal@example.org>"
    assert env("smtp://user:secret@mail.example.org:25").url("X", "", ("smtp",)).startswith("smtp://")


@pytest.mark.parametrize(
    ("read", "why"),
    [
        (lambda: env("maybe").flag("X", default=True), "neither yes nor no"),
        (lambda: env("1e3").number("X", 1, least=1, most=9), "not a whole number"),
        (lambda: env("10").number("X", 1, least=1, most=9), "out of range"),
        (lambda: env("Mars/Olympus").zone("X", "UTC"), "no such time zone"),
        (lambda: env("someday").weekday("X", "monday"), "not a day of the week"),
        (lambda: env("nobody").address("X", ""), "not an e-mail address"),
        (lambda: env("https://example.org/path").base_url("X", ""), "not a plain web address"),
        (lambda: env("example.org").base_url("X", ""), "not a plain web address"),
        (lambda: env("gopher://example.org").url("X", "", ("smtp",)), "not a scheme the portal knows"),
        (lambda: env("smtp://example.org:99999").url("X", "", ("smtp",)), "port is not a number"),
    ],
)
def test_a_bad_value_is_refused_with_its_name_and_the_reason(read: Callable[[], object], why: str) -> None:
    with pytest.raises(SystemExit, match=why) as refusal:
        read()
    assert "The setting X is" in str(refusal.value)


def test_a_refusal_shows_no_password() -> None:
    with pytest.raises(SystemExit) as refusal:
        env("gopher://ada:secret@example.org").url("X", "", ("smtp",))
    assert "secret" not in str(refusal.value)


def test_the_secret_is_made_once_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret_key"
    secret = kept_secret(path)
    assert len(secret) >= 50
    assert kept_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "sqlite://:memory:"),
        ("EMAIL_URL", "carrier-pigeon://loft"),
        ("PORT", "eighty"),
        ("BASE_URL", "incidents.example.org"),
    ],
)
def test_the_start_stops_with_one_line(name: str, value: str, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"VAR_DIR": str(tmp_path), name: value},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert result.returncode == 1
    assert result.stderr.startswith(f"The setting {name} is ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("host", "expected"),
    [("incidents.example.org", True), ("127.0.0.1", False), ("localhost", False), ("::1", False)],
)
def test_letters_come_from_a_name_not_from_numbers(host: str, *, expected: bool) -> None:
    assert is_domain(host) is expected
