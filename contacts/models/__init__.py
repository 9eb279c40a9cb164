"""Models of the contacts app, one module per aggregate."""

from contacts.models.audience import Audience
from contacts.models.contact import Contact, ContactQuerySet
from contacts.models.escalation_path import EscalationLevel, EscalationPath
from contacts.models.outgoing_message import OutgoingMessage, OutgoingMessageQuerySet
from contacts.models.response_role import ResponseRole
from contacts.models.rota import Rota, Shift, ShiftQuerySet
from contacts.models.team import Team
from contacts.models.user import User

__all__ = [
    "Audience",
    "Contact",
    "ContactQuerySet",
    "EscalationLevel",
    "EscalationPath",
    "OutgoingMessage",
    "OutgoingMessageQuerySet",
    "ResponseRole",
    "Rota",
    "Shift",
    "ShiftQuerySet",
    "Team",
    "User",
]
