"""Open incidents that look alike are shown before a duplicate is declared; past ones show what was promised."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from contacts.models import User
from incidents import lifecycle, similar
from incidents.models import AffectedSystem, Category, Incident
from incidents.tests.conftest import NOW

Declare = Callable[..., Incident]


@pytest.mark.parametrize(
    ("title", "is_like"),
    [
        ("Payments fail", True),
        ("PAYMENTS are slow", True),
        ("payments fail for cards of one bank", True),
        ("Search is down", False),
        ("", False),
    ],
)
def test_half_of_the_words_make_a_look_alike(declare: Declare, title: str, *, is_like: bool) -> None:
    declare()
    found = similar.similar_open(title=title, category=None, systems=[])
    assert bool(found) is is_like


def test_category_and_system_together_make_a_look_alike(declare: Declare) -> None:
    category, system = Category.objects.get(key="database"), AffectedSystem.objects.get(key="database")
    declare(category=category, affected_systems=[system])
    assert similar.similar_open(title="Other words", category=category, systems=[system])
    assert not similar.similar_open(title="Other words", category=category, systems=[])


def test_what_is_resolved_is_no_look_alike(declare: Declare, ann: User) -> None:
    incident = declare()
    lifecycle.resolve(incident, by=ann, now=NOW)
    assert not similar.similar_open(title=incident.title, category=None, systems=[])


def test_past_incidents_of_the_category_are_found_for_a_year(declare: Declare, ann: User) -> None:
    category = Category.objects.get(key="database")
    old = declare(category=category)
    lifecycle.resolve(old, by=ann, now=NOW + timedelta(hours=1))
    later = NOW + timedelta(days=100)
    new = declare(category=category, now=later)
    assert list(similar.past(new, now=later)) == [old]
    assert not similar.past(new, now=NOW + timedelta(days=367))
