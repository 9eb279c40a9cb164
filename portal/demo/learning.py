"""The invented review, post-mortem and action items of one demonstration incident."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from contacts.models import Contact
from incidents import lifecycle
from incidents.models import Incident
from portal.common.wall_clock import in_words
from portal.demo.people import Person
from portal.demo.response import WORDS
from postmortems import action_items, opening, reviews, writing
from postmortems.models import ActionItem, PostMortem, Review

MARK = "Demonstration: this text is invented."
Priority = ActionItem.Priority
#: Days until an item of this priority is due.
DUE_IN = {Priority.HIGH: 14, Priority.MEDIUM: 30, Priority.LOW: 60}


def learn(
    incident: Incident, people: list[Person], dice: Random, *, is_held: bool, is_published: bool, now: datetime
) -> None:
    """Do what lies before ``now``: hold the review, write and publish, promise and finish items, close."""
    if incident.resolved_at is None:
        return
    opening.open_for(incident, now=incident.resolved_at)
    words = WORDS[incident.category.key if incident.category else "application"]
    commander = next(person for person in people if person.contact == commander_of(incident))
    held_at = hold_review(incident, words, commander, dice, is_held=is_held, now=now)
    published_at = publish(incident, words, commander, dice, is_published=is_published, now=now)
    promised_at = held_at or published_at
    if promised_at is not None:
        promise_items(incident, words, people, dice, promised_at=promised_at, now=now)
    last = max(filter(None, (incident.resolved_at, held_at, published_at)))
    closed_at = last + timedelta(hours=dice.uniform(4, 60))
    if closed_at < now and not lifecycle.missing_for_close(incident):
        lifecycle.close(incident, by=commander.user, now=closed_at)


def commander_of(incident: Incident) -> Contact:
    return incident.role_assignments.get(role__code="IC", ended_at__isnull=True).holder


def moment(start: datetime, within: timedelta, dice: Random) -> datetime:
    """Mostly within the time given, sometimes well after it."""
    return start + within * dice.choice([0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 1.3])


def hold_review(
    incident: Incident, words: dict[str, Any], by: Person, dice: Random, *, is_held: bool, now: datetime
) -> datetime | None:
    """Schedule the meeting, and hold it unless it is still to come; returns when it took place."""
    review = Review.objects.filter(incident=incident).first()
    if review is None or incident.review_within is None or incident.resolved_at is None:
        return None
    wanted = moment(incident.resolved_at, incident.review_within, dice)
    meets_at = min(wanted, now - timedelta(hours=1)) if is_held else max(wanted, now + timedelta(days=1))
    reviews.schedule(
        review,
        scheduled_for=meets_at,
        place="Room Kingfisher",
        attendees=review.attendees.all(),
        by=by.user,
        now=incident.resolved_at + min(timedelta(hours=2), (meets_at - incident.resolved_at) / 2),
    )
    if not is_held:
        return None
    minutes = f"Walked through the timeline. {words['lesson']} Agreed: {words['prevention']} {MARK}"
    reviews.hold(review, minutes=minutes, by=by.user, now=meets_at)
    return meets_at


def publish(
    incident: Incident, words: dict[str, Any], by: Person, dice: Random, *, is_published: bool, now: datetime
) -> datetime | None:
    """Write the eight sections and publish them, or write the first two; returns when it was published."""
    record = PostMortem.objects.filter(incident=incident).first()
    if record is None or incident.post_mortem_within is None or incident.resolved_at is None:
        return None
    for number, (name, text) in enumerate(sections(incident, words).items()):
        if is_published or number < 2:
            setattr(record, name, text)
    record.save(update_fields=list(PostMortem.SECTIONS))
    if not is_published:
        return None
    published_at = min(moment(incident.resolved_at, incident.post_mortem_within, dice), now - timedelta(hours=1))
    writing.publish(record, by=by.user, now=published_at)
    return published_at


def sections(incident: Incident, words: dict[str, Any]) -> dict[str, str]:
    """The runbook's eight, in its order."""
    took = in_words(incident.elapsed(at=incident.resolved_at)) if incident.resolved_at else ""
    times = [
        f"{milestone.label}: {getattr(incident, milestone.value):%Y-%m-%d %H:%M} UTC"
        for milestone in Incident.Milestone
        if getattr(incident, milestone.value) is not None
    ]
    return {
        "executive_summary": f"{incident.title}. {words['symptom']} Resolved after {took}. {MARK}",
        "incident_timeline": "\n".join(times),
        "root_cause_analysis": words["root_cause"],
        "impact_assessment": f"{words['impact']} {words['scope']}",
        "response_actions": words["actions"],
        "lessons_learned": words["lesson"],
        "action_items_summary": "\n".join(words["items"]),
        "prevention_measures": words["prevention"],
    }


def promise_items(
    incident: Incident,
    words: dict[str, Any],
    people: list[Person],
    dice: Random,
    *,
    promised_at: datetime,
    now: datetime,
) -> None:
    """Promise two or more of the category's items; most get done, some late, a few never."""
    post_mortem = PostMortem.objects.filter(incident=incident).first()
    if post_mortem is None:
        return
    for description in dice.sample(words["items"], dice.randint(2, len(words["items"]))):
        if ActionItem.objects.open().filter(description=description).exists():
            continue
        owner = dice.choice(people)
        priority = dice.choice(list(Priority))
        due_on = (promised_at + timedelta(days=DUE_IN[priority])).date()
        item = action_items.create(
            post_mortem=post_mortem,
            description=description,
            owner=owner.contact,
            priority=priority,
            due_on=due_on,
            by=owner.user,
            now=promised_at,
        )
        finish(item, owner, dice, promised_at=promised_at, now=now)


def finish(item: ActionItem, owner: Person, dice: Random, *, promised_at: datetime, now: datetime) -> None:
    begun_at = promised_at + (item.due_at - promised_at) * dice.uniform(0.1, 0.4)
    done_at = promised_at + (item.due_at - promised_at) * dice.choice([0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.2, 3])
    if begun_at < now:
        action_items.start(item, by=owner.user, now=begun_at)
    if done_at < now:
        action_items.complete(item, evidence=f"Merged and in use. {MARK}", by=owner.user, now=done_at)
