"""Writes a year of history: real incidents, moved into the last twelve months, with invented responses.

Real: title, organisation, product, how long it lasted, day of the week and time of day, link.
Moved: the date, by whole weeks.
Invented: severity, people, every time between start and end, words, reviews, post-mortems, action items.

Everything goes through the verbs that people use, with ``now`` in the past, so that promises and timeline are
as they would have been. No letter is written: see ``incidents.emails.send``.
"""

import random
from datetime import datetime, timedelta

from django.db import transaction

from incidents.models import Incident
from portal.demo.facts import PublicIncident, public_incidents
from portal.demo.learning import learn
from portal.demo.people import cast
from portal.demo.response import respond

YEAR = timedelta(weeks=52)
#: The youngest incident is over for at least this long, so that none is left burning.
LEAST_AGE = timedelta(days=1)
#: So many of the youngest still have a post-mortem to publish; the very youngest has its review ahead.
UNPUBLISHED = 2


@transaction.atomic
def write(*, now: datetime) -> int:
    """Write the history up to ``now``; returns how many incidents, 0 if it has been written before."""
    if Incident.objects.filter(is_demo=True).exists():
        return 0
    moved = sorted(spread(public_incidents(), now=now), key=lambda pair: pair[1])
    with cast(since=now - YEAR - timedelta(weeks=1), until=now) as people:
        for left, (fact, started_at) in zip(range(len(moved) - 1, -1, -1), moved, strict=True):
            dice = random.Random(fact.source_url)  # noqa: S311  (the same history every time, not a secret)
            incident = respond(fact, started_at, people, dice, is_recent=left < UNPUBLISHED)
            learn(incident, people, dice, is_held=left > 0, is_published=left >= UNPUBLISHED, now=now)
    return len(moved)


def spread(facts: list[PublicIncident], *, now: datetime) -> list[tuple[PublicIncident, datetime]]:
    """Move each incident by whole weeks, so that they lie evenly over the year and end before ``now``."""
    pairs = []
    for place, fact in enumerate(facts):
        wanted = now - LEAST_AGE - YEAR * (1 - (place + 1) / len(facts))
        week = timedelta(weeks=1)
        started_at = fact.impact_started_at + week * round((wanted - fact.impact_started_at) / week)
        while started_at + fact.lasted > now - LEAST_AGE:
            started_at -= week
        pairs.append((fact, started_at))
    return pairs
