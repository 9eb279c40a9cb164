"""Screens of the contacts app: people, duty, accounts and the outbox."""

from contacts.admin import (
    audience,
    contact,
    escalation_path,
    group,
    outgoing_message,
    response_role,
    rota,
    team,
    user,
)

__all__ = [
    "audience",
    "contact",
    "escalation_path",
    "group",
    "outgoing_message",
    "response_role",
    "rota",
    "team",
    "user",
]
