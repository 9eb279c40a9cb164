"""Every admin page opens, or is refused, for a person with every role, in a number of queries that is written down.

``UPDATE_BASELINE=1`` writes the numbers anew.
"""

import json
import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Audience, Contact, ResponseRole, Team, User
from incidents import lifecycle
from incidents.models import Incident, SeverityPolicy
from portal import engine, roles
from postmortems import action_items
from postmortems.models import ActionItem, PostMortem

BASELINE = Path(__file__).parent / "query_baseline.json"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def populate(ann: User, start: int) -> None:
    """Three more of everything that happens."""
    contact = Contact.objects.get(user=ann)
    for number in range(start, start + 3):
        incident = lifecycle.declare(
            title=f"Incident {number}",
            severity=SeverityPolicy.objects.get(code="SEV-1"),
            roles={ResponseRole.objects.get(code="IC"): contact},
            by=ann,
            now=NOW,
        )
        lifecycle.post_update(
            incident, current_impact="Same", audiences=Audience.objects.filter(key="executive-leadership"), by=ann,
            now=NOW + timedelta(minutes=5),
        )  # fmt: skip
        lifecycle.escalate(incident, reason="Help", by=ann, now=NOW + timedelta(minutes=6))
        if number % 3:
            lifecycle.resolve(incident, by=ann, now=NOW + timedelta(minutes=50))
        Team.objects.create(name=f"Team {number}")
    engine.tick(now=NOW + timedelta(minutes=55))
    for post_mortem in PostMortem.objects.all():
        action_items.create(
            post_mortem=post_mortem, description=f"Item {start}", owner=contact, priority=ActionItem.Priority.LOW,
            due_on=date(2026, 3, 5), by=ann, now=NOW + timedelta(hours=1),
        )  # fmt: skip


def all_powerful(person: Callable[..., User]) -> User:
    """Somebody far from Greenwich who may open everything, and a portal in which something has happened."""
    call_command("load_runbook", verbosity=0)
    ann = person("ann", *roles.ROLES, on_call=True, time_zone="Pacific/Auckland")
    User.objects.filter(pk=ann.pk).update(is_superuser=True)
    ann.refresh_from_db()
    populate(ann, 1)
    return ann


@pytest.fixture
def ann(person: Callable[..., User]) -> User:
    call_command("load_runbook", verbosity=0)
    return person("ann", *roles.ROLES, on_call=True)


def pages() -> dict[str, str]:
    """Every list, the first row of each, and every add page, by a name that lasts."""
    found = {"index": reverse("admin:index")}
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        found[f"{name} list"] = reverse(f"admin:{name}_changelist")
        found[f"{name} add"] = reverse(f"admin:{name}_add")
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            found[f"{name} page"] = reverse(f"admin:{name}_change", args=[row.pk])
    return found


def open_all(user: User) -> dict[str, tuple[int, int]]:
    """Status and number of queries of every page for this person."""
    client = Client()
    client.force_login(user)
    client.get(reverse("admin:index"))
    seen = {}
    for name, url in pages().items():
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url)
        seen[name] = (response.status_code, len(queries))
    return seen


@pytest.mark.parametrize("role", list(roles.ROLES))
def test_every_page_opens_or_is_refused(ann: User, person: Callable[..., User], role: str) -> None:
    populate(ann, 1)
    seen = open_all(person("visitor", role))
    assert {status for status, _ in seen.values()} <= {200, 403}
    allowed = sorted(name for name, (status, _) in seen.items() if status == 200)
    compare(f"pages of {role}", allowed)


def test_queries_do_not_grow_with_rows_and_stay_within_the_baseline(ann: User) -> None:
    populate(ann, 1)
    few = open_all(ann)
    populate(ann, 4)
    many = open_all(ann)
    grown = {name: (few[name][1], many[name][1]) for name in few if many[name][1] > few[name][1] + 1}
    assert grown == {}
    compare("queries", {name: queries for name, (_, queries) in sorted(many.items())})


def compare(name: str, value: Any) -> None:
    """Against the committed baseline: the same pages, and no more queries than written down."""
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    if os.environ.get("UPDATE_BASELINE"):
        baseline[name] = value
        BASELINE.write_text(json.dumps(baseline, indent=1, sort_keys=True) + "\n")
    elif isinstance(value, dict):
        more = {page: queries for page, queries in value.items() if queries > baseline[name].get(page, 0)}
        assert more == {}
    else:
        assert value == baseline[name]


def test_a_stranger_is_sent_to_sign_in(db: None) -> None:
    client = Client()
    assert client.get(reverse("admin:incidents_incident_changelist")).status_code == 302


def test_an_incident_page_does_not_grow_with_its_history(ann: User) -> None:
    populate(ann, 1)
    incident = Incident.objects.order_by("pk").first()
    assert incident is not None
    client = Client()
    client.force_login(ann)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(incident.get_absolute_url()).status_code == 200
        counts.append(len(queries))
        for number in range(20):
            lifecycle.add_note(incident, text=f"Note {number}", by=ann, now=NOW + timedelta(minutes=7))
    assert counts[1] <= counts[0]
    assert counts[0] <= 45


def test_an_administrator_makes_no_superuser_and_changes_none(person: Callable[..., User]) -> None:
    root, other = person("root"), person("other")
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    client = Client()
    client.force_login(person("ada", roles.ADMINISTRATOR))
    page = reverse("admin:contacts_user_change", args=[other.pk])
    assert "is_superuser" not in client.get(page).content.decode()
    client.post(page, {"email": other.email, "is_active": "on", "is_superuser": "on"})
    other.refresh_from_db()
    assert not other.is_superuser
    own = reverse("admin:contacts_user_change", args=[root.pk])
    assert client.post(own, {"email": "taken@example.org"}).status_code == 403
    assert client.get(reverse("admin:auth_user_password_change", args=[root.pk])).status_code == 403


def test_an_account_is_made_by_e_mail_and_can_sign_in(person: Callable[..., User]) -> None:
    client = Client()
    client.force_login(person("ada", roles.ADMINISTRATOR))
    words = {"usable_password": "true", "password1": "long-enough-9-words", "password2": "long-enough-9-words"}
    answer = client.post(reverse("admin:contacts_user_add"), {"email": "new@example.org"} | words)
    assert answer.status_code == 302
    assert Client().login(username="NEW@example.org", password="long-enough-9-words")


def test_the_menu_shows_nobody_what_they_may_not_open(person: Callable[..., User]) -> None:
    client = Client()
    for role, hidden in {roles.MANAGER: "contacts/user/", roles.ADMINISTRATOR: "incidents/incident/add/"}.items():
        client.force_login(person(f"visitor{len(role)}", role))
        assert hidden not in client.get(reverse("admin:index")).content.decode()
