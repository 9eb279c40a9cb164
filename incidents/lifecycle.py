"""Every verb on an incident, in one place to import from.

A verb is keyword-only with ``by`` (None: the portal itself) and ``now``, runs in one transaction, and raises
InvalidTransition (the state forbids it), PermissionDenied (the person may not) or ValidationError (bad input).
"""

from incidents.corrections import correct_milestone
from incidents.deadlines import waive
from incidents.declaring import declare
from incidents.resolving import close, contain, missing_for_close, reopen, resolve, restore, start_recovery, withdraw
from incidents.responding import acknowledge, add_note, assign_role, edit_facts, escalate, post_update
from incidents.severities import change_severity

__all__ = [
    "acknowledge",
    "add_note",
    "assign_role",
    "change_severity",
    "close",
    "contain",
    "correct_milestone",
    "declare",
    "edit_facts",
    "escalate",
    "missing_for_close",
    "post_update",
    "reopen",
    "resolve",
    "restore",
    "start_recovery",
    "waive",
    "withdraw",
]
