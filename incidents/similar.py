"""Incidents that look like another: open ones before a duplicate is declared, past ones to learn from."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from incidents.models import AffectedSystem, Category, Incident

WORD = re.compile(r"\w{3,}")
MOST_OPEN, MOST_PAST = 200, 5
LOOK_BACK = timedelta(days=365)


def words(text: str) -> set[str]:
    return {word.casefold() for word in WORD.findall(text)}


def similar_open(*, title: str, category: Category | None, systems: Iterable[AffectedSystem]) -> list[Incident]:
    """Open incidents that share half of the words of the shorter title, or both category and a system."""
    wanted, chosen = words(title), {system.pk for system in systems}
    rows = Incident.objects.ongoing().select_related("severity").prefetch_related("affected_systems")
    return [row for row in rows[:MOST_OPEN] if is_like(row, wanted, category, chosen)]


def is_like(incident: Incident, wanted: set[str], category: Category | None, systems: set[int]) -> bool:
    there = words(incident.title)
    shared = wanted & there
    if shared and 2 * len(shared) >= min(len(wanted), len(there)):
        return True
    same_category = category is not None and incident.category_id == category.pk
    return same_category and bool(systems & {system.pk for system in incident.affected_systems.all()})


def past(incident: Incident, *, now: datetime) -> QuerySet[Incident]:
    """The latest incidents of the same category or system, with the action items they left (runbook, Follow-up)."""
    alike = Q(affected_systems__in=incident.affected_systems.all())
    if incident.category_id is not None:
        alike |= Q(category=incident.category_id)
    rows = Incident.objects.filter(alike, resolved_at__gte=now - LOOK_BACK, outcome=Incident.Outcome.CONFIRMED)
    pks = rows.exclude(pk=incident.pk).order_by("-pk").values_list("pk", flat=True).distinct()[:MOST_PAST]
    return (
        Incident.objects.filter(pk__in=list(pks))
        .select_related("severity", "post_mortem")
        .prefetch_related("post_mortem__action_items")
    )
