"""The escalation path of one incident: levels fire until somebody acknowledges (runbook, Escalation Path)."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Max

from contacts.models import EscalationLevel, EscalationPath
from incidents import emails, recipients, timeline
from incidents.models import Escalation, Incident, IncidentMessage, TimelineEntry

ESCALATION = TimelineEntry.Kind.ESCALATION


def topic(incident: Incident) -> str:
    """What withdraws escalation letters that nobody has begun to send."""
    return f"escalation:{incident.pk}"


def path_of(incident: Incident) -> EscalationPath | None:
    """The affected systems' own path, if one names any, else the severity's."""
    own = EscalationPath.objects.filter(systems__in=incident.affected_systems.all()).order_by("pk").first()
    return own or incident.severity.escalation_path


def copy_path(incident: Incident, *, clock: datetime | None = None) -> None:
    """Copy the levels this severity goes up to; their clock starts at declaration unless ``clock`` is given."""
    path, policy, clock = path_of(incident), incident.severity, clock or incident.declared_at
    if path is None or clock is None:
        return
    for level in path.levels.filter(number__lte=policy.escalate_up_to_level).prefetch_related("contacts"):
        delay = level.delay
        if policy.escalates_by_own_targets and incident.acknowledge_within:
            delay = incident.acknowledge_within * (level.number - 1)
        copy_level(incident, level, due_at=clock + delay)


def copy_level(incident: Incident, level: EscalationLevel, *, due_at: datetime) -> Escalation:
    escalation = Escalation.objects.create(
        incident=incident,
        epoch=incident.epoch,
        level=level.number,
        name=level.name,
        is_on_call=level.is_on_call,
        due_at=due_at,
    )
    escalation.contacts.set(level.contacts.all())
    return escalation


@transaction.atomic
def fire(escalation: Escalation, *, now: datetime, first_told: bool = False) -> bool:
    """Fire one level; True if this call did. ``first_told``: the declaration has just told the on-call."""
    if not Escalation.objects.waiting().filter(pk=escalation.pk).update(fired_at=now):
        return False
    escalation.refresh_from_db()
    incident = escalation.incident
    own = recipients.reachable(escalation.contacts.all())
    people = recipients.unique([*own, *recipients.somebody_on_duty(at=now)]) if escalation.is_on_call else own
    fell = not people
    people = people or recipients.somebody_on_duty(at=now)
    if not (first_told and escalation.is_on_call):
        emails.send(
            incident=incident,
            contacts=people,
            letter=partial(emails.escalated, escalation, now=now, fell_to_on_call=fell),
            purpose=IncidentMessage.Purpose.ESCALATION,
            key=f"escalation:{escalation.pk}",
            now=now,
            topic=topic(incident),
            escalation=escalation,
        )
    names = ", ".join(contact.name for contact in people) or "nobody: no one can be reached"
    note = " (nobody who can be reached stands behind the level)" if fell else ""
    timeline.record(incident, ESCALATION, f"Escalated to {escalation}: {names}{note}.", by=None, at=now)
    return True


def stop(incident: Incident, *, now: datetime) -> int:
    """Stop the levels that have not fired."""
    return Escalation.objects.waiting().filter(incident=incident).update(stopped_at=now)


def next_waiting(incident: Incident) -> Escalation | None:
    return Escalation.objects.waiting().filter(incident=incident).order_by("level").first()


def next_by_hand(incident: Incident, *, now: datetime) -> Escalation:
    """The next level, even beyond what the severity goes up to; after the last one, whoever is on call."""
    waiting = next_waiting(incident)
    if waiting is not None:
        return waiting
    rows = incident.escalations.all()
    fired = rows.filter(fired_at__isnull=False).aggregate(level=Max("level"))["level"] or 0
    stopped = rows.filter(epoch=incident.epoch, level=fired + 1).first()
    if stopped is not None:
        stopped.stopped_at, stopped.due_at = None, now
        stopped.save(update_fields=["stopped_at", "due_at"])
        return stopped
    path = path_of(incident)
    level = path.levels.filter(number=fired + 1).first() if path else None
    if level is not None:
        return copy_level(incident, level, due_at=now)
    return Escalation.objects.create(
        incident=incident, epoch=incident.epoch, level=fired + 1, name="On call", is_on_call=True, due_at=now
    )
