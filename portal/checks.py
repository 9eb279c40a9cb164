"""System checks: what must hold before the portal may run."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def utc_inside(**_: Any) -> list[CheckMessage]:
    """Times are stored and compared in UTC; the reader's zone is for templates."""
    if settings.USE_TZ and settings.TIME_ZONE == "UTC":
        return []
    return [
        Error(
            "The portal computes in UTC, but USE_TZ is off or TIME_ZONE is another zone.",
            hint="Set TIME_ZONE_DISPLAY to choose the zone in which people read times.",
            id="portal.E001",
        )
    ]


@register()
def lease_outlasts_sending(**_: Any) -> list[CheckMessage]:
    """A letter's claim must outlive the longest attempt, or two processes would send it."""
    if settings.OUTBOX_LEASE_SECONDS >= 2 * settings.EMAIL_SEND_LIMIT_SECONDS:
        return []
    return [
        Error(
            "OUTBOX_LEASE_SECONDS is less than twice EMAIL_SEND_LIMIT_SECONDS.",
            hint="Raise the lease or lower the limit, so that a claim outlives the attempt it protects.",
            id="portal.E002",
        )
    ]
