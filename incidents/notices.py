"""Stakeholder notices: who is told of a severity by when, with a clock of their own.

The runbook's initial notification is approved beforehand for internal audiences and goes at declaration.
An audience with nobody behind it falls to whoever is on call, and does not count as told.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from contacts.models import Audience, Contact
from incidents import deadlines, emails, messages, recipients, timeline
from incidents.models import (
    Deadline,
    Incident,
    IncidentMessage,
    MessageTemplate,
    StakeholderNotice,
    StatusUpdate,
    TimelineEntry,
)
from portal.common.letters import Letter

Purpose = IncidentMessage.Purpose


def start_notices(incident: Incident, *, now: datetime, clock: datetime | None = None) -> None:
    """Start the notices of the incident's severity, and write the initial notification to internal audiences.

    Their clock starts at declaration unless ``clock`` is given.
    """
    clock = clock or incident.declared_at
    if clock is None:
        return
    for sequence, rule in enumerate(incident.severity.stakeholder_rules.select_related("audience")):
        if rule.audience is None or rule.is_documented_only:
            timeline.record(
                incident, TimelineEntry.Kind.NOTICE, "Nobody needs to be told: this severity is documented only.",
                by=None, at=now,
            )  # fmt: skip
            continue
        promise = deadlines.start(
            incident,
            Deadline.Kind.STAKEHOLDER_NOTICE,
            clock=clock,
            within=rule.within,
            sequence=sequence,
            label=rule.audience.name,
            kept_at=told_at(incident, rule.audience),
        )
        if promise is not None:
            notice = StakeholderNotice.objects.create(
                incident=incident, audience=rule.audience, to_affected_teams=rule.to_affected_teams, deadline=promise
            )
            if promise.kept_at is None and not rule.audience.is_external:
                write_initial(notice, now=now)


def told_at(incident: Incident, audience: Audience) -> datetime | None:
    """When an earlier notice of this incident to the same audience was kept."""
    kept = incident.deadlines.filter(notice__audience=audience, kept_at__isnull=False).order_by("kept_at").first()
    return kept.kept_at if kept else None


def write_initial(notice: StakeholderNotice, *, now: datetime) -> None:
    """Write the initial notification to the audience, or to somebody on duty if nobody stands behind it."""
    incident = notice.incident
    people = recipients.for_notice(notice)
    if not people:
        fall_to_on_call(notice, now=now)
        return
    emails.send(
        incident=incident,
        contacts=people,
        letter=partial(filled, incident, MessageTemplate.Kind.INITIAL, None),
        purpose=Purpose.NOTICE,
        key=f"notice:{notice.pk}",
        now=now,
        deadline=notice.deadline,
        notice=notice,
    )
    mark_written(notice, now=now)
    timeline.record(
        incident, TimelineEntry.Kind.NOTICE, f"Initial notification written to {notice.audience}.", by=None, at=now
    )


def fall_to_on_call(notice: StakeholderNotice, *, now: datetime) -> None:
    on_duty = recipients.somebody_on_duty(at=now)
    emails.send(
        incident=notice.incident,
        contacts=on_duty,
        letter=partial(emails.nobody_to_tell, notice),
        purpose=Purpose.DUE_SOON,
        key=f"nobody:{notice.pk}",
        now=now,
        topic=deadlines.topic(notice.deadline),
        deadline=notice.deadline,
    )
    told = ", ".join(contact.name for contact in on_duty) or "nobody: no one is on call either"
    timeline.record(
        notice.incident,
        TimelineEntry.Kind.NOTICE,
        f"{notice.audience} has nobody who can be reached; the task falls to {told}.",
        by=None,
        at=now,
    )


def write_update(update: StatusUpdate, audiences: Iterable[Audience], *, now: datetime) -> int:
    """Write a status update to the roles and the audiences; open notices of these audiences ride on it."""
    incident = update.incident
    told: list[Contact] = []
    for audience in audiences:
        notice = open_notice(incident, audience)
        if notice is None:
            people = Contact.objects.reachable().filter(audiences=audience)
            told += write_update_to(update, [person for person in people if person not in told], now=now)
            continue
        people_of_notice = recipients.for_notice(notice)
        told += write_update_to(update, people_of_notice, notice=notice, now=now)
        if people_of_notice:
            mark_written(notice, now=now)
    holders = recipients.reachable(recipients.role_holders(incident))
    told += write_update_to(update, [holder for holder in holders if holder not in told], now=now)
    return len(set(told))


def write_update_to(
    update: StatusUpdate, people: list[Contact], *, now: datetime, notice: StakeholderNotice | None = None
) -> list[Contact]:
    """Write the update to ``people``; for a notice each of its people is written to, so that it can count."""
    emails.send(
        incident=update.incident,
        contacts=people,
        letter=partial(filled, update.incident, MessageTemplate.Kind.UPDATE, update),
        purpose=Purpose.UPDATE,
        key=f"update:{update.pk}:{notice.pk}" if notice else f"update:{update.pk}",
        now=now,
        notice=notice,
    )
    return people


def write_resolution(incident: Incident, *, now: datetime) -> int:
    """Write the resolution notification to the roles and to everyone who was told of the incident."""
    people = recipients.unique(
        [*recipients.reachable(recipients.role_holders(incident)), *recipients.told_so_far(incident)]
    ) or recipients.somebody_on_duty(at=now)
    sent = emails.send(
        incident=incident,
        contacts=people,
        letter=partial(filled, incident, MessageTemplate.Kind.RESOLUTION, None),
        purpose=Purpose.RESOLVED,
        key=f"resolved:{incident.pk}:{incident.epoch}",
        now=now,
    )
    return len(sent)


def open_notice(incident: Incident, audience: Audience) -> StakeholderNotice | None:
    """The notice to this audience that can still be kept."""
    return (
        StakeholderNotice.objects.filter(
            incident=incident,
            audience=audience,
            deadline__kept_at__isnull=True,
            deadline__waived_at__isnull=True,
            deadline__superseded_at__isnull=True,
        )
        .select_related("deadline", "audience", "incident")
        .first()
    )


def mark_written(notice: StakeholderNotice, *, now: datetime) -> None:
    if notice.written_at is None:
        notice.written_at = now
        notice.save(update_fields=["written_at"])


def filled(incident: Incident, kind: MessageTemplate.Kind, update: StatusUpdate | None, contact: Contact) -> Letter:
    """The template's message for one reader."""
    subject, body = messages.fill(kind, incident, contact.zone, update=update)
    return emails.message(incident, contact, subject=subject, body=body)
