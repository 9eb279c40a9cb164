"""The screens after an incident: verbs by POST only, errors beside the field, facts that only verbs change."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact, User
from portal import roles
from postmortems.admin.action_item import ActionItemAdmin
from postmortems.admin.review import ReviewAdmin
from postmortems.models import ActionItem, PostMortem, Review
from postmortems.tests import factories

Person = Callable[..., User]

#: Which role may use which button on something that is still to be done.
BUTTONS: dict[str, dict[str, list[str]]] = {
    roles.RESPONDER: {
        "postmortem": [],
        "review": ["hold", "schedule"],
        "actionitem": ["complete", "start", "re_date", "reassign", "drop"],
    },
    roles.COMMANDER: {
        "postmortem": ["publish"],
        "review": ["hold", "schedule"],
        "actionitem": ["complete", "start", "re_date", "reassign", "drop"],
    },
    roles.COMMUNICATIONS_LEAD: {
        "postmortem": [],
        "review": ["hold", "schedule"],
        "actionitem": ["complete", "start", "re_date", "reassign", "drop"],
    },
    roles.MANAGER: {"postmortem": [], "review": [], "actionitem": []},
    roles.ADMINISTRATOR: {"postmortem": [], "review": [], "actionitem": []},
}
VERBS = {
    "postmortem": ["publish"],
    "review": [verb.name for verb in ReviewAdmin.verbs],
    "actionitem": [verb.name for verb in ActionItemAdmin.verbs],
}
ADD = "admin:postmortems_actionitem_add"


def url(model: str, pk: int, verb: str) -> str:
    return reverse(f"admin:postmortems_{model}_verb", args=[pk, verb])


@pytest.fixture
def desk(client: Client, person: Person) -> Client:
    client.force_login(person("ann", roles.COMMANDER))
    return client


@pytest.fixture
def item(db: None) -> ActionItem:
    return factories.action_item(factories.contact())


def promised(post_mortem: PostMortem, owner: Contact, **fields: object) -> dict[str, object]:
    """What the form for a new action item sends."""
    due_on = timezone.now().date() + timedelta(days=9)
    words = {"description": "Add a canary", "owner": owner.pk, "priority": "high", "due_on": due_on.isoformat()}
    return words | {"post_mortem": post_mortem.pk} | fields


@pytest.mark.parametrize(("role", "buttons"), BUTTONS.items())
def test_each_role_may_use_its_own_buttons(
    client: Client, person: Person, item: ActionItem, role: str, buttons: dict[str, list[str]]
) -> None:
    rows = {"postmortem": item.post_mortem_id, "review": factories.review().pk, "actionitem": item.pk}
    client.force_login(person("visitor", role))
    for model, verbs in VERBS.items():
        answers = {verb: client.get(url(model, rows[model], verb)).status_code for verb in verbs}
        assert [verb for verb, status in answers.items() if status == 200] == buttons[model]
        assert set(answers.values()) <= {200, 403}


@pytest.mark.parametrize("verb", VERBS["actionitem"])
def test_looking_at_a_verb_changes_nothing(desk: Client, item: ActionItem, verb: str) -> None:
    before = ActionItem.objects.values().get()
    assert desk.get(url("actionitem", item.pk, verb)).status_code == 200
    assert ActionItem.objects.values().get() == before


def test_an_unknown_verb_is_not_found(desk: Client, item: ActionItem) -> None:
    assert desk.post(url("actionitem", item.pk, "forget")).status_code == 404


def test_completing_asks_for_evidence_and_then_acts_once(desk: Client, item: ActionItem) -> None:
    address = url("actionitem", item.pk, "complete")
    assert "This field is required" in desk.post(address, {"evidence": ""}).content.decode()
    assert desk.post(address, {"evidence": "Seen on the dashboard"}).status_code == 302
    assert "not possible any more" in desk.post(address, {"evidence": "Again"}, follow=True).content.decode()
    item.refresh_from_db()
    assert (item.status, item.evidence) == ("completed", "Seen on the dashboard")


def test_a_date_that_has_passed_is_refused_beside_the_field_with_nothing_lost(desk: Client, item: ActionItem) -> None:
    given = {"due_on": "2020-01-01", "reason": "It takes <longer>"}
    page = desk.post(url("actionitem", item.pk, "re_date"), given).content.decode()
    assert "has passed" in page
    assert "It takes &lt;longer&gt;" in page


def test_an_action_item_is_promised_through_its_form(desk: Client) -> None:
    owner, post_mortem = factories.contact(), factories.post_mortem()
    answer = desk.post(reverse(ADD), promised(post_mortem, owner))
    assert answer.status_code == 302
    assert ActionItem.objects.get().owner == owner


def test_the_same_action_item_twice_is_refused_with_what_was_typed(desk: Client) -> None:
    owner, post_mortem = factories.contact(), factories.post_mortem()
    desk.post(reverse(ADD), promised(post_mortem, owner))
    page = desk.post(reverse(ADD), promised(post_mortem, owner)).content.decode()
    assert "has that action item already" in page
    assert 'value="Add a canary"' in page
    assert ActionItem.objects.count() == 1


def test_publishing_too_early_names_the_empty_sections(desk: Client) -> None:
    post_mortem = factories.post_mortem()
    page = desk.post(url("postmortem", post_mortem.pk, "publish"), follow=True).content.decode()
    assert "still lacks: Executive summary" in page
    assert PostMortem.objects.get().status == PostMortem.Status.DRAFT


def test_sections_are_saved_from_the_page(desk: Client) -> None:
    post_mortem = factories.post_mortem()
    sections = dict.fromkeys(PostMortem.SECTIONS, "") | {"executive_summary": "Cards were refused."}
    assert desk.post(post_mortem.get_absolute_url(), sections).status_code == 302
    assert PostMortem.objects.get().executive_summary == "Cards were refused."


def test_a_review_is_not_scheduled_in_the_past(desk: Client) -> None:
    review = factories.review()
    given = {"scheduled_for_0": "2020-01-01", "scheduled_for_1": "10:00", "place": "Room 5"}
    page = desk.post(url("review", review.pk, "schedule"), given).content.decode()
    assert "That time has passed" in page
    assert 'value="Room 5"' in page
    assert Review.objects.get().status == Review.Status.TO_SCHEDULE


def test_facts_are_changed_by_verbs_alone(desk: Client, item: ActionItem) -> None:
    assert desk.post(item.get_absolute_url(), {"status": "completed"}).status_code == 403
    assert ActionItem.objects.get().status == ActionItem.Status.OPEN


def test_what_is_published_stays_as_it_was_published(desk: Client) -> None:
    record = factories.post_mortem()
    texts = dict.fromkeys(PostMortem.SECTIONS, "Written with care")
    PostMortem.objects.filter(pk=record.pk).update(
        **texts, status="published", published_at=timezone.now(), published_by=User.objects.get()
    )
    page = reverse("admin:postmortems_postmortem_change", args=[record.pk])
    assert desk.post(page, dict.fromkeys(PostMortem.SECTIONS, "")).status_code == 302
    record.refresh_from_db()
    assert record.missing_sections() == []


def test_an_item_is_not_given_to_somebody_whom_no_letter_reaches(desk: Client) -> None:
    record, nobody = factories.post_mortem(), factories.contact("Placeholder", is_placeholder=True)
    page = desk.post(reverse(ADD), promised(record, nobody)).content.decode()
    assert "Select a valid choice" in page
    assert not ActionItem.objects.exists()
