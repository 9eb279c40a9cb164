"""What the page of one incident shows, read in a fixed number of queries."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from contacts.models import ResponseRole, User
from incidents import similar
from incidents.admin.room import room
from incidents.models import Deadline, Incident
from incidents.permissions import may
from portal.common.wall_clock import in_words

MOST_TIMELINE = 50
MOST_LETTERS = 20
Verdict = Deadline.Verdict

#: Word, colour and sign of each verdict: never colour alone.
SIGNS = {
    Verdict.OPEN: ("info", "◷"),
    Verdict.MET: ("success", "✓"),
    Verdict.MET_LATE: ("warning", "✓"),
    Verdict.MISSED: ("danger", "✗"),
    Verdict.WAIVED: ("", "–"),
    Verdict.SUPERSEDED: ("", "–"),
}


def remaining(deadline: Deadline, *, now: datetime) -> tuple[str, str]:
    """How long is left or gone, in words, and the colour that goes with it."""
    left = deadline.due_at - now
    if left < timedelta():
        return f"⚠ {in_words(left)} late", "danger"
    is_soon = deadline.warn_at is not None and now >= deadline.warn_at
    return f"{'⚠ ' if is_soon else ''}{in_words(left)} left", "warning" if is_soon else "info"


def ledger_row(deadline: Deadline, *, now: datetime, may_waive: bool) -> dict[str, Any]:
    colour, sign = SIGNS[deadline.verdict]
    words, urgency = remaining(deadline, now=now)
    first = deadline.first_verdict
    differs = (
        first and first != deadline.verdict.value and not (first == "missed" and deadline.verdict == Verdict.MET_LATE)
    )
    return {
        "deadline": deadline,
        "verdict": deadline.verdict.label,
        "colour": colour,
        "sign": sign,
        "remaining": words,
        "urgency": urgency,
        "first_verdict": first if differs else "",
        "may_waive": may_waive and deadline.is_unsettled,
    }


def milestones(incident: Incident, *, may_correct: bool) -> list[dict[str, Any]]:
    """Every milestone, with the way to correct it where it has been reached."""
    correcting = reverse("admin:incidents_incident_verb", args=[incident.pk, "correct_milestone"])
    return [
        {
            "correct_url": f"{correcting}?milestone={milestone}"
            if may_correct and getattr(incident, milestone.value)
            else "",
            "label": milestone.label,
            "at": getattr(incident, milestone.value),
            "is_assumed": milestone == Incident.Milestone.RESTORED and incident.is_restored_assumed,
        }
        for milestone in Incident.Milestone
    ]


def incident_page(incident: Incident, user: User | AnonymousUser, *, now: datetime) -> dict[str, Any]:
    """The page's context; who may not see timelines gets figures only."""
    is_responder = user.has_perm("incidents.view_timelineentry")
    may_waive = isinstance(user, User) and may(user, "waive", incident)
    rows = [ledger_row(row, now=now, may_waive=may_waive) for row in incident.deadlines.order_by("due_at", "pk")]
    waiting = [row for row in rows if can_still_be_kept(row["deadline"])]
    page = {
        "incident": incident,
        "severity_colour": {1: "danger", 2: "warning"}.get(incident.severity.rank, "info"),
        "started_at": incident.impact_started_at or incident.detected_at or incident.declared_at,
        "elapsed": in_words(incident.elapsed(at=now)),
        "promises": rows,
        "next_promises": waiting[:5],
        "milestones": milestones(
            incident, may_correct=isinstance(user, User) and may(user, "correct_milestone", incident)
        ),
        "sees_everything": is_responder,
    }
    if not is_responder or not isinstance(user, User):
        return page
    answer = response(incident, now=now)
    return page | answer | room(incident, answer["roles"], user) | {"may_do_tasks": may(user, "do_tasks", incident)}


def can_still_be_kept(deadline: Deadline) -> bool:
    """A missed slot of the update cadence is past keeping; other missed promises can be kept late."""
    is_past_slot = deadline.kind == Deadline.Kind.STATUS_UPDATE and deadline.breached_at is not None
    return deadline.is_unsettled and not is_past_slot


def response(incident: Incident, *, now: datetime) -> dict[str, Any]:
    """Roles, escalations, letters and the timeline."""
    roles = list(incident.role_assignments.filter(ended_at__isnull=True).select_related("role", "holder"))
    return {
        "roles": roles,
        "has_commander": any(held.role.code == ResponseRole.Code.COMMANDER for held in roles),
        "escalations": list(incident.escalations.order_by("epoch", "level")),
        "letter_count": incident.messages.count(),
        "letters": list(incident.messages.select_related("message", "message__contact")[:MOST_LETTERS]),
        "timeline": list(incident.timeline.select_related("by")[:MOST_TIMELINE]),
        "systems": list(incident.affected_systems.all()),
        "post_mortem": getattr(incident, "post_mortem", None),
        "review": getattr(incident, "review", None),
        "seen_before": list(similar.past(incident, now=now)) if incident.is_ongoing else [],
    }
