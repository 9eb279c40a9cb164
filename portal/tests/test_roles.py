"""The groups follow from one table, after every migrate."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from portal import roles


def of(name: str) -> set[str]:
    pairs = Group.objects.get(name=name).permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in pairs}


@pytest.mark.django_db
def test_groups_are_there_after_migrate() -> None:
    assert {name: of(name) for name in roles.ROLES} == {name: set(words) for name, words in roles.ROLES.items()}


@pytest.mark.django_db
def test_migrate_puts_the_table_back_and_leaves_other_groups_alone() -> None:
    Group.objects.get(name=roles.MANAGER).permissions.clear()
    own = Group.objects.create(name="Made by hand")
    own.permissions.add(Permission.objects.get(codename="view_incident"))
    call_command("migrate", verbosity=0)
    assert of(roles.MANAGER) == set(roles.ROLES[roles.MANAGER])
    assert of("Made by hand") == {"incidents.view_incident"}


@pytest.mark.django_db
def test_nobody_may_delete_history() -> None:
    facts = {
        f"{app}.delete_{model}"
        for app, models in {
            "incidents": ("incident", "deadline", "timelineentry", "escalation", "statusupdate", "roleassignment"),
            "postmortems": ("postmortem", "review", "actionitem", "followup"),
            "contacts": ("user", "contact", "outgoingmessage"),
        }.items()
        for model in models
    }
    assert not facts & {word for words in roles.ROLES.values() for word in words}
