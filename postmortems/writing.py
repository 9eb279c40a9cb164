"""Publishing a post-mortem (runbook, Post-Mortem Documentation)."""

from datetime import datetime

from django.db import transaction

from contacts.models import User
from incidents import deadlines, timeline
from incidents.locking import locked
from incidents.models import InvalidTransition, TimelineEntry
from postmortems import permissions
from postmortems.models import PostMortem
from postmortems.opening import open_for


@transaction.atomic
def publish(post_mortem: PostMortem, *, by: User, now: datetime) -> PostMortem:
    """Publish, and keep the promise; :class:`InvalidTransition` names what is in the way."""
    permissions.require(by, "publish", post_mortem.incident)
    open_for(locked(post_mortem.incident), now=now)
    record = PostMortem.objects.select_related("incident", "deadline").get(pk=post_mortem.pk)
    require_publishable(record)
    record.status = PostMortem.Status.PUBLISHED
    record.published_at = now
    record.published_by = by
    record.save(update_fields=["status", "published_at", "published_by"])
    if record.deadline is not None:
        deadlines.keep(record.deadline, at=now, by=by)
    timeline.record(record.incident, TimelineEntry.Kind.REVIEW, "Post-mortem published.", by=by, at=now, now=now)
    return record


def require_publishable(record: PostMortem) -> None:
    if record.status == PostMortem.Status.PUBLISHED:
        raise InvalidTransition(f"The {str(record).lower()} is published already.")
    if record.incident.is_ongoing:
        raise InvalidTransition(
            f"{record.incident.number} was reopened: the post-mortem can be published once it is resolved."
        )
    if missing := record.missing_sections():
        raise InvalidTransition(f"The post-mortem still lacks: {', '.join(missing)}.")
