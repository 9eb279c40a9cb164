"""Who may do what to post-mortems, reviews and action items (design: roles). Default deny."""

from django.core.exceptions import PermissionDenied

from contacts.models import User
from incidents.models import Incident
from incidents.permissions import RESPOND, holds_command

PUBLISH = "postmortems.publish_postmortem"
CHANGE_ITEM = "postmortems.change_actionitem"

#: The permission each verb needs. Publishing may also be done by whoever commands that incident.
NEEDED = {
    "publish": PUBLISH,
    "schedule": "postmortems.change_review",
    "hold": "postmortems.change_review",
    "create": "postmortems.add_actionitem",
    "start": CHANGE_ITEM,
    "complete": CHANGE_ITEM,
    "re_date": CHANGE_ITEM,
    "drop": CHANGE_ITEM,
    "reassign": CHANGE_ITEM,
}


def may(user: User, verb: str, incident: Incident) -> bool:
    if user.has_perm(NEEDED[verb]):
        return True
    return NEEDED[verb] == PUBLISH and user.has_perm(RESPOND) and holds_command(user, incident)


def require(user: User | None, verb: str, incident: Incident) -> None:
    """Raise PermissionDenied unless ``user`` may; None is the portal itself."""
    if user is not None and not may(user, verb, incident):
        raise PermissionDenied(f"You may not use “{verb.replace('_', ' ')}” here.")
