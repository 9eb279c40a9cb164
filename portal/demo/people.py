"""Invented people who act while the history is written, and can neither sign in nor be written to afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import Group

from contacts.models import Audience, Contact, Rota, Shift, Team, User
from portal import roles

NOTE = "Invented for the demonstration. The address leads nowhere."
#: Name, address, team, time zone, job title.
CAST = (
    ("Amara Okafor", "amara.okafor", "Operations", "Africa/Lagos", "Head of operations"),
    ("Jonas Lindqvist", "jonas.lindqvist", "Development", "Europe/Stockholm", "Staff engineer"),
    ("Mei Tanaka", "mei.tanaka", "Operations", "Asia/Tokyo", "Site reliability engineer"),
    ("Lucía Fernández", "lucia.fernandez", "Customer success", "Europe/Madrid", "Customer success manager"),
    ("Noah Whitfield", "noah.whitfield", "Development", "America/Chicago", "Database engineer"),
)
#: Addresses under this name are reserved (RFC 2606): no letter to them can reach a stranger.
DOMAIN = "demo.example.org"
TOLD = ("executive-leadership", "department-heads", "affected-teams")


@dataclass(frozen=True)
class Person:
    """An account and the contact behind it."""

    user: User
    contact: Contact


@contextmanager
def cast(*, since: datetime, until: datetime) -> Iterator[list[Person]]:
    """People on duty week by week from ``since`` until ``until``; afterwards their accounts and addresses are shut."""
    people = [make(*words, now=since) for words in CAST]
    put_on_call(people, since=since, until=until)
    for audience in Audience.objects.filter(key__in=TOLD):
        audience.members.add(people[0].contact)
    yield people
    for person in people:
        person.user.groups.clear()
        User.objects.filter(pk=person.user.pk).update(is_active=False)
        Contact.objects.filter(pk=person.contact.pk).update(is_active=False)


def make(name: str, address: str, team: str, zone: str, job_title: str, *, now: datetime) -> Person:
    email = f"{address}@{DOMAIN}"
    first, last = name.split(" ", 1)
    user = User.objects.create_person(email, None, first_name=first, last_name=last, is_staff=False)
    user.groups.set(Group.objects.filter(name=roles.COMMANDER))
    contact = Contact.objects.create(
        name=name,
        email=email,
        user=user,
        team=Team.objects.filter(name=team).first(),
        time_zone=zone,
        job_title=job_title,
        verified_at=now,
        notes=NOTE,
    )
    return Person(user, contact)


def put_on_call(people: list[Person], *, since: datetime, until: datetime) -> None:
    """One week each, in turn."""
    rota = Rota.objects.create(name="On call (demonstration)", description=NOTE)
    week, number = timedelta(weeks=1), 0
    while since + number * week < until:
        starts = since + number * week
        person = people[number % len(people)]
        Shift.objects.create(rota=rota, contact=person.contact, starts_at=starts, ends_at=min(starts + week, until))
        number += 1
