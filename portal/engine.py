"""The engine: two plain functions. ``tick`` decides what is due, ``drain`` hands letters over.

Celery, a test or a person at a shell call the same two; neither keeps any state outside the database.
"""

import logging
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.utils import timezone

import contacts.delivery
import incidents.sweep
import postmortems.sweep
from contacts import digests
from portal import audit
from portal.common.models import Heartbeat
from portal.common.row_by_row import SomeFailed

logger = logging.getLogger(__name__)

#: One sweep per app, in the direction of the imports.
SWEEPS: tuple[Callable[..., int], ...] = (incidents.sweep.sweep, postmortems.sweep.sweep)


def tick(*, now: datetime) -> int:
    """Decide everything that is due at ``now``; returns how many rows were decided.

    A sweep that fails does not keep the others from running; the heartbeat then carries the problem.
    """
    began = time.monotonic()
    decided, problems = 0, []
    for sweep in SWEEPS:
        try:
            decided += sweep(now=now)
        except SomeFailed as error:
            decided += error.done
            problems.append(f"{sweep.__module__}: {error}")
        except Exception as error:
            logger.exception("%s failed", sweep.__module__)
            problems.append(f"{sweep.__module__} failed: {type(error).__name__}")
    digests.merge(written_at=now)
    problems += audit.broken_invariants(now=now)
    took_ms = round((time.monotonic() - began) * 1000)
    Heartbeat.beat(Heartbeat.Component.TICK, at=now, took_ms=took_ms, problem="; ".join(problems))
    if not problems:
        tell_the_watcher()
    return decided


def drain(*, now: datetime, clock: Callable[[], datetime] = timezone.now) -> int:
    """Hand over every letter that is due at ``now``; returns how many were taken."""
    began = time.monotonic()
    handed_over = contacts.delivery.drain(now=now, clock=clock)
    took_ms = round((time.monotonic() - began) * 1000)
    Heartbeat.beat(Heartbeat.Component.DRAIN, at=now, took_ms=took_ms)
    return handed_over


def tell_the_watcher() -> None:
    """Ping the outside address that raises an alarm when pings stop, if one is set."""
    if not settings.DEAD_MAN_URL:
        return
    try:
        with urllib.request.urlopen(settings.DEAD_MAN_URL, timeout=5):  # noqa: S310  (settings allow http and https)
            pass
    except OSError as error:
        logger.warning("The dead-man address did not answer: %s", error)
