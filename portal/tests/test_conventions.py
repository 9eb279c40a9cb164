"""Conventions of the house, held up against every model."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

#: Foreign keys point the way imports do.
ORDER = ("common", "contacts", "incidents", "postmortems")
#: Names that say more than the rule would.
OWN_NAMES = {
    "Contact.absent_from",
    "Contact.absent_until",
    "EscalationLevel.delay",
    "Escalation.requested_by",
    "MilestoneChange.new_value",
    "MilestoneChange.old_value",
    "OutgoingMessage.lease_until",
    "OutgoingMessage.not_before",
    "Procedure.window_ends",
    "Procedure.window_starts",
    "Review.scheduled_for",
    "SeverityPolicy.escalates_by_own_targets",
    "StakeholderNotice.to_affected_teams",
    "StakeholderRule.to_affected_teams",
    "StakeholderRule.within",
    "TimelineEntry.at",
}


def own_models() -> Iterator[type[models.Model]]:
    for label in ORDER:
        yield from apps.get_app_config(label).get_models()


def own_fields() -> Iterator[tuple[str, models.Field]]:  # type: ignore[type-arg]
    for model in own_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.Field) and field.model is model and model.__name__ != "User":
                yield f"{model.__name__}.{field.name}", field


def within_choices(model: type[models.Model]) -> dict[str, set[str]]:
    """Values that the database lets into a column, by column."""
    found = {}
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.CheckConstraint) and isinstance(constraint.condition, models.Q):
            leaf = constraint.condition.children[0]
            if len(constraint.condition.children) == 1 and isinstance(leaf, tuple) and leaf[0].endswith("__in"):
                found[leaf[0].removesuffix("__in")] = set(leaf[1])
    return found


def suffixes_of(field: models.Field) -> tuple[str, ...]:  # type: ignore[type-arg]
    if isinstance(field, models.DateTimeField):
        return ("_at",)
    if isinstance(field, models.DateField):
        return ("_on",)
    if isinstance(field, models.DurationField):
        return ("_within", "_every", "_before")
    return ()


def test_foreign_keys_point_the_way_imports_do() -> None:
    upward = []
    for name, field in own_fields():
        target = field.related_model
        if isinstance(target, type) and target._meta.app_label in ORDER:
            here = ORDER.index(field.model._meta.app_label)
            if ORDER.index(target._meta.app_label) > here:
                upward.append(name)
    assert upward == []


def test_the_database_knows_the_choices() -> None:
    differing = {}
    for name, field in own_fields():
        if field.choices:
            wanted = {str(value) for value, _ in field.flatchoices} | ({""} if field.blank else set())
            kept = within_choices(field.model).get(field.name)
            if kept != wanted:
                differing[name] = (wanted, kept)
    assert differing == {}


def test_names_of_times_dates_and_lengths_say_what_they_are() -> None:
    odd = {name for name, field in own_fields() if suffixes_of(field) and not name.endswith(suffixes_of(field))}
    odd |= {
        name
        for name, field in own_fields()
        if isinstance(field, models.BooleanField) and not field.name.startswith(("is_", "has_"))
    }
    assert odd <= OWN_NAMES


def test_whoever_did_something_did_it_at_a_time() -> None:
    every = {name for name, _ in own_fields()}
    lonely = {name for name in every if name.endswith("_by") and f"{name.removesuffix('_by')}_at" not in every}
    assert lonely <= OWN_NAMES


def test_names_excepted_from_the_rules_still_exist() -> None:
    assert {name for name, _ in own_fields()} >= OWN_NAMES


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
