"""The first person of an empty portal: someone who can sign in, and whom the first incident can reach."""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction

from contacts.models import Contact, Rota, Shift, User
from portal.roles import ADMINISTRATOR, COMMANDER, apply_roles

DEFAULT_EMAIL = "admin@example.org"
DEFAULT_NAME = "First person"


@dataclass(frozen=True)
class Credentials:
    """What is shown once and kept nowhere."""

    email: str
    password: str


@transaction.atomic
def create(*, now: datetime) -> Credentials | None:
    """Make the first person, in charge and on call until further notice; None if anybody has an account."""
    if User.objects.exists():
        return None
    email = os.environ.get("FIRST_PERSON_EMAIL", "").strip() or DEFAULT_EMAIL
    name = os.environ.get("FIRST_PERSON_NAME", "").strip() or DEFAULT_NAME
    credentials = Credentials(email=email, password=secrets.token_urlsafe(12))
    user = account(credentials, name)
    contact = Contact(name=name, kind=Contact.Kind.PERSON, email=user.email, user=user, verified_at=now)
    contact.full_clean()
    contact.save()
    put_on_call(contact, now=now)
    return credentials


def account(credentials: Credentials, name: str) -> User:
    """Raises ValueError with one sentence if the e-mail is none."""
    first, _, last = name.partition(" ")
    try:
        user = User.objects.create_person(
            credentials.email, credentials.password, is_staff=True, first_name=first[:150], last_name=last[:150]
        )
    except ValidationError as error:
        raise ValueError(f"FIRST_PERSON_EMAIL is {credentials.email!r}, which is not an e-mail address.") from error
    apply_roles()
    user.groups.set(Group.objects.filter(name__in=[ADMINISTRATOR, COMMANDER]))
    return user


def put_on_call(contact: Contact, *, now: datetime) -> None:
    """An open-ended shift on the first rota there is; a rota is made where there is none."""
    rota = Rota.objects.order_by("pk").first() or Rota.objects.create(
        name="On call", description="Answers first when an incident is declared."
    )
    Shift.objects.create(rota=rota, contact=contact, starts_at=now)
