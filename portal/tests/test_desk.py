"""The duty desk answers: what burns, what is due, what is mine, who is on duty."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import ResponseRole, User
from incidents import lifecycle
from incidents.models import Incident, SeverityPolicy
from portal import roles


@pytest.fixture
def ann(person: Callable[..., User], loaded_runbook: None) -> User:
    return person("ann", roles.COMMANDER, on_call=True)


def declare(by: User, severity: str, title: str, **more: object) -> Incident:
    policy = SeverityPolicy.objects.get(code=severity)
    return lifecycle.declare(title=title, severity=policy, by=by, now=timezone.now(), **more)  # type: ignore[arg-type]


def desk(client: Client, user: User) -> str:
    client.force_login(user)
    return client.get(reverse("admin:index")).content.decode()


def test_the_most_severe_comes_first_with_its_next_promise_counting_down(client: Client, ann: User) -> None:
    declare(ann, "SEV-3", "Slow search")
    declare(ann, "SEV-1", "Payments fail")
    page = desk(client, ann)
    assert page.index("Payments fail") < page.index("Slow search")
    assert 'data-prefix="Acknowledge" data-due="' in page


def test_a_calm_desk_says_what_to_do_if_it_is_not(client: Client, ann: User) -> None:
    page = desk(client, ann)
    assert "No incident is open." in page
    assert "a title and a severity are enough" in page


def test_what_is_mine_is_shown_to_me_and_not_to_others(client: Client, ann: User, person: Callable[..., User]) -> None:
    declare(ann, "SEV-1", "Payments fail", roles={ResponseRole.objects.get(code="IC"): ann.contact})
    assert "<h2>Yours</h2>" in desk(client, ann)
    assert "<h2>Yours</h2>" not in desk(client, person("bob", roles.RESPONDER))


def test_an_administrator_sees_the_engine_and_no_incidents(
    client: Client, ann: User, person: Callable[..., User]
) -> None:
    declare(ann, "SEV-1", "Payments fail")
    page = desk(client, person("ada", roles.ADMINISTRATOR))
    assert "Payments fail" not in page
    assert "The engine does not run" in page
