"""Fills the runbook's three message templates from an incident."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse

from incidents.models import Deadline, Incident, MessageTemplate, StatusUpdate
from portal.common.letters import absolute_url
from portal.common.wall_clock import in_words, say


def values(incident: Incident, zone: ZoneInfo, *, update: StatusUpdate | None = None) -> dict[str, str]:
    """The text of every placeholder, with times as a reader in ``zone`` says them."""

    def moment(at: datetime | None) -> str:
        return say(at, zone) if at else ""

    slot = incident.deadlines.open().filter(kind=Deadline.Kind.STATUS_UPDATE).order_by("-pk").first()
    started = incident.impact_started_at or incident.detected_at
    resolution = incident.resolved_at and incident.detected_at and incident.resolved_at - incident.detected_at
    return {
        "severity": incident.severity.code,
        "number": incident.number,
        "title": incident.title,
        "started_at": moment(started),
        "affected_systems": ", ".join(system.name for system in incident.affected_systems.all()),
        "impact": update.current_impact if update else incident.impact or incident.summary,
        "status": incident.get_status_display(),
        "next_update_at": moment(slot.due_at if slot else None),
        "progress": update.progress if update else "",
        "next_steps": update.next_steps if update else "",
        "eta": moment(update.eta_at if update else incident.eta_at),
        "resolution_time": in_words(resolution) if resolution else "",
        "root_cause": incident.root_cause,
        "actions_taken": incident.actions_taken,
        "post_mortem_url": absolute_url(reverse("post_mortem_of", args=[incident.number])),
    }


def fill(
    kind: MessageTemplate.Kind, incident: Incident, zone: ZoneInfo, *, update: StatusUpdate | None = None
) -> tuple[str, str]:
    """Subject and body of the template of ``kind``; if it was deleted, the incident's label and title serve."""
    template = MessageTemplate.objects.filter(kind=kind).first()
    if template is None:
        template = MessageTemplate(subject="{severity} {number}: {title}", body="{title}\n\n{status}\n\n{impact}")
    return template.render(values(incident, zone, update=update))
