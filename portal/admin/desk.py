"""The duty desk: what burns, what is due next, who is on duty, whether the engine runs."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from contacts.models import Contact
from contacts.on_call import on_call
from incidents.admin.page import ledger_row
from incidents.models import Deadline, Incident, RoleAssignment
from incidents.permissions import may
from portal import audit
from portal.common.wall_clock import in_words
from postmortems.models import ActionItem, Review

MOST_ROWS = 20


def desk(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds each block that the person may see; the engine's health is for everyone."""
    now = timezone.now()
    user = request.user
    context["title"] = "Duty desk"
    context["engine_problems"] = audit.health(now=now)
    context["may_declare"] = user.is_authenticated and may(user, "declare", None)
    if user.has_perm("incidents.view_incident"):
        context["burning"] = burning(now=now)
        context["missed"] = missed(now=now)
        context["mine"] = mine(user, now=now)
    if user.has_perm("contacts.view_shift"):
        context["on_call"] = on_call(at=now)
        context["sees_duty"] = True
    if user.has_perm("contacts.view_contact"):
        context["placeholders"] = Contact.objects.placeholders().filter(is_active=True).count()
    if user.has_perm("postmortems.view_actionitem"):
        week = now + timedelta(days=7)
        context["reviews"] = Review.objects.exclude(status=Review.Status.HELD).select_related(
            "incident__severity", "deadline"
        )[:MOST_ROWS]
        items = ActionItem.objects.open().filter(due_at__lte=week).select_related("owner")
        context["items"] = [{"item": item, "late": item.is_overdue(at=now)} for item in items[:MOST_ROWS]]
        context["sees_learning"] = True
    return context


def burning(*, now: datetime) -> list[dict[str, Any]]:
    """Ongoing incidents, the most severe first, each with the promise that is due next."""
    incidents = list(
        Incident.objects.ongoing().select_related("severity").order_by("severity__rank", "declared_at")[:MOST_ROWS]
    )
    following: dict[int, Deadline] = {}
    for deadline in Deadline.objects.open().filter(incident__in=incidents).order_by("due_at"):
        following.setdefault(deadline.incident_id, deadline)
    return [
        {
            "incident": incident,
            "started_at": incident.impact_started_at or incident.detected_at or incident.declared_at,
            "elapsed": in_words(incident.elapsed(at=now)),
            "colour": {1: "danger", 2: "warning"}.get(incident.severity.rank, "info"),
            "next": ledger_row(following[incident.pk], now=now, may_waive=False) if incident.pk in following else None,
        }
        for incident in incidents
    ]


def mine(user: Any, *, now: datetime) -> dict[str, Any]:
    """What waits for this very person: roles held on open incidents, and their action items."""
    contact = user.own_contact
    if contact is None:
        return {"roles": [], "items": []}
    roles = RoleAssignment.objects.filter(
        holder=contact, ended_at__isnull=True, incident__status__in=Incident.ONGOING
    ).select_related("role", "incident__severity")
    items = ActionItem.objects.open().for_owner(contact).most_urgent_first()[:MOST_ROWS]
    return {
        "roles": list(roles.order_by("incident__severity__rank", "role__position")[:MOST_ROWS]),
        "items": [{"item": item, "late": item.is_overdue(at=now)} for item in items],
    }


def missed(*, now: datetime) -> list[dict[str, Any]]:
    """Promises that were missed and can still be made good."""
    rows = (
        Deadline.objects.unsettled()
        .missed()
        .exclude(kind=Deadline.Kind.STATUS_UPDATE)
        .exclude(incident__outcome__in=[Incident.Outcome.FALSE_ALARM, Incident.Outcome.DUPLICATE])
        .select_related("incident__severity")
        .order_by("due_at")
    )
    return [ledger_row(row, now=now, may_waive=False) for row in rows[:MOST_ROWS]]
