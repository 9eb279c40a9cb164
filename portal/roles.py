"""The groups, from one table (design: default deny). Applied after every migrate."""

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import transaction

RESPONDER = "Responder"
COMMANDER = "Incident commander"
COMMUNICATIONS_LEAD = "Communications lead"
MANAGER = "Manager"
ADMINISTRATOR = "Administrator"

_SEE_INCIDENTS = [
    f"incidents.view_{model}"
    for model in (
        "incident",
        "deadline",
        "escalation",
        "incidentmessage",
        "milestonechange",
        "roleassignment",
        "severitychange",
        "stakeholdernotice",
        "statusupdate",
        "taskitem",
        "timelineentry",
    )
]
_DEFINITIONS = (
    "affectedsystem",
    "category",
    "checklist",
    "checklistentry",
    "kpitarget",
    "messagetemplate",
    "procedure",
    "procedurestep",
    "severitypolicy",
    "stakeholderrule",
)
_READ_RUNBOOK = [f"incidents.view_{model}" for model in _DEFINITIONS] + [
    f"contacts.view_{model}" for model in ("responserole", "escalationpath", "escalationlevel")
]
_EDIT_RUNBOOK = [
    f"{app}.{verb}_{model}"
    for verb in ("add", "change", "delete")
    for app, models in (
        ("incidents", _DEFINITIONS),
        ("contacts", ("responserole", "escalationpath", "escalationlevel")),
    )
    for model in models
]
_PEOPLE = ("contact", "team", "audience", "rota", "shift")
_READ_CONTACTS = [f"contacts.view_{model}" for model in _PEOPLE]
_EDIT_CONTACTS = [f"contacts.{verb}_{model}" for verb in ("add", "change") for model in _PEOPLE] + [
    f"contacts.delete_{model}" for model in ("audience", "shift")
]
_READ_POST_MORTEMS = [f"postmortems.view_{model}" for model in ("postmortem", "review", "actionitem", "followup")]
_RESPOND = [
    "incidents.declare_incident",
    "incidents.respond_incident",
    "incidents.change_incident",
    "incidents.add_timelineentry",
    "postmortems.change_postmortem",
    "postmortems.change_review",
    "postmortems.add_actionitem",
    "postmortems.change_actionitem",
]
_OUTBOX = ["contacts.view_outgoingmessage"]

ROLES: dict[str, list[str]] = {
    RESPONDER: _SEE_INCIDENTS + _RESPOND + _READ_RUNBOOK + _READ_CONTACTS + _READ_POST_MORTEMS,
    COMMANDER: [
        *_SEE_INCIDENTS,
        *_RESPOND,
        *_READ_RUNBOOK,
        *_EDIT_RUNBOOK,
        *_READ_CONTACTS,
        *_EDIT_CONTACTS,
        *_READ_POST_MORTEMS,
        *_OUTBOX,
        "incidents.command_incident",
        "incidents.communicate_incident",
        "postmortems.publish_postmortem",
    ],
    COMMUNICATIONS_LEAD: [
        *_SEE_INCIDENTS,
        *_RESPOND,
        *_READ_RUNBOOK,
        *_READ_CONTACTS,
        *_READ_POST_MORTEMS,
        *_OUTBOX,
        "incidents.communicate_incident",
        "incidents.change_messagetemplate",
    ],
    MANAGER: [
        "incidents.view_incident",
        "incidents.view_deadline",
        "incidents.view_kpitarget",
        *_READ_CONTACTS,
        *_READ_POST_MORTEMS,
    ],
    ADMINISTRATOR: [
        *_READ_RUNBOOK,
        *_EDIT_RUNBOOK,
        *_READ_CONTACTS,
        *_EDIT_CONTACTS,
        *_OUTBOX,
        *[f"contacts.{verb}_user" for verb in ("view", "add", "change")],
        *[f"auth.{verb}_group" for verb in ("view", "add", "change")],
        "common.view_heartbeat",
        "incidents.view_loadeddefinition",
        *[f"django_celery_beat.view_{model}" for model in ("periodictask", "intervalschedule", "crontabschedule")],
    ],
}


@transaction.atomic
def apply_roles(**_: Any) -> None:
    """Give each group exactly the permissions of the table; groups made by hand are left alone.

    Django makes permissions app by app after a migrate, so those still to come are made here first.
    """
    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0)
    known = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    for name, codenames in ROLES.items():
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.set([known[codename] for codename in codenames])
