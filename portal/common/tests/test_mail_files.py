"""Letters as files."""

import stat
from email import message_from_bytes
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from pytest_django.fixtures import Settings
from time_machine import TimeMachineFixture

from portal.common.mail_files import EmailBackend


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


def letter(subject: str = "SEV-1 declared: please acknowledge") -> EmailMessage:
    return EmailMessage(subject, "Line one\nžluťoučký", "portal@example.org", ["ada@example.org"])


def test_each_letter_is_one_file_named_by_time_and_subject(folder: Path) -> None:
    assert EmailBackend().send_messages([letter(), letter()]) == 2
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 2
    assert all(name.endswith("-sev-1-declared-please-acknowledge.eml") for name in names)


def test_two_letters_of_one_instant_are_both_kept(folder: Path, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-06-09 12:44:00Z", tick=False)
    EmailBackend().send_messages([letter(), letter()])
    assert sorted(path.name for path in folder.iterdir()) == [
        "20260609-124400-000000-sev-1-declared-please-acknowledge-2.eml",
        "20260609-124400-000000-sev-1-declared-please-acknowledge.eml",
    ]


def test_file_and_folder_are_the_owners_alone(folder: Path) -> None:
    EmailBackend().send_messages([letter()])
    (file,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_content_is_what_smtp_would_carry(folder: Path) -> None:
    EmailBackend().send_messages([letter()])
    (file,) = folder.iterdir()
    content = file.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert message_from_bytes(content)["To"] == "ada@example.org"


@pytest.mark.parametrize(
    ("subject", "slug"), [("", "letter"), ("../../etc/passwd", "etcpasswd"), ("x" * 90, "x" * 60)]
)
def test_a_subject_cannot_leave_the_folder(folder: Path, subject: str, slug: str) -> None:
    EmailBackend().send_messages([letter(subject)])
    (file,) = folder.iterdir()
    assert file.name.endswith(f"-{slug}.eml")


def test_a_folder_that_cannot_be_made_is_an_error(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.EMAIL_FILE_PATH = str(tmp_path / "file" / "mail")
    with pytest.raises(OSError, match="file"):
        EmailBackend().send_messages([letter()])
