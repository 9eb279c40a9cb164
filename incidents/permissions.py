"""Who may do what to an incident (design: roles). Default deny; screens and verbs ask here."""

from django.core.exceptions import PermissionDenied

from contacts.models import ResponseRole, User
from incidents.models import Incident, RoleAssignment

RESPOND = "incidents.respond_incident"
COMMAND = "incidents.command_incident"

#: The permission each verb needs. Commander's verbs may also be used by whoever commands that incident.
NEEDED = {
    "declare": "incidents.declare_incident",
    "acknowledge": RESPOND,
    "add_note": RESPOND,
    "escalate": RESPOND,
    "do_tasks": RESPOND,
    "edit_facts": RESPOND,
    "contain": RESPOND,
    "start_recovery": RESPOND,
    "restore": RESPOND,
    "post_update": "incidents.communicate_incident",
    "assign_role": COMMAND,
    "change_severity": COMMAND,
    "resolve": COMMAND,
    "close": COMMAND,
    "withdraw": COMMAND,
    "reopen": COMMAND,
    "correct_milestone": COMMAND,
    "waive": COMMAND,
}


def holds_command(user: User, incident: Incident) -> bool:
    """The person is the incident's commander now."""
    return RoleAssignment.objects.filter(
        incident=incident, role__code=ResponseRole.Code.COMMANDER, holder__user=user, ended_at__isnull=True
    ).exists()


def command_is_vacant(incident: Incident) -> bool:
    return not RoleAssignment.objects.filter(
        incident=incident, role__code=ResponseRole.Code.COMMANDER, ended_at__isnull=True
    ).exists()


def may(user: User, verb: str, incident: Incident | None) -> bool:
    """The person may use ``verb``; for ``assign_role`` a responder may where the command is vacant."""
    if user.has_perm(NEEDED[verb]):
        return True
    if incident is None or not user.has_perm(RESPOND):
        return False
    if NEEDED[verb] in {COMMAND, NEEDED["post_update"]} and holds_command(user, incident):
        return True
    return verb == "assign_role" and command_is_vacant(incident)


def require(user: User | None, verb: str, incident: Incident | None) -> None:
    """Raise PermissionDenied unless ``user`` may; None is the portal itself."""
    if user is not None and not may(user, verb, incident):
        raise PermissionDenied(f"You may not use “{verb.replace('_', ' ')}” here.")
