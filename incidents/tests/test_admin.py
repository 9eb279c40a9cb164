"""The incident's screens: verbs by POST only, errors beside the field, nothing typed is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact, ResponseRole, User
from incidents import lifecycle
from incidents.admin.verbs import VERBS
from incidents.models import Incident, Procedure, SeverityPolicy, TaskItem
from portal import roles

Declare = Callable[..., Incident]
ADD = "admin:incidents_incident_add"

#: Which role sees which button on a newly declared SEV-1 that nobody commands.
BUTTONS = {
    roles.RESPONDER: [
        "acknowledge", "contain", "restore", "add_note", "assign_role", "attach_procedure", "start_recovery",
        "escalate",
    ],
    roles.COMMANDER: [
        "acknowledge", "contain", "restore", "resolve", "post_update", "add_note", "assign_role", "attach_procedure",
        "start_recovery", "escalate", "change_severity", "correct_milestone", "withdraw",
    ],
    roles.COMMUNICATIONS_LEAD: [
        "acknowledge", "contain", "restore", "post_update", "add_note", "assign_role", "attach_procedure",
        "start_recovery", "escalate",
    ],
    roles.MANAGER: [],
    roles.ADMINISTRATOR: [],
}  # fmt: skip


def url(incident: Incident, verb: str) -> str:
    return reverse("admin:incidents_incident_verb", args=[incident.pk, verb])


@pytest.fixture
def incident(declare: Declare) -> Incident:
    return declare(now=timezone.now())


@pytest.fixture
def desk(client: Client, ann: User) -> Client:
    client.force_login(ann)
    return client


def test_title_and_severity_are_enough_to_declare(desk: Client) -> None:
    severity = SeverityPolicy.objects.get(code="SEV-1")
    answer = desk.post(reverse(ADD), {"title": "Payments fail", "severity": severity.pk})
    assert answer.status_code == 302
    assert Incident.objects.get().title == "Payments fail"


def test_the_three_roles_can_be_given_at_declaration(desk: Client, ann: User) -> None:
    severity = SeverityPolicy.objects.get(code="SEV-1")
    people = dict.fromkeys(["commander", "technical_lead", "communications_lead"], ann.contact.pk)
    desk.post(reverse(ADD), {"title": "Payments fail", "severity": severity.pk} | people)
    held = Incident.objects.get().role_assignments.values_list("role__code", flat=True)
    assert set(held) == {"IC", "TL", "CL"}


def test_times_say_in_which_zone_they_are(desk: Client) -> None:
    page = desk.get(reverse(ADD)).content.decode()
    assert "Times are UTC." in page


def test_a_refused_declaration_keeps_what_was_typed(desk: Client) -> None:
    answer = desk.post(reverse(ADD), {"title": "Payments fail", "summary": "Cards <b>refused</b>"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="Payments fail"' in page
    assert "Cards &lt;b&gt;refused&lt;/b&gt;" in page
    assert "This field is required" in page


def test_a_time_in_the_future_is_refused_beside_the_field(desk: Client) -> None:
    severity = SeverityPolicy.objects.get(code="SEV-1")
    later = {"detected_at_0": "2199-01-01", "detected_at_1": "10:00"}
    answer = desk.post(reverse(ADD), {"title": "Payments fail", "severity": severity.pk} | later)
    assert "This is in the future" in answer.content.decode()
    assert not Incident.objects.exists()


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_looking_at_a_verb_changes_nothing(desk: Client, incident: Incident, verb: str) -> None:
    before = Incident.objects.values().get()
    assert desk.get(url(incident, verb)).status_code in {200, 302}
    assert Incident.objects.values().get() == before


def test_acknowledging_twice_acts_once_and_says_so(desk: Client, incident: Incident) -> None:
    desk.post(url(incident, "acknowledge"))
    first = Incident.objects.get().acknowledged_at
    answer = desk.post(url(incident, "acknowledge"), follow=True)
    assert first == Incident.objects.get().acknowledged_at
    assert "not possible any more" in answer.content.decode()


def test_closing_too_early_lists_what_is_missing(desk: Client, incident: Incident, ann: User) -> None:
    lifecycle.resolve(incident, by=ann, now=timezone.now())
    page = desk.post(url(incident, "close"), follow=True).content.decode()
    assert "Root cause is empty" in page


def test_a_missing_reason_is_asked_for(desk: Client, incident: Incident) -> None:
    answer = desk.post(url(incident, "escalate"), {"reason": ""})
    assert "This field is required" in answer.content.decode()


@pytest.mark.parametrize(("role", "buttons"), BUTTONS.items())
def test_each_role_sees_and_may_use_its_own_buttons(
    client: Client, incident: Incident, person: Callable[..., User], role: str, buttons: list[str]
) -> None:
    client.force_login(person("visitor", role))
    answers = {verb.name: client.get(url(incident, verb.name)).status_code for verb in VERBS}
    assert [name for name, status in answers.items() if status == 200] == buttons


def test_a_manager_sees_figures_and_no_timeline(
    client: Client, incident: Incident, person: Callable[..., User], ann: User
) -> None:
    lifecycle.add_note(incident, text="The secret word", by=ann, now=timezone.now())
    client.force_login(person("boss", roles.MANAGER))
    page = client.get(incident.get_absolute_url()).content.decode()
    assert "Acknowledge" in page
    assert "The secret word" not in page


def test_facts_are_saved_with_a_line_on_the_timeline(desk: Client, incident: Incident) -> None:
    answer = desk.post(incident.get_absolute_url(), {"title": "Payments fail", "root_cause": "A full disk"})
    assert answer.status_code == 302
    assert Incident.objects.get().root_cause == "A full disk"
    assert incident.timeline.filter(text="Changed: root cause").exists()


def test_history_has_no_delete_page(desk: Client, incident: Incident) -> None:
    assert desk.post(f"/admin/incidents/incident/{incident.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Incident.objects.exists()


def test_html_in_any_field_is_shown_as_text(desk: Client, incident: Incident, ann: User) -> None:
    lifecycle.add_note(incident, text="<script>alert(1)</script> \u202e 🚨", by=ann, now=timezone.now())
    page = desk.get(incident.get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_responder_may_take_the_command_and_no_other_role(
    client: Client, incident: Incident, person: Callable[..., User]
) -> None:
    client.force_login(person("rita", roles.RESPONDER))
    rita = Contact.objects.get(name="Rita")
    technical, command = (ResponseRole.objects.get(code=code) for code in ("TL", "IC"))
    refused = client.post(url(incident, "assign_role"), {"role": technical.pk, "holder": rita.pk})
    assert "other roles the commander assigns" in refused.content.decode()
    assert client.post(url(incident, "assign_role"), {"role": command.pk, "holder": rita.pk}).status_code == 302
    assert incident.role_assignments.get().holder == rita


def test_a_promise_is_waived_by_the_commander_with_a_reason(
    desk: Client, incident: Incident, person: Callable[..., User]
) -> None:
    promise = incident.deadlines.first()
    assert promise is not None
    address = reverse("admin:incidents_deadline_verb", args=[promise.pk, "waive"])
    answer = desk.post(address, {"reason": "A planned <b>test</b>"})
    assert answer.headers["Location"] == incident.get_absolute_url()
    promise.refresh_from_db()
    assert promise.waive_reason == "A planned <b>test</b>"
    desk.force_login(person("rita", roles.RESPONDER))
    assert desk.get(address).status_code == 403
    desk.force_login(person("boss", roles.MANAGER))
    assert "A planned" not in desk.get(incident.get_absolute_url()).content.decode()
    assert "A planned" not in desk.get(f"/admin/incidents/deadline/{promise.pk}/change/").content.decode()


def test_the_time_to_correct_is_chosen_already(desk: Client, incident: Incident) -> None:
    page = desk.get(url(incident, "correct_milestone") + "?milestone=declared_at").content.decode()
    assert '<option value="declared_at" selected>' in page


def task_url(task: TaskItem, verb: str) -> str:
    return reverse("admin:incidents_taskitem_verb", args=[task.pk, verb])


def test_the_room_shows_where_the_runbook_stands(desk: Client, incident: Incident, ann: User) -> None:
    page = desk.get(incident.get_absolute_url()).content.decode()
    assert "Phase 1: Detection and Assessment" in page
    assert "expected 15 min to 1 h" in page
    assert "Next: " in page
    lifecycle.acknowledge(incident, by=ann, now=timezone.now())
    page = desk.get(incident.get_absolute_url()).content.decode()
    assert "4.1 IC declares incident and severity</a>" in page


def test_a_task_is_ticked_with_one_press_and_leads_back_to_it(desk: Client, incident: Incident) -> None:
    task = incident.tasks.get(kind="phase", number="5.2")
    answer = desk.post(task_url(task, "complete"))
    assert answer.headers["Location"] == f"{incident.get_absolute_url()}#task-{task.pk}"
    page = desk.get(incident.get_absolute_url()).content.decode()
    assert "Open again: 5.2" in page


def test_a_result_is_shown_as_text(desk: Client, incident: Incident) -> None:
    task = incident.tasks.get(kind="phase", number="5.2")
    desk.post(task_url(task, "complete"), {"result": "<script>alert(1)</script>"})
    page = desk.get(incident.get_absolute_url()).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page


def test_duties_show_for_roles_that_are_held(desk: Client, incident: Incident, ann: User) -> None:
    page = desk.get(incident.get_absolute_url()).content.decode()
    assert "Your duties" not in page
    commander = ResponseRole.objects.get(code="IC")
    lifecycle.assign_role(incident, role=commander, holder=ann.contact, by=ann, now=timezone.now())
    page = desk.get(incident.get_absolute_url()).content.decode()
    assert "Your duties: Incident Commander" in page
    assert "Take the tactical decisions" in page


def test_a_procedure_at_hand_becomes_tasks(desk: Client, incident: Incident) -> None:
    restart = Procedure.objects.get(key="standard-application-restart")
    desk.post(url(incident, "attach_procedure"), {"procedure": restart.pk})
    assert incident.tasks.filter(source=restart.key).count() == 4
    page = desk.get(incident.get_absolute_url()).content.decode()
    assert 'data-copy="sudo systemctl restart financeanalyst"' in page


def test_a_look_alike_is_shown_before_a_duplicate_is_made(desk: Client, incident: Incident) -> None:
    given = {"title": incident.title, "severity": incident.severity.pk, "summary": "Typed with care"}
    page = desk.post(reverse(ADD), given).content.decode()
    assert "Is it one of these?" in page
    assert incident.number in page
    assert "Typed with care" in page
    assert 'name="is_unlike" value="on"' in page
    assert desk.post(reverse(ADD), given | {"is_unlike": "on"}).status_code == 302
    assert Incident.objects.count() == 2


def test_the_severities_say_what_they_mean_and_promise(desk: Client) -> None:
    page = desk.get(reverse(ADD)).content.decode()
    assert "Payment processing failure" in page
    assert "acknowledge within 15 min, restore within 1 h, update every 30 min" in page


def test_whoever_is_on_call_is_proposed_as_commander(desk: Client, ann: User) -> None:
    page = desk.get(reverse(ADD)).content.decode()
    assert f'<option value="{ann.contact.pk}" selected>' in page


def test_what_was_needed_to_close_is_refused_beside_the_field(desk: Client, incident: Incident) -> None:
    Incident.objects.filter(pk=incident.pk).update(
        summary="Payments", status="closed", resolved_at=incident.declared_at, restored_at=incident.declared_at
    )
    answer = desk.post(incident.get_absolute_url(), {"title": incident.title, "summary": ""})
    assert "needed to close it" in answer.content.decode()
    incident.refresh_from_db()
    assert incident.summary == "Payments"


def opened(desk: Client, incident: Incident) -> dict[str, Any]:
    """What a browser would send from the page of facts as it is now."""
    form = desk.get(incident.get_absolute_url()).context["adminform"].form
    sent = {}
    for bound in form:
        value = bound.value()
        sent[bound.html_name] = sent[bound.html_initial_name] = "" if value is None else value
    return sent


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(desk: Client, incident: Incident, ann: User) -> None:
    mine, now = opened(desk, incident), timezone.now()
    lifecycle.edit_facts(incident, changes={"summary": "Theirs", "scope": "Theirs too"}, by=ann, now=now)
    page = desk.post(incident.get_absolute_url(), mine | {"summary": "Mine", "impact": "Everybody"})
    text = page.content.decode()
    assert "Somebody has changed this meanwhile, to: “Theirs”" in text
    assert "Mine" in text
    incident.refresh_from_db()
    assert (incident.summary, incident.scope, incident.impact) == ("Theirs", "Theirs too", "")
    again = {bound.html_initial_name: page.context["adminform"].form.data.get(bound.html_initial_name, "")
             for bound in page.context["adminform"].form}  # fmt: skip
    desk.post(incident.get_absolute_url(), mine | again | {"summary": "Mine", "impact": "Everybody"})
    incident.refresh_from_db()
    assert (incident.summary, incident.scope, incident.impact) == ("Mine", "Theirs too", "Everybody")


def test_two_people_may_change_different_facts_at_once(desk: Client, incident: Incident, ann: User) -> None:
    mine = opened(desk, incident)
    lifecycle.edit_facts(incident, changes={"summary": "Theirs"}, by=ann, now=timezone.now())
    assert desk.post(incident.get_absolute_url(), mine | {"impact": "Everybody"}).status_code == 302
    incident.refresh_from_db()
    assert (incident.summary, incident.impact) == ("Theirs", "Everybody")
