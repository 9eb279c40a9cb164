"""The buttons of an incident, in the order in which they are offered."""

from collections.abc import Callable
from typing import Any

from contacts.models import User
from incidents import forms, lifecycle, task_list
from incidents.models import Incident
from incidents.permissions import may
from portal.common.admin import Verb, VerbForm

Form = type[VerbForm]


def verb(name: str, label: str, run: Callable[..., Any], explanation: str, form: Form = VerbForm, **more: Any) -> Verb:
    """A verb of ``Incident.TRANSITIONS``, for those who may."""

    def permitted(user: User, incident: Incident) -> bool:
        return may(user, name, incident)

    def allowed(incident: Incident) -> bool:
        return name not in Incident.TRANSITIONS or incident.allows(name)

    given: dict[str, Any] = {"form": form, "allowed": allowed, "permitted": permitted}
    return Verb(name, label, run, explanation, **(given | more))


def not_acknowledged(incident: Incident) -> bool:
    return incident.allows("acknowledge") and incident.acknowledged_at is None


def not_restored(incident: Incident) -> bool:
    return incident.allows("restore") and incident.restored_at is None


def may_do_tasks(user: User, incident: Incident) -> bool:
    return may(user, "do_tasks", incident)


VERBS = (
    verb(
        "acknowledge",
        "Acknowledge",
        lifecycle.acknowledge,
        "You say that somebody is on it. The escalation path stops; this time is kept for good.",
        allowed=not_acknowledged,
    ),
    verb(
        "contain",
        "Mark contained",
        lifecycle.contain,
        "The damage no longer spreads. The status becomes contained.",
    ),
    verb(
        "restore",
        "Service restored",
        lifecycle.restore,
        "Service works again. The promise to restore is settled with this time; updates go on until it is resolved.",
        allowed=not_restored,
    ),
    verb(
        "resolve",
        "Resolve",
        lifecycle.resolve,
        "The fix is validated. Everyone who was told gets the resolution notification; the review and the "
        "post-mortem become due. If service was not marked restored, this time is assumed for it.",
        forms.ResolveForm,
    ),
    verb(
        "close",
        "Close",
        lifecycle.close,
        "Documentation and post-mortem are done. Refused with a list while something is missing.",
    ),
    verb(
        "post_update",
        "Post update",
        lifecycle.post_update,
        "Goes to whoever holds a role and to the audiences you choose. It keeps the current update promise; "
        "the next is due one interval from now.",
        forms.UpdateForm,
    ),
    verb("add_note", "Add note", lifecycle.add_note, "Adds a line to the timeline.", forms.NoteForm),
    verb(
        "assign_role",
        "Assign role",
        lifecycle.assign_role,
        "Whoever held the role hands it over. Where nobody commands, a responder may take the command.",
        forms.RoleForm,
    ),
    verb(
        "attach_procedure",
        "Attach procedure",
        task_list.attach,
        "The steps of the procedure become tasks of this incident, to be ticked with who and when.",
        forms.ProcedureForm,
        permitted=may_do_tasks,
        has_button=False,
    ),
    verb(
        "start_recovery",
        "Start recovery",
        lifecycle.start_recovery,
        "The status becomes recovering.",
    ),
    verb(
        "escalate",
        "Escalate",
        lifecycle.escalate,
        "Calls in the next level of the escalation path at once, by letter.",
        forms.ReasonForm,
    ),
    verb(
        "change_severity",
        "Change severity",
        lifecycle.change_severity,
        "Open promises are superseded; the new severity's promises start from the same clocks, and some may be "
        "missed at once. Its stakeholders are told.",
        forms.SeverityForm,
    ),
    verb(
        "correct_milestone",
        "Correct a time",
        lifecycle.correct_milestone,
        "The old time stays in the record. Verdicts are reckoned anew; first verdicts stay visible.",
        forms.MilestoneForm,
    ),
    verb(
        "withdraw",
        "Withdraw",
        lifecycle.withdraw,
        "Closes it as a false alarm or a duplicate. It stays in the record and does not count.",
        forms.WithdrawForm,
        is_danger=True,
    ),
    verb(
        "reopen",
        "Reopen",
        lifecycle.reopen,
        "The times of restoration, resolution and closing are archived; restoring and updates are promised anew.",
        forms.ReasonForm,
        is_danger=True,
    ),
)
