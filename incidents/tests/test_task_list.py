"""The runbook as tasks: copied once, ticked by people or settled by facts."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from contacts.delivery import drain
from contacts.models import ResponseRole, User
from incidents import lifecycle, task_list
from incidents.models import (
    Category,
    Incident,
    InvalidTransition,
    Procedure,
    ProcedureStep,
    Settler,
    SeverityPolicy,
    TaskItem,
)
from incidents.tests.conftest import NOW
from portal import roles

Declare = Callable[..., Incident]
Kind = TaskItem.Kind


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def task(incident: Incident, number: str) -> TaskItem:
    return incident.tasks.get(kind=Kind.PHASE, number=number)


def test_every_phase_checklist_and_duty_becomes_a_task(declare: Declare) -> None:
    incident = declare()
    phases = incident.tasks.filter(kind=Kind.PHASE).values_list("group", flat=True)
    assert len(set(phases)) == 4
    assert {row.number for row in incident.tasks.filter(kind=Kind.PHASE, is_heading=True)} >= set("3456789")
    assert incident.tasks.filter(kind=Kind.CHECKLIST).values("source").distinct().count() == 4
    duties = incident.tasks.filter(kind=Kind.DUTY)
    assert {duty.role_id for duty in duties} == set(ResponseRole.objects.values_list("pk", flat=True))
    assert duties.filter(role__code="IC").count() == 5


def test_what_is_for_other_issues_is_not_copied(declare: Declare) -> None:
    incident = declare()
    assert not incident.tasks.filter(kind=Kind.PHASE, number__startswith="2.2").exists()


def test_procedures_of_the_category_are_attached(declare: Declare) -> None:
    incident = declare(category=Category.objects.get(key="security"))
    groups = incident.tasks.filter(kind=Kind.PROCEDURE).values_list("group", flat=True)
    assert set(groups) == {"Data Breach Response", "DDoS Attack Response"}


def test_a_procedure_for_other_severities_is_not_attached(declare: Declare) -> None:
    procedure = Procedure.objects.get(key="ddos-attack-response")
    procedure.severities.set(SeverityPolicy.objects.filter(code="SEV-2"))
    incident = declare(category=Category.objects.get(key="security"))
    assert not incident.tasks.filter(source=procedure.key).exists()


def test_editing_the_runbook_does_not_change_the_tasks(declare: Declare) -> None:
    incident = declare()
    ProcedureStep.objects.filter(number="5.2").update(text="Something else")
    Procedure.objects.filter(key="phase-3-recovery").delete()
    assert task(incident, "5.2").text == "Isolate affected systems if needed"
    assert task(incident, "8.1").text == "Implement recovery procedures"


def test_ticking_keeps_who_when_and_what_came_of_it(declare: Declare, ann: User) -> None:
    incident = declare()
    done = task_list.complete(task(incident, "6.1"), result="Logs are in the ticket", by=ann, now=after(3))
    assert (done.done_by, done.done_at, done.result) == (ann, after(3), "Logs are in the ticket")
    entry = incident.timeline.get(kind="task")
    assert entry.text == "Done: 6.1 Collect diagnostic information\nLogs are in the ticket"


def test_a_second_tick_says_who_was_quicker(declare: Declare, ann: User) -> None:
    step = task(declare(), "6.1")
    task_list.complete(step, by=ann, now=after(3))
    with pytest.raises(InvalidTransition, match="has been done already, by Ann"):
        task_list.complete(step, by=ann, now=after(4))


def test_skipping_wants_a_reason(declare: Declare, ann: User) -> None:
    step = task(declare(), "5.2")
    with pytest.raises(ValidationError, match="Say why"):
        task_list.skip(step, reason=" ", by=ann, now=after(1))
    assert task_list.skip(step, reason="Nothing to isolate", by=ann, now=after(1)).skipped_by == ann


def test_a_tick_can_be_taken_back_and_the_timeline_keeps_both(declare: Declare, ann: User) -> None:
    step = task(declare(), "6.1")
    task_list.complete(step, by=ann, now=after(1))
    opened = task_list.undo(step, by=ann, now=after(2))
    assert (opened.done_at, opened.done_by) == (None, None)
    assert opened.incident.timeline.filter(kind="task").count() == 2
    with pytest.raises(InvalidTransition, match="open already"):
        task_list.undo(step, by=ann, now=after(3))


def test_a_procedure_can_be_attached_once(declare: Declare, ann: User) -> None:
    incident, restart = declare(), Procedure.objects.get(key="standard-application-restart")
    task_list.attach(incident, procedure=restart, by=ann, now=after(1))
    commands = incident.tasks.filter(source=restart.key).exclude(command="").values_list("command", flat=True)
    assert "sudo systemctl restart financeanalyst" in commands
    with pytest.raises(InvalidTransition, match="attached"):
        task_list.attach(incident, procedure=restart, by=ann, now=after(2))


@pytest.mark.parametrize("role", [roles.MANAGER, roles.ADMINISTRATOR])
def test_tasks_are_for_responders(declare: Declare, person: Callable[..., User], role: str) -> None:
    step = task(declare(), "6.1")
    with pytest.raises(PermissionDenied):
        task_list.complete(step, by=person("eve", role), now=after(1))


def test_the_record_settles_what_it_shows(declare: Declare, ann: User) -> None:
    incident = declare()
    assert set(task_list.happened(incident)) == {Settler.DECLARED}
    drain(now=after(1), clock=lambda: after(1))
    lifecycle.acknowledge(incident, by=ann, now=after(2))
    lifecycle.assign_role(incident, role=ResponseRole.objects.get(code="IC"), holder=ann.contact, by=ann, now=after(3))
    incident.refresh_from_db()
    facts = task_list.happened(incident)
    assert facts[Settler.ACKNOWLEDGED] == task_list.Happened(after(2), ann)
    assert facts[Settler.COMMANDER].at == after(3)
    assert facts[Settler.ON_CALL_TOLD].at == after(1)
    lifecycle.resolve(incident, by=ann, now=after(20))
    incident.refresh_from_db()
    assert {Settler.RESTORED, Settler.RECOVERING, Settler.RESOLVED} <= set(task_list.happened(incident))
