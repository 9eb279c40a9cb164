"""Letters about incidents: one function each, rendered for the zone of whoever reads it."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from contacts import outbox
from contacts.digests import HELD_FOR
from contacts.models import Contact, OutgoingMessage
from incidents.models import Deadline, Escalation, Incident, IncidentMessage, StakeholderNotice
from portal.common.letters import Letter, absolute_url, render
from portal.common.wall_clock import in_words, say

Purpose = IncidentMessage.Purpose
ASK = {
    Deadline.Kind.ACKNOWLEDGE: "acknowledge",
    Deadline.Kind.RESTORE: "restore service",
    Deadline.Kind.STATUS_UPDATE: "post a status update",
    Deadline.Kind.STAKEHOLDER_NOTICE: "tell the stakeholders",
    Deadline.Kind.REVIEW: "hold the review",
    Deadline.Kind.POST_MORTEM: "publish the post-mortem",
}


def topic(incident: Incident) -> str:
    """What withdraws the letters that ask for a response to the incident."""
    return f"incident:{incident.pk}"


def send(
    *,
    incident: Incident,
    contacts: Iterable[Contact],
    letter: Letter | Callable[[Contact], Letter],
    purpose: Purpose,
    key: str,
    now: datetime,
    topic: str = "",
    deadline: Deadline | None = None,
    escalation: Escalation | None = None,
    notice: StakeholderNotice | None = None,
    is_mergeable: bool = False,
) -> list[OutgoingMessage]:
    """Write one letter for each contact, keyed ``key:email:contact``, and link it to the incident.

    Demonstration history writes none.
    """
    if incident.is_demo:
        return []
    messages = []
    for contact in contacts:
        message = outbox.write(
            key=f"{key}:email:{contact.pk}",
            contact=contact,
            letter=letter(contact) if callable(letter) else letter,
            now=now,
            topic=topic,
            is_mergeable=is_mergeable,
            held_for=HELD_FOR if is_mergeable else timedelta(),
        )
        IncidentMessage.objects.get_or_create(
            message=message,
            defaults={
                "incident": incident,
                "purpose": purpose,
                "deadline": deadline,
                "escalation": escalation,
                "notice": notice,
            },
        )
        messages.append(message)
    return messages


def facts(incident: Incident, contact: Contact) -> dict[str, object]:
    """What every letter about an incident shows: its facts, times in the reader's zone, one link."""
    started = incident.impact_started_at or incident.detected_at or incident.declared_at
    return {
        "incident": incident,
        "label": incident.label,
        "contact": contact,
        "started": say(started, contact.zone) if started else "not known",
        "systems": ", ".join(system.name for system in incident.affected_systems.all()) or "not yet known",
        "link": absolute_url(incident.get_absolute_url()),
    }


def declared(incident: Incident, contact: Contact) -> Letter:
    acknowledge = incident.deadlines.filter(kind=Deadline.Kind.ACKNOWLEDGE).order_by("-pk").first()
    context = facts(incident, contact) | {
        "due": say(acknowledge.due_at, contact.zone) if acknowledge else "",
        "is_late": bool(acknowledge and incident.declared_at and acknowledge.due_at <= incident.declared_at),
        "within": in_words(incident.acknowledge_within) if incident.acknowledge_within else "",
    }
    return render("incidents/letters/declared", context)


def due_soon(deadline: Deadline, contact: Contact, *, now: datetime) -> Letter:
    return render("incidents/letters/due_soon", promise(deadline, contact, now=now))


def missed(deadlines: list[Deadline], contact: Contact, *, now: datetime) -> Letter:
    """One letter for the broken promises of a kind; of a cadence it says how many slots were missed."""
    latest = deadlines[-1]
    context = promise(latest, contact, now=now) | {
        "slots": len(deadlines),
        "first": say(deadlines[0].due_at, contact.zone),
    }
    return render("incidents/letters/missed", context)


def promise(deadline: Deadline, contact: Contact, *, now: datetime) -> dict[str, object]:
    """What is asked, by when, and how much time is left or gone."""
    return facts(deadline.incident, contact) | {
        "ask": ASK[Deadline.Kind(deadline.kind)] + (f" ({deadline.label})" if deadline.label else ""),
        "deadline": deadline,
        "due": say(deadline.due_at, contact.zone),
        "span": in_words(deadline.due_at - now),
    }


def escalated(escalation: Escalation, contact: Contact, *, now: datetime, fell_to_on_call: bool) -> Letter:
    incident = escalation.incident
    waiting_since = incident.declared_at or now
    context = facts(incident, contact) | {
        "escalation": escalation,
        "waiting": in_words(now - waiting_since),
        "fell_to_on_call": fell_to_on_call,
        "is_acknowledged": incident.acknowledged_at is not None,
    }
    return render("incidents/letters/escalation", context)


def nobody_to_tell(notice: StakeholderNotice, contact: Contact) -> Letter:
    """To whoever is on duty: an audience has nobody behind it."""
    context = facts(notice.incident, contact) | {"notice": notice, "due": say(notice.deadline.due_at, contact.zone)}
    return render("incidents/letters/nobody_to_tell", context)


def message(incident: Incident, contact: Contact, *, subject: str, body: str) -> Letter:
    """A message from one of the runbook's templates, already filled in."""
    label = "DRILL " if incident.is_drill else ""
    context = facts(incident, contact) | {"subject": f"{label}{subject}", "body": body}
    return render("incidents/letters/message", context)
