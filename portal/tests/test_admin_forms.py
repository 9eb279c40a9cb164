"""Whatever is typed into any form of the admin, the answer is a page that says what is wrong, never a crash."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.db import models, transaction
from django.test import Client
from django.urls import reverse

from contacts.models import User
from portal.common.admin import VerbsMixin
from portal.tests.test_admin_pages import NOW, all_powerful

ODD = (
    "",
    "0",
    "-1",
    "1" * 30,
    "\x00",
    "a\r\nBcc: eve@example.org <script>alert(1)</script>{{ 7|add:7 }}{severity}{nonsense}",
    "\u202eright to left \U0001f525" + "long " * 3000,
    "0001-01-01",
    "9999-12-31",
    '{"a": NaN}',
)


class Inputs(HTMLParser):
    """Names and values of a page's main form."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.options: dict[str, list[str]] = {}
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag in {"input", "textarea"} and name and given.get("type") not in {"checkbox", "radio"}:
            self.values.setdefault(name, given.get("value") or "")
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            self.options.setdefault(self.select, []).append(given.get("value") or "")
        elif name and given.get("type") in {"checkbox", "radio"}:
            self.options.setdefault(name, []).append(given.get("value") or "on")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""


@pytest.fixture
def desk(person: Callable[..., User]) -> Iterator[Client]:
    ann = all_powerful(person)
    client = Client()
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        client.force_login(ann)
        yield client


def addresses(model: type[models.Model]) -> Iterator[str]:
    """The add page, the page of the first and last row, and the pages of their verbs."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    yield reverse(f"{name}_add")
    rows = model._default_manager.order_by("pk")
    for row in {row.pk: row for row in (rows.first(), rows.last()) if row is not None}.values():
        yield reverse(f"{name}_change", args=[row.pk])
        screen = admin.site._registry[model]
        if isinstance(screen, VerbsMixin):
            yield from (reverse(f"{name}_verb", args=[row.pk, verb.name]) for verb in screen.verbs)


def fillings(page: str) -> Iterator[dict[str, Any]]:
    """The form with an odd text wherever a person can type, with nothing chosen and with the last choices."""
    inputs = Inputs()
    inputs.feed(page)
    kept = {name: value for name, value in inputs.values.items() if name.endswith("_FORMS") or "csrf" in name}
    chosen = {name: options[-1] for name, options in inputs.options.items()}
    for odd in ODD:
        yield dict.fromkeys(inputs.values, odd) | kept
        yield dict.fromkeys(inputs.values, odd) | kept | chosen


@pytest.mark.parametrize("label", sorted(f"{model._meta.label_lower}" for model in admin.site._registry))
def test_no_input_crashes_a_form(desk: Client, label: str) -> None:
    model = next(each for each in admin.site._registry if each._meta.label_lower == label)
    for address in addresses(model):
        page = desk.get(address)
        if page.status_code != 200:
            continue
        for data in fillings(page.content.decode()):
            with transaction.atomic():
                answer = desk.post(address, data)
                transaction.set_rollback(True)
            assert answer.status_code in {200, 302, 403}, (address, data)
