"""The ledger's laws over random histories: whatever people do in whatever order, and whenever the engine runs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from contacts.models import OutgoingMessage, User
from incidents import lifecycle
from incidents.models import Deadline, Incident, InvalidTransition, SeverityPolicy
from incidents.sweep import sweep
from incidents.tests.conftest import NOW

Kind = Deadline.Kind
Declare = Callable[..., Incident]
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Act:
    """One thing a person does, so many minutes after the one before, with or without the engine in between."""

    verb: str
    gap: int
    engine_ran: bool
    argument: int = 0


ACTS = st.builds(
    Act,
    verb=st.sampled_from(
        [
            "acknowledge", "post_update", "contain", "restore", "resolve", "reopen", "change_severity",
            "correct_detected", "correct_restored", "waive", "withdraw",
        ]
    ),
    gap=st.sampled_from([0, 1, 7, 15, 29, 30, 31, 60, 90, 241, 1441]),
    engine_ran=st.booleans(),
    argument=st.integers(0, 3),
)  # fmt: skip


def perform(incident: Incident, act: Act, *, by: User, now: datetime) -> None:
    """Try it; a refusal is an answer too, and changes nothing."""
    incident.refresh_from_db()
    severities = list(SeverityPolicy.objects.order_by("rank"))
    verbs: dict[str, Callable[[], Any]] = {
        "acknowledge": lambda: lifecycle.acknowledge(incident, by=by, now=now),
        "post_update": lambda: lifecycle.post_update(incident, current_impact="Same", by=by, now=now),
        "contain": lambda: lifecycle.contain(incident, by=by, now=now),
        "restore": lambda: lifecycle.restore(incident, by=by, now=now),
        "resolve": lambda: lifecycle.resolve(incident, by=by, now=now),
        "reopen": lambda: lifecycle.reopen(incident, reason="Again", by=by, now=now),
        "withdraw": lambda: lifecycle.withdraw(
            incident, outcome=Incident.Outcome.FALSE_ALARM, reason="Nothing", by=by, now=now
        ),
        "change_severity": lambda: lifecycle.change_severity(
            incident, severity=severities[act.argument], reason="Seen anew", by=by, now=now
        ),
        "correct_detected": lambda: correct(incident, Incident.Milestone.DETECTED, act.argument, by=by, now=now),
        "correct_restored": lambda: correct(incident, Incident.Milestone.RESTORED, act.argument, by=by, now=now),
        "waive": lambda: lifecycle.waive(unsettled(incident, act.argument), reason="Not needed", by=by, now=now),
    }
    try:
        with transaction.atomic():
            verbs[act.verb]()
    except (InvalidTransition, ValidationError):
        pass


def correct(incident: Incident, milestone: Incident.Milestone, number: int, *, by: User, now: datetime) -> None:
    value = getattr(incident, milestone.value) or now
    lifecycle.correct_milestone(
        incident, milestone=milestone, value=value - number * 9 * MINUTE, reason="Log", by=by, now=now
    )


def unsettled(incident: Incident, number: int) -> Deadline:
    """The latest promise of one kind: a choice that does not hang on how many slots are written already."""
    kind = (Kind.ACKNOWLEDGE, Kind.RESTORE, Kind.STAKEHOLDER_NOTICE, Kind.REVIEW)[number]
    rows = incident.deadlines.filter(kind=kind).order_by("-epoch", "-pk")
    return rows.first() or incident.deadlines.order_by("pk")[0]


def first_verdicts(incident: Incident) -> dict[int, str]:
    return {row.pk: row.first_verdict for row in incident.deadlines.exclude(first_verdict="")}


def rows_of(incident: Incident) -> list[tuple[object, ...]]:
    """Everything the ledger says, save for when the portal noticed it."""
    return sorted(
        incident.deadlines.values_list(
            "kind", "label", "epoch", "sequence", "clock_started_at", "due_at", "breached_at", "first_verdict",
            "kept_at", "waived_at", "superseded_at",
        ),
        key=str,
    )  # fmt: skip


def play(declare: Declare, by: User, acts: list[Act], *, engine: Callable[[Act], bool]) -> list[tuple[object, ...]]:
    """The ledger after these acts; it is undone again."""
    with transaction.atomic():
        now, incident = NOW, declare()
        seen: dict[int, str] = {}
        for act in acts:
            now += act.gap * MINUTE
            if engine(act):
                sweep(now=now)
            perform(incident, act, by=by, now=now)
            check(incident, seen, now=now)
            seen = first_verdicts(incident)
        sweep(now=now)
        sweep(now=now)
        check(incident, seen, now=now)
        incident.refresh_from_db()
        check_after_sweep(incident, now=now)
        rows = rows_of(incident)
        transaction.set_rollback(True)
    return rows


def check(incident: Incident, seen: dict[int, str], *, now: datetime) -> None:
    """Laws that hold at every moment."""
    for pk, verdict in seen.items():
        assert first_verdicts(incident)[pk] == verdict
    for row in incident.deadlines.all():
        settled = [row.kept_at, row.waived_at, row.superseded_at]
        assert sum(moment is not None for moment in settled) <= 1
        if row.kept_at is not None:
            assert row.verdict == (Deadline.Verdict.MET if row.kept_at <= row.due_at else Deadline.Verdict.MET_LATE)
        if row.breached_at is not None:
            assert row.noticed_at is not None
            assert row.noticed_at <= now
    slots = incident.deadlines.open().filter(kind=Kind.STATUS_UPDATE)
    assert slots.count() <= 1


def check_after_sweep(incident: Incident, *, now: datetime) -> None:
    """Laws that hold once the engine has run."""
    own = incident.deadlines.exclude(kind__in=[Kind.REVIEW, Kind.POST_MORTEM])
    assert not own.overdue(at=now).exists()
    if not incident.is_ongoing:
        left = set(incident.deadlines.open().values_list("kind", flat=True))
        assert left <= {Kind.REVIEW, Kind.POST_MORTEM, Kind.STAKEHOLDER_NOTICE}
    if incident.is_ongoing and incident.update_every:
        assert incident.deadlines.open().filter(kind=Kind.STATUS_UPDATE).count() == 1
    keys = OutgoingMessage.objects.values_list("key", flat=True)
    assert len(keys) == len(set(keys))


@given(acts=st.lists(ACTS, min_size=1, max_size=9))
def test_the_ledger_is_the_same_whenever_the_engine_ran(declare: Declare, ann: User, acts: list[Act]) -> None:
    often = play(declare, ann, acts, engine=lambda _: True)
    now_and_then = play(declare, ann, acts, engine=lambda act: act.engine_ran)
    never = play(declare, ann, acts, engine=lambda _: False)
    assert often == now_and_then == never
