"""Declaring an incident: the first verb, from which every clock starts."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction

from contacts.models import Contact, ResponseRole, User
from incidents import deadlines, emails, escalations, notices, permissions, recipients, task_list, timeline
from incidents.models import (
    AffectedSystem,
    Category,
    Deadline,
    Incident,
    IncidentCounter,
    IncidentMessage,
    MilestoneChange,
    RoleAssignment,
    SeverityChange,
    SeverityPolicy,
    TimelineEntry,
)

Milestone = Incident.Milestone
#: An earlier time is a slip of the hand.
OLDEST_DETECTION = timedelta(days=366)
OLDEST_IMPACT = timedelta(days=3653)


@transaction.atomic
def declare(
    *,
    title: str,
    severity: SeverityPolicy,
    by: User | None,
    now: datetime,
    category: Category | None = None,
    affected_systems: Iterable[AffectedSystem] = (),
    detected_at: datetime | None = None,
    impact_started_at: datetime | None = None,
    summary: str = "",
    impact: str = "",
    scope: str = "",
    customer_impact: str = "",
    roles: Mapping[ResponseRole, Contact] | None = None,
    is_drill: bool = False,
    is_demo: bool = False,
    provenance: str = "",
) -> Incident:
    """Declare an incident at ``now``: number, promises, notices, escalation path and letters in one transaction.

    ``detected_at`` defaults to now. Raises ValidationError with the field that is wrong, and PermissionDenied.
    """
    permissions.require(by, "declare", None)
    detected_at = detected_at or now
    check_times(impact_started_at=impact_started_at, detected_at=detected_at, now=now)
    incident = Incident(
        number=IncidentCounter.next_number(at=now),
        title=title.strip(),
        severity=severity,
        category=category,
        summary=summary,
        impact=impact,
        scope=scope,
        customer_impact=customer_impact,
        is_drill=is_drill,
        is_demo=is_demo,
        provenance=provenance,
    ).copy_targets_from(severity)
    incident.full_clean(exclude=["number"])
    incident.save()
    incident.affected_systems.set(affected_systems)
    set_first_milestones(incident, impact_started_at, detected_at, by=by, now=now)
    for role, holder in (roles or {}).items():
        RoleAssignment.objects.create(incident=incident, role=role, holder=holder, assigned_at=now, assigned_by=by)
    SeverityChange.objects.create(incident=incident, to_severity=severity, changed_at=now, changed_by=by)
    text = f"Declared {severity.code}: {incident.title}"
    timeline.record(incident, TimelineEntry.Kind.DECLARED, text, by=by, at=now)
    start_promises(incident, now=now)
    task_list.copy_runbook(incident)
    tell_responders(incident, now=now)
    return incident


def check_times(*, impact_started_at: datetime | None, detected_at: datetime, now: datetime) -> None:
    """Impact, detection and declaration in this order, none in the future."""
    if detected_at > now:
        raise ValidationError({"detected_at": "This is in the future. Give the time at which it was noticed."})
    if detected_at < now - OLDEST_DETECTION:
        raise ValidationError({"detected_at": "This is more than a year ago. Check the date."})
    if impact_started_at is not None and impact_started_at < now - OLDEST_IMPACT:
        raise ValidationError({"impact_started_at": "This is more than ten years ago. Check the date."})
    if impact_started_at is not None and impact_started_at > detected_at:
        raise ValidationError(
            {"impact_started_at": "The impact cannot start after it was detected. Give an earlier time, or none."}
        )


def set_first_milestones(
    incident: Incident, impact_started_at: datetime | None, detected_at: datetime, *, by: User | None, now: datetime
) -> None:
    """T0, T1 and T2, each with its source."""
    source = MilestoneChange.Source
    given = {Milestone.IMPACT_STARTED: impact_started_at, Milestone.DETECTED: detected_at}
    for milestone, value in given.items():
        if value is not None:
            timeline.set_milestone(incident, milestone, value, source=source.REPORTED, by=by, now=now)
    timeline.set_milestone(incident, Milestone.DECLARED, now, source=source.RECORDED, by=by, now=now)
    incident.save(update_fields=["impact_started_at", "detected_at", "declared_at"])


def start_promises(incident: Incident, *, now: datetime) -> None:
    """Acknowledge and restore from detection, updates and notices from declaration.

    Those past due already are broken, with their letters, by the next sweep.
    """
    if incident.detected_at is None or incident.declared_at is None:
        return
    kind = Deadline.Kind
    deadlines.start(incident, kind.ACKNOWLEDGE, clock=incident.detected_at, within=incident.acknowledge_within)
    deadlines.start(incident, kind.RESTORE, clock=incident.detected_at, within=incident.restore_within)
    deadlines.start_next_slot(incident, clock=incident.declared_at)
    notices.start_notices(incident, now=now)


def tell_responders(incident: Incident, *, now: datetime) -> None:
    """Write to the on-call and the roles, and start the escalation path, whose first level is the on-call."""
    people = recipients.unique(
        [*recipients.reachable(recipients.role_holders(incident)), *recipients.somebody_on_duty(at=now)]
    )
    emails.send(
        incident=incident,
        contacts=people,
        letter=partial(emails.declared, incident),
        purpose=IncidentMessage.Purpose.DECLARED,
        key=f"declared:{incident.pk}",
        now=now,
        topic=emails.topic(incident),
    )
    names = ", ".join(contact.name for contact in people) or "nobody: no one on call can be reached"
    timeline.record(incident, TimelineEntry.Kind.LETTER, f"Told at declaration: {names}.", by=None, at=now)
    escalations.copy_path(incident)
    for escalation in incident.escalations.waiting().filter(due_at__lte=now):
        escalations.fire(escalation, now=now, first_told=True)
