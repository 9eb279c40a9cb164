"""The runbook as tasks of one incident: copied when it is declared, ticked or skipped by people.

What the record itself shows (somebody commands, service is restored) counts as done without a tick: see
:func:`happened`. That is read from the facts each time and never stored.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from contacts.models import OutgoingMessage, ResponseRole, User
from incidents import permissions, timeline
from incidents.locking import locked
from incidents.models import (
    Checklist,
    Deadline,
    Incident,
    IncidentMessage,
    InvalidTransition,
    Procedure,
    Settler,
    TaskItem,
    TimelineEntry,
)

Kind = TaskItem.Kind
Purpose = IncidentMessage.Purpose
#: Checklists that belong to every incident; the others belong to reviews and to preparation.
PER_INCIDENT = (
    Checklist.Kind.RESPONSE,
    Checklist.Kind.POST_INCIDENT,
    Checklist.Kind.CUSTOMER_IMPACT,
    Checklist.Kind.PUBLIC_COMMUNICATION,
)
ROLE_CODES = {role.value for role in ResponseRole.Code}


@dataclass(frozen=True)
class Happened:
    """A fact that settles tasks: when, as far as is known, and by whom."""

    at: datetime | None
    by: User | None = None


def copy_runbook(incident: Incident) -> None:
    """Copy the phases, the checklists, the duties of every role and the procedures of category and severity."""
    rows: list[TaskItem] = []
    for procedure in attached(incident):
        rows += of_procedure(incident, procedure)
    for checklist in Checklist.objects.filter(kind__in=PER_INCIDENT).prefetch_related("entries"):
        rows += of_checklist(incident, checklist)
    for role in ResponseRole.objects.all():
        rows += of_role(incident, role)
    TaskItem.objects.bulk_create(rows, batch_size=500)


def attached(incident: Incident) -> Iterable[Procedure]:
    """The phases, and what is specific to the incident's category and severity."""
    specific = Q(kind=Procedure.Kind.INCIDENT, category__isnull=False, category=incident.category_id)
    rows = Procedure.objects.filter(Q(kind=Procedure.Kind.PHASE) | specific)
    fits = Q(severities__isnull=True) | Q(severities=incident.severity_id)
    return rows.filter(fits).distinct().prefetch_related("steps")


def of_procedure(incident: Incident, procedure: Procedure) -> Iterator[TaskItem]:
    steps = [step for step in procedure.steps.all() if not step.is_before_declaration]
    parents = {step.parent_id for step in steps}
    kind = Kind.PHASE if procedure.kind == Procedure.Kind.PHASE else Kind.PROCEDURE
    for position, step in enumerate(steps):
        yield TaskItem(
            incident=incident,
            kind=kind,
            source=procedure.key,
            group=procedure.name,
            number=step.number,
            position=procedure.position * 1000 + position,
            is_heading=step.pk in parents,
            text=step.text,
            command=step.command,
            settler=step.settler,
        )


def of_checklist(incident: Incident, checklist: Checklist) -> Iterator[TaskItem]:
    for position, entry in enumerate(checklist.entries.all()):
        yield TaskItem(
            incident=incident,
            kind=Kind.CHECKLIST,
            source=checklist.key,
            group=checklist.name,
            position=checklist.position * 1000 + position,
            text=entry.text,
            guidance=entry.guidance,
            settler=entry.settler,
        )


def of_role(incident: Incident, role: ResponseRole) -> Iterator[TaskItem]:
    for position, duty in enumerate(role.responsibilities):
        yield TaskItem(
            incident=incident,
            kind=Kind.DUTY,
            source=role.code,
            group=role.name,
            role=role,
            position=role.position * 1000 + position,
            text=duty,
        )


@transaction.atomic
def attach(incident: Incident, *, procedure: Procedure, by: User | None, now: datetime) -> Incident:
    """Make the steps of one more procedure tasks of the incident; InvalidTransition if they are already."""
    incident = locked(incident)
    permissions.require(by, "do_tasks", incident)
    if incident.tasks.filter(kind__in=[Kind.PHASE, Kind.PROCEDURE], source=procedure.key).exists():
        raise InvalidTransition(f"“{procedure}” is attached to {incident.number} already.")
    TaskItem.objects.bulk_create(of_procedure(incident, procedure))
    timeline.record(incident, TimelineEntry.Kind.TASK, f"Procedure attached: {procedure}", by=by, at=now)
    return incident


@transaction.atomic
def complete(task: TaskItem, *, result: str = "", by: User, now: datetime) -> TaskItem:
    """Tick it; ``result`` says what came of it. InvalidTransition if somebody else was quicker."""
    task = lock(task, by=by)
    task.done_at, task.done_by, task.result = now, by, result.strip()
    task.save(update_fields=["done_at", "done_by", "result"])
    said = f"Done: {task}" + (f"\n{task.result}" if task.result else "")
    timeline.record(task.incident, TimelineEntry.Kind.TASK, said, by=by, at=now)
    return task


@transaction.atomic
def skip(task: TaskItem, *, reason: str, by: User, now: datetime) -> TaskItem:
    """Leave it out, for a reason."""
    if not reason.strip():
        raise ValidationError({"reason": "Say why it is not needed."})
    task = lock(task, by=by)
    task.skipped_at, task.skipped_by, task.skip_reason = now, by, reason.strip()
    task.save(update_fields=["skipped_at", "skipped_by", "skip_reason"])
    said = f"Skipped: {task}. {task.skip_reason}"
    timeline.record(task.incident, TimelineEntry.Kind.TASK, said, by=by, at=now)
    return task


@transaction.atomic
def undo(task: TaskItem, *, by: User, now: datetime) -> TaskItem:
    """Open it again: a tick was a slip. The timeline keeps both."""
    permissions.require(by, "do_tasks", task.incident)
    task = TaskItem.objects.select_for_update(of=("self",)).select_related("incident").get(pk=task.pk)
    if task.done_at is None and task.skipped_at is None:
        raise InvalidTransition(f"“{task}” is open already.")
    task.done_at = task.done_by = task.skipped_at = task.skipped_by = None
    task.result = task.skip_reason = ""
    task.save(
        update_fields=["done_at", "done_by", "result", "skipped_at", "skipped_by", "skip_reason"],
    )
    timeline.record(task.incident, TimelineEntry.Kind.TASK, f"Opened again: {task}", by=by, at=now)
    return task


def lock(task: TaskItem, *, by: User) -> TaskItem:
    """The row as it is now; refused unless it is open."""
    permissions.require(by, "do_tasks", task.incident)
    fresh = TaskItem.objects.select_for_update(of=("self",)).select_related("incident", "done_by").get(pk=task.pk)
    if fresh.done_at is not None:
        raise InvalidTransition(f"“{fresh}” has been done already, by {fresh.done_by}.")
    if fresh.skipped_at is not None:
        raise InvalidTransition(f"“{fresh}” has been skipped: {fresh.skip_reason}")
    return fresh


def happened(incident: Incident) -> dict[str, Happened]:
    """Which settlers hold for the incident, read from its facts in four queries."""
    return {
        **milestones(incident),
        **{name: Happened(None) for name in known_facts(incident)},
        **held_roles(incident),
        **kept_promises(incident),
        **letters(incident),
    }


def milestones(incident: Incident) -> dict[str, Happened]:
    moments = {
        Settler.DECLARED: incident.declared_at,
        Settler.IMPACT_STARTED: incident.impact_started_at,
        Settler.CONTAINED: incident.contained_at,
        Settler.RESTORED: incident.restored_at,
        Settler.RESOLVED: incident.resolved_at,
    }
    found = {name.value: Happened(at) for name, at in moments.items() if at is not None}
    if incident.acknowledged_at is not None:
        found[Settler.ACKNOWLEDGED.value] = Happened(incident.acknowledged_at, incident.acknowledged_by)
    if incident.status not in (Incident.Status.INVESTIGATING, Incident.Status.CONTAINED):
        found[Settler.RECOVERING.value] = Happened(incident.restored_at)
    return found


def known_facts(incident: Incident) -> Iterator[str]:
    facts = {
        Settler.CATEGORY: incident.category_id,
        Settler.SUMMARY: incident.summary,
        Settler.IMPACT: incident.impact,
        Settler.SCOPE: incident.scope,
        Settler.CUSTOMER_IMPACT: incident.customer_impact,
    }
    return (name.value for name, value in facts.items() if value)


def held_roles(incident: Incident) -> dict[str, Happened]:
    """Who commands, and since when the three leading roles are held."""
    rows = incident.role_assignments.filter(ended_at__isnull=True, role__code__in=ROLE_CODES)
    since = {row.role.code: row for row in rows.select_related("role", "assigned_by")}
    found = {}
    commander = since.get(ResponseRole.Code.COMMANDER.value)
    if commander is not None:
        found[Settler.COMMANDER.value] = Happened(commander.assigned_at, commander.assigned_by)
    if set(since) == ROLE_CODES:
        found[Settler.TEAM.value] = Happened(max(row.assigned_at for row in since.values()))
    return found


def kept_promises(incident: Incident) -> dict[str, Happened]:
    settlers = {
        Deadline.Kind.STAKEHOLDER_NOTICE: Settler.STAKEHOLDERS_TOLD,
        Deadline.Kind.REVIEW: Settler.REVIEW_HELD,
        Deadline.Kind.POST_MORTEM: Settler.POST_MORTEM,
    }
    kept = incident.deadlines.filter(kind__in=settlers, kept_at__isnull=False, superseded_at__isnull=True)
    return {
        settlers[Deadline.Kind(row.kind)].value: Happened(row.kept_at, row.kept_by)
        for row in kept.select_related("kept_by").order_by("-kept_at")
    }


def letters(incident: Incident) -> dict[str, Happened]:
    """The first letter of declaration and of resolution that was handed over."""
    settlers = {Purpose.DECLARED.value: Settler.ON_CALL_TOLD, Purpose.RESOLVED.value: Settler.RESOLUTION_TOLD}
    sent = IncidentMessage.objects.filter(
        incident=incident, purpose__in=settlers, message__state=OutgoingMessage.State.SENT
    ).order_by("-message__sent_at")
    return {
        settlers[purpose].value: Happened(sent_at)
        for purpose, sent_at in sent.values_list("purpose", "message__sent_at")
    }
