"""What every test shares: the tests' own folder for files, the runbook, a mailbox, people with roles."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from pytest_django.fixtures import Settings

from contacts.models import Contact, Rota, Shift, User
from portal import roles
from portal.tests.mailbox import Mailbox, smtp_server

#: Histories are costly, and shrinking one replays hundreds; these are the same each time, so that CI repeats itself.
#: ``--hypothesis-profile long`` looks further, elsewhere each time.
hypothesis.settings.register_profile(
    "house",
    max_examples=12,
    derandomize=True,
    deadline=None,
    phases=(hypothesis.Phase.explicit, hypothesis.Phase.reuse, hypothesis.Phase.generate),
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.register_profile(
    "long", hypothesis.settings.get_profile("house"), max_examples=400, derandomize=False
)
hypothesis.settings.load_profile("house")

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_files(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.STATIC_ROOT = str(tmp_path)
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def loaded_runbook(db: None) -> None:
    call_command("load_runbook", verbosity=0)


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Makes a person with roles and a reachable contact: ``person("ann", roles.COMMANDER)``."""
    roles.apply_roles()

    def make(name: str, *groups: str, on_call: bool = False, time_zone: str = "UTC") -> User:
        user = User.objects.create_person(
            f"{name}@example.org", "secret-word-9", first_name=name.title(), is_staff=True
        )
        user.groups.set(Group.objects.filter(name__in=groups))
        contact = Contact.objects.create(name=name.title(), email=user.email, user=user, time_zone=time_zone)
        if on_call:
            rota, _ = Rota.objects.get_or_create(name="On call")
            Shift.objects.create(rota=rota, contact=contact, starts_at=LONG_AGO)
        return user

    return make


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    """A real SMTP server on loopback that the portal's letters go to."""
    with smtp_server() as (box, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield box
