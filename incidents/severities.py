"""Changing the severity: open promises are superseded, new ones start from the same clocks."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from contacts.models import User
from incidents import deadlines, escalations, notices, permissions, timeline
from incidents.locking import locked
from incidents.models import Deadline, Incident, SeverityChange, SeverityPolicy, TimelineEntry

Kind = Deadline.Kind


@transaction.atomic
def change_severity(
    incident: Incident, *, severity: SeverityPolicy, reason: str, by: User | None, now: datetime
) -> Incident:
    """Give the incident another severity; its promises start from the same clocks, met or missed already if so."""
    incident = locked(incident)
    permissions.require(by, "change_severity", incident)
    incident.require("change_severity")
    if severity == incident.severity:
        raise ValidationError({"severity": f"The incident is {severity.code} already. Choose another."})
    deadlines.settle(incident, at=now, rows=incident.deadlines.overdue(at=now))
    before = incident.severity
    clocks = {kind: clock_of(incident, kind) for kind in (Kind.RESTORE, Kind.REVIEW, Kind.POST_MORTEM)}
    deadlines.supersede(incident, reason=f"The severity changed from {before.code} to {severity.code}.", at=now)
    incident.severity = severity
    incident.epoch += 1
    incident.copy_targets_from(severity)
    incident.save(update_fields=["severity", "epoch", *Incident.TARGETS])
    SeverityChange.objects.create(
        incident=incident, from_severity=before, to_severity=severity, reason=reason, changed_at=now, changed_by=by
    )
    text = f"Severity changed from {before.code} to {severity.code}. {reason}".strip()
    timeline.record(incident, TimelineEntry.Kind.SEVERITY, text, by=by, at=now)
    restart_promises(incident, clocks, now=now)
    escalations.stop(incident, now=now)
    if incident.acknowledged_at is None and incident.is_ongoing:
        restart_escalation(incident)
    deadlines.settle(incident, at=now)
    return incident


def clock_of(incident: Incident, kind: Kind) -> tuple[datetime | None, datetime | None]:
    """When the latest promise of ``kind`` started, and when it was kept; restoring starts anew with a reopening."""
    latest = incident.deadlines.filter(kind=kind).order_by("-epoch", "-pk").first()
    if latest is not None:
        # A promise that was waived was kept by nobody, and yet service may be back.
        restored_at = incident.restored_at if kind == Kind.RESTORE else None
        return latest.clock_started_at, latest.kept_at or restored_at
    return (incident.detected_at, None) if kind == Kind.RESTORE else (incident.resolved_at, None)


def restart_promises(
    incident: Incident, clocks: dict[Kind, tuple[datetime | None, datetime | None]], *, now: datetime
) -> None:
    """Start every promise of the new severity whose clock has started."""
    if incident.detected_at is None:
        return
    acknowledge = deadlines.start(
        incident,
        Kind.ACKNOWLEDGE,
        clock=incident.detected_at,
        within=incident.acknowledge_within,
        kept_at=incident.acknowledged_at,
    )
    if acknowledge is not None and not incident.is_ongoing:
        deadlines.miss_acknowledgement(incident, now=now, at=incident.resolved_at)
    within = {
        Kind.RESTORE: incident.restore_within,
        Kind.REVIEW: incident.review_within,
        Kind.POST_MORTEM: incident.post_mortem_within,
    }
    for kind, (clock, kept_at) in clocks.items():
        if clock is not None and (kind == Kind.RESTORE or incident.resolved_at is not None):
            deadlines.start(incident, kind, clock=clock, within=within[kind], kept_at=kept_at)
    if incident.is_ongoing:
        last = incident.status_updates.order_by("-posted_at").first()
        clock = last.posted_at if last else incident.declared_at
        deadlines.start_next_slot(incident, clock=clock or now)
        notices.start_notices(incident, now=now)


def restart_escalation(incident: Incident) -> None:
    """Copy the new severity's path; levels that fired before do not fire again."""
    fired = set(incident.escalations.filter(fired_at__isnull=False).values_list("level", flat=True))
    escalations.copy_path(incident)
    waiting = incident.escalations.waiting()
    waiting.filter(level__in=fired).update(stopped_at=incident.declared_at)
