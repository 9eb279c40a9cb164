"""Verbs while the incident is open: acknowledge, roles, severity, updates, notes, escalation."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from contacts import outbox
from contacts.models import Audience, Contact, ResponseRole, User
from incidents import deadlines, escalations, notices, permissions, timeline
from incidents.locking import locked
from incidents.models import (
    REQUIRABLE_FIELDS,
    Deadline,
    Incident,
    InvalidTransition,
    MilestoneChange,
    RoleAssignment,
    StatusUpdate,
    TimelineEntry,
)
from incidents.permissions import COMMAND

Kind = TimelineEntry.Kind
EDITABLE_FACTS = (
    "title",
    "summary",
    "impact",
    "scope",
    "customer_impact",
    "customers_affected",
    "root_cause",
    "actions_taken",
    "category",
    "affected_systems",
)


@transaction.atomic
def acknowledge(incident: Incident, *, by: User | None, now: datetime) -> Incident:
    """The first human response; never overwritten. Stops the escalation path."""
    incident = locked(incident)
    permissions.require(by, "acknowledge", incident)
    incident.require("acknowledge")
    if incident.acknowledged_at is not None:
        who = incident.acknowledged_by or "somebody"
        raise InvalidTransition(
            f"{incident.number} has been acknowledged already, by {who} at {incident.acknowledged_at:%H:%M} UTC."
        )
    deadlines.settle(incident, at=now)
    timeline.set_milestone(
        incident, Incident.Milestone.ACKNOWLEDGED, now, source=MilestoneChange.Source.RECORDED, by=by, now=now
    )
    incident.acknowledged_by = by
    incident.save(update_fields=["acknowledged_at", "acknowledged_by"])
    deadlines.keep_current(incident, Deadline.Kind.ACKNOWLEDGE, at=now, by=by)
    escalations.stop(incident, now=now)
    outbox.withdraw(
        topic=escalations.topic(incident), reason="somebody has acknowledged the incident meanwhile.", now=now
    )
    timeline.record(incident, Kind.ACKNOWLEDGED, "Acknowledged", by=by, at=now)
    return incident


@transaction.atomic
def assign_role(
    incident: Incident, *, role: ResponseRole, holder: Contact, by: User | None, now: datetime
) -> RoleAssignment:
    """Give a role to somebody; whoever held it hands over. A responder may take a vacant command."""
    incident = locked(incident)
    permissions.require(by, "assign_role", incident)
    takes_command = role.code == ResponseRole.Code.COMMANDER and by is not None and holder.user == by
    if by is not None and not takes_command and not _may_assign_others(by, incident):
        raise PermissionDenied("You may take the vacant command yourself; other roles the commander assigns.")
    incident.require("assign_role")
    if not holder.is_active:
        raise ValidationError({"holder": f"{holder} is no longer active. Choose somebody else."})
    current = RoleAssignment.objects.filter(incident=incident, role=role, ended_at__isnull=True).first()
    if current is not None and current.holder == holder:
        raise InvalidTransition(f"{holder} is the {role} already.")
    if current is not None:
        current.ended_at = now
        current.save(update_fields=["ended_at"])
    assignment = RoleAssignment.objects.create(
        incident=incident, role=role, holder=holder, assigned_at=now, assigned_by=by
    )
    handed_over = f", handed over by {current.holder}" if current else ""
    timeline.record(incident, Kind.ROLE, f"{role}: {holder}{handed_over}", by=by, at=now)
    return assignment


def _may_assign_others(user: User, incident: Incident) -> bool:
    return user.has_perm(COMMAND) or permissions.holds_command(user, incident)


@transaction.atomic
def post_update(
    incident: Incident,
    *,
    current_impact: str,
    progress: str = "",
    next_steps: str = "",
    eta_at: datetime | None = None,
    audiences: Iterable[Audience] = (),
    by: User | None,
    now: datetime,
) -> StatusUpdate:
    """Post a status update to the roles and ``audiences``; it keeps the open slot, the next is an interval later."""
    incident = locked(incident)
    permissions.require(by, "post_update", incident)
    incident.require("post_update")
    if eta_at is not None and eta_at < now:
        raise ValidationError({"eta_at": "This has passed. Give a time to come, or leave it empty."})
    audiences = list(audiences)
    if any(audience.is_external for audience in audiences):
        raise ValidationError(
            {"audiences": "External audiences need an approved message, which this version cannot send yet."}
        )
    deadlines.settle(incident, at=now)
    slot = deadlines.keep_current(incident, Deadline.Kind.STATUS_UPDATE, at=now, by=by)
    incident.eta_at = eta_at
    incident.save(update_fields=["eta_at"])
    update = StatusUpdate.objects.create(
        incident=incident,
        posted_at=now,
        posted_by=by,
        status=incident.status,
        current_impact=current_impact.strip(),
        progress=progress.strip(),
        next_steps=next_steps.strip(),
        eta_at=eta_at,
        deadline=slot,
    )
    update.audiences.set(audiences)
    deadlines.start_next_slot(incident, clock=now)
    told = notices.write_update(update, audiences, now=now)
    text = f"Status update to {told} contact{'' if told == 1 else 's'}: {update.current_impact}"
    timeline.record(incident, Kind.UPDATE, text, by=by, at=now)
    return update


@transaction.atomic
def add_note(
    incident: Incident, *, text: str, by: User | None, now: datetime, at: datetime | None = None
) -> TimelineEntry:
    """Add a line to the timeline; ``at`` says when it happened, if earlier."""
    permissions.require(by, "add_note", incident)
    if not text.strip():
        raise ValidationError({"text": "Write what happened."})
    if at is not None and at > now:
        raise ValidationError({"at": "This is in the future. Give the time at which it happened."})
    return timeline.record(incident, Kind.NOTE, text.strip(), by=by, at=at or now, now=now)


@transaction.atomic
def escalate(incident: Incident, *, reason: str, by: User | None, now: datetime) -> Incident:
    """Call in the next level of the path at once; any responder may."""
    incident = locked(incident)
    permissions.require(by, "escalate", incident)
    incident.require("escalate")
    level = escalations.next_by_hand(incident, now=now)
    level.is_manual, level.requested_by, level.reason = True, by, reason.strip()
    level.save(update_fields=["is_manual", "requested_by", "reason"])
    escalations.fire(level, now=now)
    return incident


def check_facts(incident: Incident, changes: Mapping[str, Any]) -> None:
    """Raise ValidationError beside each field that was needed to close the incident and would be emptied."""
    emptied = [name for name in incident.required_fields if name in changes and not changes[name]]
    if emptied and incident.status == Incident.Status.CLOSED:
        raise ValidationError(dict.fromkeys(emptied, "The incident is closed, and this was needed to close it."))


@transaction.atomic
def edit_facts(incident: Incident, *, changes: dict[str, Any], by: User | None, now: datetime) -> Incident:
    """Change descriptive fields; the timeline says which. Unknown names raise ValueError."""
    incident = locked(incident)
    permissions.require(by, "edit_facts", incident)
    unknown = set(changes) - set(EDITABLE_FACTS)
    if unknown:
        raise ValueError(f"Not editable: {', '.join(sorted(unknown))}.")
    check_facts(incident, changes)
    systems = changes.pop("affected_systems", None)
    changed = [name for name, value in changes.items() if getattr(incident, name) != value]
    for name in changed:
        setattr(incident, name, changes[name])
    incident.full_clean(exclude=["number"])
    incident.save(update_fields=changed)
    if systems is not None and set(systems) != set(incident.affected_systems.all()):
        incident.affected_systems.set(systems)
        changed.append("affected_systems")
    if changed:
        names = ", ".join(REQUIRABLE_FIELDS.get(name, name).lower() for name in changed)
        timeline.record(incident, Kind.NOTE, f"Changed: {names}", by=by, at=now)
    return incident
