"""Every list can be searched, sorted by each column and filtered by each link it offers."""

import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from contacts.models import User
from portal.tests.test_admin_pages import all_powerful

MOST_LINKS = 40


@pytest.fixture
def desk(person: Callable[..., User]) -> Client:
    ann = all_powerful(person)
    client = Client()
    client.force_login(ann)
    return client


def queries(model: type[Model], page: str) -> Iterator[str]:
    """What a person could ask of the list."""
    screen = admin.site._registry[model]
    if screen.search_fields:
        yield from ("?q=INC-2026-0001", "?q=%00x", "?q=" + "%F0%9F%94%A5" * 30, "?q=a b c d e f %22")
    for number in range(1, len(screen.list_display) + 1):
        yield from (f"?o={number}", f"?o=-{number}")
    links = {unescape(link) for link in re.findall(r'href="(\?[^"]+)"', page)}
    yield from sorted(links)[:MOST_LINKS]
    yield from ("?p=9999", "?nonsense=1", "?e=1")


@pytest.mark.parametrize("label", sorted(f"{model._meta.label_lower}" for model in admin.site._registry))
def test_a_list_answers_whatever_is_asked(desk: Client, label: str) -> None:
    model = next(each for each in admin.site._registry if each._meta.label_lower == label)
    address = reverse(f"admin:{label.replace('.', '_')}_changelist")
    first = desk.get(address)
    assert first.status_code == 200
    for query in queries(model, first.content.decode()):
        answer = desk.get(address + query, follow=True)
        assert answer.status_code == 200, query
