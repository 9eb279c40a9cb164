"""Levels of an escalation path can be put in another order, and never two in one place."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import EscalationPath, User
from portal import roles


@pytest.fixture
def desk(client: Client, person: Callable[..., User], loaded_runbook: None) -> Client:
    client.force_login(person("ada", roles.ADMINISTRATOR))
    return client


def save(client: Client, numbers: list[int]) -> tuple[int, str]:
    path = EscalationPath.objects.get(key="default")
    data: dict[str, object] = {"name": path.name, "key": path.key, "description": ""}
    data |= {"levels-TOTAL_FORMS": 5, "levels-INITIAL_FORMS": 5}
    for place, (level, number) in enumerate(zip(path.levels.order_by("pk"), numbers, strict=True)):
        row = {"id": level.pk, "path": path.pk, "number": number, "name": level.name, "delay": "15 min"}
        data |= {f"levels-{place}-{name}": value for name, value in row.items()}
    answer = client.post(reverse("admin:contacts_escalationpath_change", args=[path.pk]), data)
    return answer.status_code, answer.content.decode()


def test_two_levels_change_places(desk: Client) -> None:
    status, page = save(desk, [2, 1, 3, 4, 5])
    assert status == 302, page
    names = EscalationPath.objects.get(key="default").levels.order_by("number").values_list("name", flat=True)
    assert list(names)[:2] == ["Team Lead", "On-call Engineer"]


def test_two_levels_in_one_place_are_refused(desk: Client) -> None:
    status, page = save(desk, [1, 1, 3, 4, 5])
    assert status == 200
    assert "duplicate" in page or "already has a level" in page
