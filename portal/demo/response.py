"""The invented response to one real incident, from detection to resolution."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from contacts.models import ResponseRole
from contacts.on_call import on_call
from incidents import deadlines, escalations, lifecycle, timeline
from incidents.models import AffectedSystem, Category, Deadline, Incident, SeverityPolicy, TimelineEntry
from portal.demo.facts import PublicIncident
from portal.demo.people import Person

WORDS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
#: The first category one of whose words stands in the title, the product or the file's own categories.
CATEGORIES = (
    ("security", ("security", "attack", "shellshock", "leak")),
    ("database", ("sql", "postgres", "database")),
    ("network", ("dns", "network", "load balanc", "connect", "backbone")),
    ("user-access", ("token", "authentication", "sign-in")),
    ("performance", ("latency", "overload", "capacity", "delay", "degrad")),
    ("infrastructure", ("cloud", "hardware", "power")),
)
Kind = Deadline.Kind
MINUTE = timedelta(minutes=1)


def category_of(fact: PublicIncident) -> str:
    for text in (f"{fact.title} {fact.product}".lower(), " ".join(fact.categories)):
        for category, words in CATEGORIES:
            if any(word in text for word in words):
                return category
    return "application"


def severity_of(fact: PublicIncident, dice: Random, *, is_recent: bool) -> str:
    """Invented: short ones were grave, very long ones did not stop the business.

    Recent ones are such that their review and post-mortem are still to come.
    """
    if is_recent:
        return "SEV-3"
    hours = fact.lasted / timedelta(hours=1)
    if hours <= 1.5:
        return dice.choices(["SEV-1", "SEV-2"], [7, 3])[0]
    if hours <= 5:
        return dice.choices(["SEV-1", "SEV-2", "SEV-3"], [3, 6, 2])[0]
    return dice.choices(["SEV-2", "SEV-3", "SEV-4"], [2, 8, 2])[0]


def provenance(fact: PublicIncident, started_at: datetime) -> str:
    weeks = (started_at - fact.impact_started_at) // timedelta(weeks=1)
    product = f", {fact.product}" if fact.product else ""
    return (
        f"Demonstration. Real: title, start, end and duration, as described by {fact.organisation}{product}: "
        f"{fact.source_url} . Moved: it began on {fact.impact_started_at:%Y-%m-%d %H:%M} UTC and is shown "
        f"{weeks} weeks later. Invented: severity, category, systems, people, words, and every time in between."
    )


def respond(
    fact: PublicIncident, started_at: datetime, people: list[Person], dice: Random, *, is_recent: bool
) -> Incident:
    """Declare, respond and resolve; times lie between the real start and the real end."""
    words = WORDS[category_of(fact)]
    lasted, restored_at = fact.lasted, started_at + fact.lasted
    severity = SeverityPolicy.objects.get(code=severity_of(fact, dice, is_recent=is_recent))
    detected_at = started_at + min(dice.uniform(1, 9) * MINUTE, lasted * 0.15)
    declared_at = detected_at + min(dice.uniform(1, 6) * MINUTE, lasted * 0.1)
    patience = (severity.acknowledge_within or 15 * MINUTE) * dice.choice([0.3, 0.5, 0.6, 0.8, 0.9, 1.4])
    acknowledged_at = min(max(detected_at + patience, declared_at + MINUTE / 2), declared_at + lasted * 0.4)
    commander, technical_lead, communications_lead = team(people, dice, at=declared_at)
    incident = lifecycle.declare(
        title=fact.title,
        severity=severity,
        category=Category.objects.filter(key=category_of(fact)).first(),
        affected_systems=AffectedSystem.objects.filter(key__in=words["systems"]),
        detected_at=detected_at,
        impact_started_at=started_at,
        summary=words["symptom"],
        impact=words["impact"],
        scope=words["scope"],
        roles=roles(commander, technical_lead, communications_lead),
        is_demo=True,
        provenance=provenance(fact, started_at),
        by=commander.user,
        now=declared_at,
    )
    escalate_until(incident, acknowledged_at)
    incident = lifecycle.acknowledge(incident, by=technical_lead.user, now=acknowledged_at)
    tell_stakeholders(incident, communications_lead, dice)
    contained_at = acknowledged_at + (restored_at - acknowledged_at) * dice.uniform(0.3, 0.6)
    recovering_at = contained_at + (restored_at - contained_at) * dice.uniform(0.1, 0.5)
    lifecycle.add_note(
        incident,
        text=words["symptom"],
        by=technical_lead.user,
        now=acknowledged_at + (contained_at - acknowledged_at) / 2,
    )
    update_until(incident, contained_at, words, communications_lead, dice)
    lifecycle.contain(incident, by=technical_lead.user, now=contained_at)
    update_until(incident, recovering_at, words, communications_lead, dice)
    lifecycle.start_recovery(incident, by=technical_lead.user, now=recovering_at)
    update_until(incident, restored_at, words, communications_lead, dice)
    lifecycle.restore(incident, by=technical_lead.user, now=restored_at)
    return lifecycle.resolve(
        incident,
        root_cause=words["root_cause"],
        actions_taken=words["actions"],
        by=commander.user,
        now=restored_at + min(dice.uniform(8, 50) * MINUTE, lasted * 0.5),
    )


def team(people: list[Person], dice: Random, *, at: datetime) -> tuple[Person, Person, Person]:
    """Whoever was on call leads; two others help."""
    on_duty = on_call(at=at)
    lead = next((person for person in people if person.contact in on_duty), people[0])
    others = dice.sample([person for person in people if person != lead], 2)
    return lead, others[0], others[1]


def roles(commander: Person, technical_lead: Person, communications_lead: Person) -> dict[ResponseRole, Any]:
    code = ResponseRole.Code
    held = {
        code.COMMANDER: commander,
        code.TECHNICAL_LEAD: technical_lead,
        code.COMMUNICATIONS_LEAD: communications_lead,
    }
    return {role: held[code(role.code)].contact for role in ResponseRole.objects.filter(code__in=held)}


def escalate_until(incident: Incident, at: datetime) -> None:
    """Fire the levels whose time came before anybody acknowledged."""
    for level in incident.escalations.waiting().filter(due_at__lte=at).order_by("due_at"):
        escalations.fire(level, now=level.due_at)


def tell_stakeholders(incident: Incident, by: Person, dice: Random) -> None:
    """Keep the notices as if they had been handed over, mostly in time."""
    for notice in incident.notices.select_related("deadline", "audience"):
        within = notice.deadline.due_at - notice.deadline.clock_started_at
        at = notice.deadline.clock_started_at + within * dice.choice([0.2, 0.3, 0.5, 0.7, 1.2])
        if deadlines.keep(notice.deadline, at=at, by=by.user):
            text = f"{notice.audience} told. Demonstration: no letter was written."
            timeline.record(incident, TimelineEntry.Kind.NOTICE, text, by=by.user, at=at)


def update_until(incident: Incident, end: datetime, words: dict[str, Any], by: Person, dice: Random) -> None:
    """Post updates at the cadence, give or take, until ``end``."""
    every = incident.update_every
    if every is None:
        return
    last = incident.status_updates.order_by("-posted_at").first()
    at = (last.posted_at if last else incident.declared_at or end) + every * pace(dice)
    while at < end:
        if incident.acknowledged_at is not None and at > incident.acknowledged_at:
            lifecycle.post_update(
                incident,
                current_impact=words["symptom"],
                progress=dice.choice(
                    ["Looking at what changed last.", "The cause is narrowed down.", words["actions"]]
                ),
                next_steps=dice.choice(
                    ["Take back the last change.", "Watch the error rate.", "Bring back capacity."]
                ),
                by=by.user,
                now=at,
            )
        at += every * pace(dice)


def pace(dice: Random) -> float:
    """Of the interval between updates; now and then somebody forgets."""
    return 1.3 if dice.random() < 0.12 else dice.uniform(0.7, 0.98)
