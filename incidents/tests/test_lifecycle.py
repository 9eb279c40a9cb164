"""Each verb's rule, on a fixed clock."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from contacts import digests
from contacts.delivery import drain
from contacts.models import Audience, Contact, EscalationLevel, OutgoingMessage, ResponseRole, User
from incidents import emails, lifecycle
from incidents.models import Category, Deadline, Escalation, Incident, InvalidTransition, SeverityPolicy
from incidents.sweep import sweep
from incidents.tests.conftest import NOW
from portal import roles
from portal.common.row_by_row import SomeFailed

Kind = Deadline.Kind
Verdict = Deadline.Verdict
Declare = Callable[..., Incident]


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def run_sweep(*, now: datetime) -> None:
    sweep(now=now)
    digests.merge(written_at=now)


def verdict(incident: Incident, kind: Kind) -> Verdict:
    return incident.deadlines.filter(kind=kind).order_by("-epoch", "-sequence").first().verdict  # type: ignore[union-attr]


def verdicts(incident: Incident, kind: Kind) -> list[str]:
    rows = incident.deadlines.filter(kind=kind).order_by("epoch", "sequence")
    return [row.verdict.value for row in rows]


def test_numbers_count_up_within_the_year(declare: Declare) -> None:
    numbers = [declare().number, declare().number, declare(now=NOW + timedelta(days=365)).number]
    assert numbers == ["INC-2026-0001", "INC-2026-0002", "INC-2027-0001"]


@pytest.mark.parametrize(
    ("severity", "acknowledge", "restore", "update"),
    [("SEV-1", 15, 60, 30), ("SEV-2", 30, 240, 30), ("SEV-3", 120, 1440, 60), ("SEV-4", 1440, 10080, None)],
)
def test_declaring_starts_the_promises_of_the_severity(
    declare: Declare, severity: str, acknowledge: int, restore: int, update: int | None
) -> None:
    incident = declare(severity)
    due = {row.kind: row.due_at for row in incident.deadlines.exclude(kind=Kind.STAKEHOLDER_NOTICE)}
    expected = {Kind.ACKNOWLEDGE: after(acknowledge), Kind.RESTORE: after(restore)}
    assert due == expected | ({Kind.STATUS_UPDATE: after(update)} if update else {})


def test_editing_the_runbook_does_not_change_an_open_incident(declare: Declare) -> None:
    incident = declare()
    SeverityPolicy.objects.filter(code="SEV-1").update(update_every=timedelta(hours=9))
    lifecycle.post_update(incident, current_impact="Same", by=None, now=after(10))

    assert incident.deadlines.filter(kind=Kind.STATUS_UPDATE).order_by("-sequence")[0].due_at == after(40)


def test_the_on_call_is_told_at_declaration(declare: Declare, ann: User) -> None:
    declare()
    letter = OutgoingMessage.objects.get(address=ann.email, subject__contains="declared")
    assert letter.subject == "[SEV-1] INC-2026-0001 declared: acknowledge within 15 min: Payments fail"


def test_a_drill_says_so_in_every_subject(declare: Declare) -> None:
    declare(is_drill=True)
    run_sweep(now=after(20))
    subjects = OutgoingMessage.objects.values_list("subject", flat=True)
    assert subjects
    assert all(subject.startswith("DRILL") for subject in subjects)


def test_detection_in_the_future_is_refused_beside_the_field(declare: Declare) -> None:
    with pytest.raises(ValidationError) as refusal:
        declare(detected_at=after(5))
    assert "detected_at" in refusal.value.message_dict
    assert Incident.objects.count() == 0


@pytest.mark.parametrize("field", ["detected_at", "impact_started_at"])
def test_a_slip_of_the_hand_in_a_year_is_refused_beside_the_field(declare: Declare, field: str) -> None:
    with pytest.raises(ValidationError, match="Check the date") as refusal:
        declare(**{field: NOW.replace(year=202)})
    assert set(refusal.value.message_dict) == {field}


def test_an_incident_left_open_for_months_is_settled_in_few_statements(
    declare: Declare, ann: User, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    incident = declare()
    with django_assert_max_num_queries(250):
        lifecycle.post_update(incident, current_impact="Same", by=ann, now=NOW + timedelta(days=120))
    assert verdicts(incident, Kind.STATUS_UPDATE).count("missed") == 120 * 48 - 1


def test_a_late_declaration_misses_its_promises_with_their_letters(declare: Declare) -> None:
    incident = declare(detected_at=after(-20))
    letter = OutgoingMessage.objects.get(subject__contains="declared")
    assert "declared: acknowledge now" in letter.subject
    assert "before it was declared. Acknowledge it now" in letter.body_text
    run_sweep(now=after(0.25))
    assert verdict(incident, Kind.ACKNOWLEDGE) == Verdict.MISSED
    assert verdict(incident, Kind.RESTORE) == Verdict.OPEN
    assert OutgoingMessage.objects.filter(subject__contains="missed: acknowledge").exists()


@pytest.mark.parametrize(("minutes", "expected"), [(15, Verdict.MET), (15.001, Verdict.MET_LATE)])
def test_acknowledging_at_the_due_time_is_met_and_later_is_late(
    declare: Declare, ann: User, minutes: float, expected: Verdict
) -> None:
    incident = declare()
    lifecycle.acknowledge(incident, by=ann, now=after(minutes))
    assert verdict(incident, Kind.ACKNOWLEDGE) == expected


def test_the_first_acknowledgement_is_never_overwritten(declare: Declare, ann: User) -> None:
    incident = declare()
    lifecycle.acknowledge(incident, by=ann, now=after(1))
    with pytest.raises(InvalidTransition, match="already"):
        lifecycle.acknowledge(incident, by=ann, now=after(2))


def test_acknowledging_stops_the_escalation_path(declare: Declare, ann: User) -> None:
    incident = declare()
    lifecycle.acknowledge(incident, by=ann, now=after(5))
    run_sweep(now=after(300))
    assert list(incident.escalations.filter(fired_at__isnull=False).values_list("level", flat=True)) == [1]


def test_unacknowledged_levels_fire_in_their_time(declare: Declare) -> None:
    incident = declare()
    fired = []
    for minutes in (0, 14, 15, 29, 30, 60, 119, 120):
        run_sweep(now=after(minutes))
        fired.append(Escalation.objects.filter(incident=incident, fired_at__isnull=False).count())
    assert fired == [1, 1, 2, 2, 3, 4, 4, 5]


@pytest.mark.parametrize(("severity", "due"), [("SEV-2", [0, 15, 30, 60, 120]), ("SEV-3", [0, 120]), ("SEV-4", [])])
def test_the_path_goes_as_far_as_the_severity_says(declare: Declare, severity: str, due: list[int]) -> None:
    incident = declare(severity)
    assert [row.due_at for row in incident.escalations.order_by("level")] == [after(minutes) for minutes in due]


def test_a_level_with_nobody_behind_it_falls_to_the_on_call(declare: Declare, ann: User) -> None:
    incident = declare()
    run_sweep(now=after(15))
    assert OutgoingMessage.objects.filter(address=ann.email, subject__contains="level 2").count() == 1
    assert incident.timeline.filter(text__contains="nobody who can be reached stands behind the level").exists()


def test_a_failed_letter_moves_on_to_the_next_level_at_once(declare: Declare) -> None:
    chief = Contact.objects.create(name="Lead", email="lead@example.org")
    EscalationLevel.objects.get(number=2).contacts.add(chief)
    incident = declare()
    OutgoingMessage.objects.filter(subject__contains="declared").update(state="failed", settled_at=NOW)
    run_sweep(now=after(1))
    assert incident.escalations.get(level=2).fired_at == after(1)


def test_an_update_keeps_its_slot_and_the_next_is_an_interval_later(declare: Declare, ann: User) -> None:
    incident = declare()
    lifecycle.post_update(incident, current_impact="Same", by=ann, now=after(20))
    slots = [(row.due_at, row.verdict) for row in incident.deadlines.filter(kind=Kind.STATUS_UPDATE)]
    assert slots == [(after(30), Verdict.MET), (after(50), Verdict.OPEN)]


def test_missed_slots_are_counted_the_same_however_late_the_engine_comes(declare: Declare) -> None:
    incident, often = declare(), declare()
    for minutes in range(0, 200, 7):
        run_sweep(now=after(minutes))
    run_sweep(now=after(200))
    rows = [
        [(row.due_at, row.breached_at, row.first_verdict) for row in each.deadlines.filter(kind=Kind.STATUS_UPDATE)]
        for each in (incident, often)
    ]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 7


def test_several_missed_slots_make_one_letter(declare: Declare, ann: User) -> None:
    declare()
    run_sweep(now=after(200))
    missed = OutgoingMessage.objects.filter(subject__contains="missed: post a status update")
    assert missed.count() == 1
    assert "6 missed" in missed.get().subject


def test_a_promise_is_warned_about_once(declare: Declare) -> None:
    declare()
    for minutes in (9, 10, 11, 12):
        run_sweep(now=after(minutes))
    assert OutgoingMessage.objects.filter(subject__contains="acknowledge within 5 min").count() == 1


def test_raising_the_severity_starts_new_promises_from_the_same_clock(declare: Declare, ann: User) -> None:
    incident = declare("SEV-3")
    lifecycle.change_severity(
        incident, severity=SeverityPolicy.objects.get(code="SEV-1"), reason="Spreads", by=ann, now=after(20)
    )
    assert verdicts(incident, Kind.ACKNOWLEDGE) == ["superseded", "missed"]
    assert verdicts(incident, Kind.RESTORE) == ["superseded", "open"]
    assert incident.deadlines.get(kind=Kind.RESTORE, epoch=1).due_at == after(60)


def test_resolving_without_restoring_assumes_that_time(declare: Declare, ann: User) -> None:
    incident = lifecycle.resolve(declare(), by=ann, now=after(50))
    assert incident.restored_at == after(50)
    assert incident.is_restored_assumed
    assert verdict(incident, Kind.RESTORE) == Verdict.MET
    assert verdict(incident, Kind.ACKNOWLEDGE) == Verdict.MISSED


def test_resolving_before_the_acknowledge_is_due_misses_it(declare: Declare, ann: User) -> None:
    incident = lifecycle.resolve(declare(), by=ann, now=after(5))
    assert verdict(incident, Kind.ACKNOWLEDGE) == Verdict.MISSED


@pytest.mark.parametrize(
    ("severity", "review", "post_mortem"), [("SEV-1", 1, 3), ("SEV-2", 2, 5), ("SEV-3", 7, 10), ("SEV-4", None, None)]
)
def test_resolving_starts_review_and_post_mortem(
    declare: Declare, ann: User, severity: str, review: int | None, post_mortem: int | None
) -> None:
    incident = lifecycle.resolve(declare(severity), by=ann, now=after(50))
    rows = incident.deadlines.filter(kind__in=[Kind.REVIEW, Kind.POST_MORTEM]).order_by("due_at")
    days = [(row.due_at - after(50)).days for row in rows]
    assert days == [value for value in (review, post_mortem) if value]


def test_a_resolved_incident_has_no_open_promise_to_respond(declare: Declare, ann: User) -> None:
    incident = lifecycle.resolve(declare(), by=ann, now=after(5))
    allowed = {Kind.REVIEW, Kind.POST_MORTEM, Kind.STAKEHOLDER_NOTICE}
    assert set(incident.deadlines.open().values_list("kind", flat=True)) <= allowed


def test_closing_names_everything_that_is_missing(declare: Declare, ann: User) -> None:
    incident = lifecycle.resolve(declare(), by=ann, now=after(5))
    with pytest.raises(InvalidTransition) as refusal:
        lifecycle.close(incident, by=ann, now=after(6))
    for words in ("Category is empty", "Root cause is empty", "Review meeting held", "Post-mortem published"):
        assert words in str(refusal.value)


def test_a_waived_promise_lets_the_incident_close(declare: Declare, ann: User) -> None:
    incident = declare("SEV-4", category=Category.objects.first(), summary="A typo")
    lifecycle.resolve(incident, by=ann, now=after(5))
    assert lifecycle.close(incident, by=ann, now=after(6)).closed_at == after(6)


def test_waiving_needs_an_open_promise(declare: Declare, ann: User) -> None:
    promise = declare().deadlines.get(kind=Kind.RESTORE)
    lifecycle.waive(promise, reason="Agreed", by=ann, now=after(1))
    with pytest.raises(InvalidTransition):
        lifecycle.waive(promise, reason="Again", by=ann, now=after(2))


def test_withdrawing_closes_with_the_outcome(declare: Declare, ann: User) -> None:
    incident = lifecycle.withdraw(
        declare(), outcome=Incident.Outcome.FALSE_ALARM, reason="Test alert", by=ann, now=after(3)
    )
    assert (incident.status, incident.outcome) == (Incident.Status.CLOSED, Incident.Outcome.FALSE_ALARM)
    assert set(verdicts(incident, Kind.RESTORE)) == {"superseded"}


def test_a_duplicate_names_the_other(declare: Declare, ann: User) -> None:
    with pytest.raises(ValidationError, match="Name the other"):
        lifecycle.withdraw(declare(), outcome=Incident.Outcome.DUPLICATE, reason="Same", by=ann, now=after(3))


def test_reopening_archives_times_and_starts_anew(declare: Declare, ann: User) -> None:
    incident = lifecycle.resolve(declare(), by=ann, now=after(50))
    incident = lifecycle.reopen(incident, reason="Came back", by=ann, now=after(90))
    assert (incident.restored_at, incident.resolved_at, incident.status) == (None, None, "investigating")
    assert incident.milestone_changes.filter(source="reopened").count() == 2
    assert verdict(incident, Kind.REVIEW) == Verdict.SUPERSEDED
    assert incident.deadlines.get(kind=Kind.RESTORE, epoch=1).due_at == after(150)


def test_reopening_wants_a_reason(declare: Declare, ann: User) -> None:
    incident = lifecycle.resolve(declare(), by=ann, now=after(50))
    with pytest.raises(ValidationError):
        lifecycle.reopen(incident, reason=" ", by=ann, now=after(90))


def test_a_correction_keeps_the_old_value_and_the_first_verdict(declare: Declare, ann: User) -> None:
    incident = declare()
    lifecycle.acknowledge(incident, by=ann, now=after(20))
    lifecycle.correct_milestone(
        incident, milestone=Incident.Milestone.ACKNOWLEDGED, value=after(10), reason="Phone log", by=ann, now=after(30)
    )
    promise = incident.deadlines.get(kind=Kind.ACKNOWLEDGE)
    assert (promise.verdict, promise.first_verdict) == (Verdict.MET, "missed")
    assert incident.milestone_changes.filter(source="corrected", old_value=after(20)).exists()


def test_correcting_the_detection_moves_what_it_started(declare: Declare, ann: User) -> None:
    incident = declare()
    lifecycle.correct_milestone(
        incident, milestone=Incident.Milestone.DETECTED, value=after(-30), reason="Log", by=ann, now=after(1)
    )
    assert verdict(incident, Kind.ACKNOWLEDGE) == Verdict.MISSED
    assert incident.deadlines.get(kind=Kind.RESTORE).due_at == after(30)


def test_a_correction_out_of_order_is_refused(declare: Declare, ann: User) -> None:
    incident = declare()
    with pytest.raises(ValidationError, match="before"):
        lifecycle.correct_milestone(
            incident, milestone=Incident.Milestone.DETECTED, value=after(1), reason="?", by=ann, now=after(2)
        )


def test_a_notice_is_kept_when_its_letter_is_handed_over(declare: Declare) -> None:
    chief = Contact.objects.create(name="Chief", email="chief@example.org")
    Audience.objects.get(key="executive-leadership").members.add(chief)
    incident = declare()
    assert verdict(incident, Kind.STAKEHOLDER_NOTICE) == Verdict.OPEN
    drain(now=NOW, clock=lambda: after(1))
    run_sweep(now=after(2))
    assert incident.deadlines.get(kind=Kind.STAKEHOLDER_NOTICE).kept_at == after(1)


def test_placeholders_do_not_count_as_told(declare: Declare) -> None:
    stranger = Contact.objects.create(name="Chief", email="ceo@yourdomain.com", is_placeholder=True)
    Audience.objects.get(key="executive-leadership").members.add(stranger)
    incident = declare()
    drain(now=NOW, clock=lambda: NOW)
    run_sweep(now=after(16))
    assert verdict(incident, Kind.STAKEHOLDER_NOTICE) == Verdict.MISSED


def test_a_responder_may_take_the_vacant_command_and_then_command(
    declare: Declare, person: Callable[..., User]
) -> None:
    incident, rob = declare(), person("rob", roles.RESPONDER)
    with pytest.raises(PermissionDenied):
        lifecycle.resolve(incident, by=rob, now=after(1))
    commander = ResponseRole.objects.get(code="IC")
    lifecycle.assign_role(incident, role=commander, holder=rob.contact, by=rob, now=after(2))
    assert lifecycle.resolve(incident, by=rob, now=after(3)).status == Incident.Status.RESOLVED


def test_a_responder_may_not_give_away_the_command(declare: Declare, ann: User, person: Callable[..., User]) -> None:
    incident, rob = declare(), person("rob", roles.RESPONDER)
    with pytest.raises(PermissionDenied):
        lifecycle.assign_role(
            incident, role=ResponseRole.objects.get(code="IC"), holder=ann.contact, by=rob, now=after(2)
        )


def test_handing_over_a_role_keeps_who_held_it(declare: Declare, ann: User, person: Callable[..., User]) -> None:
    incident, bea = declare(), person("bea", roles.COMMANDER)
    commander = ResponseRole.objects.get(code="IC")
    lifecycle.assign_role(incident, role=commander, holder=ann.contact, by=ann, now=after(1))
    lifecycle.assign_role(incident, role=commander, holder=bea.contact, by=ann, now=after(2))
    held = [(row.holder.name, row.ended_at) for row in incident.role_assignments.order_by("assigned_at")]
    assert held == [("Ann", after(2)), ("Bea", None)]


@pytest.mark.parametrize("role", [roles.MANAGER, roles.ADMINISTRATOR])
def test_verbs_refuse_those_without_the_role(declare: Declare, person: Callable[..., User], role: str) -> None:
    incident, outsider = declare(), person("out", role)
    for verb in (lifecycle.acknowledge, lifecycle.contain, lifecycle.resolve, lifecycle.restore, lifecycle.close):
        with pytest.raises(PermissionDenied):
            verb(incident, by=outsider, now=after(1))


def test_after_days_without_the_engine_nobody_is_flooded(declare: Declare, ann: User) -> None:
    for number in range(12):
        declare("SEV-3", title=f"Incident {number}")
    OutgoingMessage.objects.update(state="sent", sent_at=NOW)
    run_sweep(now=NOW + timedelta(days=3))
    waiting = OutgoingMessage.objects.filter(state="queued", is_mergeable=False).exclude(subject__contains="level")
    assert waiting.count() <= 6
    assert not Deadline.objects.overdue(at=NOW + timedelta(days=3)).exists()


def test_a_new_severity_after_resolution_promises_no_acknowledgement(declare: Declare, ann: User) -> None:
    incident = declare()
    lifecycle.resolve(incident, by=ann, now=after(5))
    lifecycle.change_severity(
        incident, severity=SeverityPolicy.objects.get(code="SEV-4"), reason="Small", by=ann, now=after(6)
    )
    assert verdicts(incident, Kind.ACKNOWLEDGE) == ["missed", "missed"]


def test_a_row_that_cannot_be_handled_stops_no_other(
    declare: Declare, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = declare(), declare()
    told = emails.facts

    def facts(incident: Incident, contact: Contact) -> dict[str, object]:
        if incident == bad:
            raise OverflowError("date value out of range")
        return told(incident, contact)

    monkeypatch.setattr(emails, "facts", facts)
    with pytest.raises(SomeFailed):
        sweep(now=after(20))
    assert verdict(good, Kind.ACKNOWLEDGE) == Verdict.MISSED
    assert OutgoingMessage.objects.filter(subject__contains=f"{good.number} missed").exists()


def test_reopening_what_nobody_acknowledged_asks_again(declare: Declare, ann: User) -> None:
    incident = declare()
    lifecycle.withdraw(incident, outcome=Incident.Outcome.FALSE_ALARM, reason="Nothing", by=ann, now=after(5))
    incident = lifecycle.reopen(incident, reason="It is real", by=ann, now=after(30))
    assert verdicts(incident, Kind.ACKNOWLEDGE) == ["superseded", "open"]
    assert verdicts(incident, Kind.STAKEHOLDER_NOTICE) == ["superseded", "open"]
    run_sweep(now=after(46))
    fired = incident.escalations.filter(epoch=incident.epoch, fired_at__isnull=False)
    assert list(fired.values_list("level", flat=True)) == [1, 2]


def test_calling_in_goes_on_where_the_path_stopped(declare: Declare, ann: User) -> None:
    incident = declare()
    lifecycle.acknowledge(incident, by=ann, now=after(1))
    lifecycle.escalate(incident, reason="Too big for us", by=ann, now=after(2))
    lifecycle.change_severity(
        incident, severity=SeverityPolicy.objects.get(code="SEV-2"), reason="Smaller", by=ann, now=after(3)
    )
    lifecycle.escalate(incident, reason="Still too big", by=ann, now=after(4))
    fired = incident.escalations.filter(fired_at__isnull=False).values_list("level", flat=True)
    assert sorted(fired) == [1, 2, 3]
    letter = OutgoingMessage.objects.filter(subject__contains="level 3").get()
    assert "your help is needed" in letter.subject
    assert "It has been acknowledged" in letter.body_text


def test_a_duplicate_of_a_duplicate_is_refused(declare: Declare, ann: User) -> None:
    first, second = declare(), declare()
    duplicate = Incident.Outcome.DUPLICATE
    lifecycle.withdraw(second, outcome=duplicate, duplicate_of=first, reason="Same", by=ann, now=after(1))
    second.refresh_from_db()
    with pytest.raises(ValidationError, match="itself a duplicate"):
        lifecycle.withdraw(first, outcome=duplicate, duplicate_of=second, reason="Same", by=ann, now=after(2))


def test_a_corrected_restoration_is_no_longer_assumed(declare: Declare, ann: User) -> None:
    incident = declare()
    lifecycle.resolve(incident, by=ann, now=after(30))
    corrected = lifecycle.correct_milestone(
        incident, milestone=Incident.Milestone.RESTORED, value=after(20), reason="Log", by=ann, now=after(40)
    )
    assert not corrected.is_restored_assumed


def test_an_estimate_in_the_past_is_refused_beside_the_field(declare: Declare, ann: User) -> None:
    incident = declare()
    with pytest.raises(ValidationError) as refusal:
        lifecycle.post_update(incident, current_impact="Same", eta_at=after(-1), by=ann, now=after(1))
    assert set(refusal.value.message_dict) == {"eta_at"}


def test_what_was_needed_to_close_is_not_emptied_afterwards(declare: Declare, ann: User) -> None:
    incident = declare(summary="Payments")
    Incident.objects.filter(pk=incident.pk).update(
        status="closed", resolved_at=after(1), restored_at=after(1), required_fields=["summary"]
    )
    with pytest.raises(ValidationError, match="needed to close"):
        lifecycle.edit_facts(incident, changes={"summary": ""}, by=ann, now=after(2))


def test_a_digest_says_by_when_and_where(declare: Declare, ann: User) -> None:
    incidents = [declare() for _ in range(7)]
    run_sweep(now=after(20))
    digest = OutgoingMessage.objects.get(address=ann.email, subject__contains="promises need you")
    assert "by Mon 2 Mar 2026, 09:15 UTC was missed" in digest.body_text
    assert incidents[6].get_absolute_url() in digest.body_text


def test_a_new_severity_promises_no_restoration_of_what_is_restored(declare: Declare, ann: User) -> None:
    incident = declare()
    restore = incident.deadlines.get(kind=Kind.RESTORE)
    lifecycle.waive(restore, reason="Agreed", by=ann, now=after(5))
    lifecycle.resolve(incident, by=ann, now=after(10))
    lifecycle.change_severity(
        incident, severity=SeverityPolicy.objects.get(code="SEV-4"), reason="Small", by=ann, now=after(12)
    )
    assert verdicts(incident, Kind.RESTORE) == ["waived", "met"]
