"""No flood: what one run of the engine writes for one person above five becomes one digest."""

import itertools
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count

from contacts import outbox
from contacts.models import OutgoingMessage
from portal.common.letters import render

State = OutgoingMessage.State
MOST_SINGLE_LETTERS = 5
#: How long a mergeable letter waits for the end of the run that wrote it; long enough for a run cut short.
HELD_FOR = timedelta(seconds=30)


def merge(*, written_at: datetime) -> int:
    """Merge the letters held by the run of ``written_at``, release the others; returns the number of digests."""
    held = OutgoingMessage.objects.filter(written_at=written_at, is_mergeable=True, state=State.QUEUED)
    crowded = (
        held.filter(contact__isnull=False)
        .order_by()
        .values("contact")
        .annotate(letters=Count("pk"))
        .filter(letters__gt=MOST_SINGLE_LETTERS)
        .values_list("contact", flat=True)
    )
    digests = 0
    for contact_id in list(crowded):
        digests += merge_for(contact_id, written_at=written_at)
    held.update(not_before=written_at)
    return digests


@transaction.atomic
def merge_for(contact_id: int, *, written_at: datetime) -> bool:
    """Write one digest of the person's held letters and point them at it."""
    held = OutgoingMessage.objects.filter(
        contact=contact_id, written_at=written_at, is_mergeable=True, state=State.QUEUED
    )
    letters = list(held.select_for_update().select_related("contact").order_by("pk"))
    if len(letters) <= MOST_SINGLE_LETTERS or letters[0].contact is None:
        return False
    digest = outbox.write(
        key=f"digest:{contact_id}:{written_at.isoformat()}",
        contact=letters[0].contact,
        letter=render("contacts/letters/digest", {"letters": [gist(letter) for letter in letters]}),
        now=written_at,
    )
    held.filter(pk__in=[letter.pk for letter in letters]).update(
        state=State.MERGED, digest=digest, settled_at=written_at, reason="Told in a digest."
    )
    return True


def gist(letter: OutgoingMessage) -> dict[str, str]:
    """What a letter asks and by when, which its first paragraph says, and its one link, which ends it."""
    lines = letter.body_text.strip().splitlines()
    first = " ".join(itertools.takewhile(str.strip, lines))
    link = next((line for line in reversed(lines) if line.startswith(("http://", "https://"))), "")
    return {"subject": letter.subject, "first": first, "link": link}
