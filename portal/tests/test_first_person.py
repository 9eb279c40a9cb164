"""The first person of an empty portal."""

from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.utils import timezone

from contacts.models import Contact, Rota, Shift, User
from portal import first_person
from portal.roles import ADMINISTRATOR, COMMANDER

pytestmark = pytest.mark.django_db


def test_the_first_person_can_sign_in_and_holds_both_roles() -> None:
    made = first_person.create(now=timezone.now())
    assert made is not None
    user = authenticate(username=made.email, password=made.password)
    assert isinstance(user, User)
    assert user.is_staff
    assert not user.is_superuser
    assert set(user.groups.values_list("name", flat=True)) == {ADMINISTRATOR, COMMANDER}


def test_the_first_person_is_reachable_and_on_call_until_further_notice() -> None:
    now = timezone.now()
    first_person.create(now=now)
    shift = Shift.objects.current(at=now).get()
    assert shift.ends_at is None
    assert (shift.rota.name, shift.contact.verified_at) == ("On call", now)
    assert Contact.objects.reachable().get() == shift.contact


def test_a_rota_that_is_there_is_used() -> None:
    rota = Rota.objects.create(name="Platform")
    first_person.create(now=timezone.now())
    assert Shift.objects.get().rota == rota


def test_where_anybody_has_an_account_nothing_happens() -> None:
    User.objects.create_person("ada@example.org")
    assert first_person.create(now=timezone.now()) is None
    assert User.objects.count() == 1


def test_the_password_is_printed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRST_PERSON_EMAIL", "ada@example.org")
    monkeypatch.setenv("FIRST_PERSON_NAME", "Ada")
    first, second = StringIO(), StringIO()
    call_command("create_first_person", stdout=first)
    call_command("create_first_person", stdout=second)
    assert "ada@example.org" in first.getvalue()
    assert Contact.objects.get().name == "Ada"
    assert second.getvalue() == ""


def test_a_bad_address_is_one_sentence_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRST_PERSON_EMAIL", "nobody")
    with pytest.raises(CommandError, match="not an e-mail address"):
        call_command("create_first_person")
    assert not User.objects.exists()
    assert not Contact.objects.exists()
