"""The part of the engine’s tick that belongs to post-mortems."""

from datetime import datetime

from portal.common.row_by_row import each
from postmortems.action_items import sweep_action_items
from postmortems.follow_ups import sweep_follow_ups
from postmortems.opening import open_due
from postmortems.promises import sweep_promises


def sweep(*, now: datetime) -> int:
    """Decide whatever is due at ``now``; returns how many rows changed.

    Records are opened before their promises are looked at, so that letters lead to them; items are decided
    before the follow-ups that name them.
    """
    steps = (open_due, sweep_promises, sweep_action_items, sweep_follow_ups)
    return each(steps, lambda step: step(now=now))
