from datetime import UTC, datetime, timedelta

import pytest

from incidents.models import Deadline
from postmortems import emails
from postmortems.models import ActionItem
from postmortems.tests import factories as make
from postmortems.tests.factories import RESOLVED_AT, Kind

pytestmark = pytest.mark.django_db
SOON = RESOLVED_AT + timedelta(hours=16)
LATE = RESOLVED_AT + timedelta(hours=26)
SUNDAY = datetime(2026, 6, 14, 12, tzinfo=UTC)


def promise(kind: Deadline.Kind = Kind.REVIEW, **facts: object) -> Deadline:
    return make.promise(make.incident(**({"number": "INC-2026-7001"} | facts)), kind)


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (Kind.REVIEW, "[SEV-1] INC-2026-7001: hold the review by Tue 9 Jun 2026, 12:44 UTC"),
        (Kind.POST_MORTEM, "[SEV-1] INC-2026-7001: publish the post-mortem by Tue 9 Jun 2026, 12:44 UTC"),
    ],
)
def test_the_subject_says_what_is_asked_by_when(kind: Deadline.Kind, subject: str) -> None:
    assert emails.due_soon(promise(kind), make.contact(), now=SOON).subject == subject


@pytest.mark.parametrize("kind", [Kind.REVIEW, Kind.POST_MORTEM])
def test_an_overdue_letter_says_how_late_it_is(kind: Deadline.Kind) -> None:
    letter = emails.overdue(promise(kind), make.contact(), now=LATE)

    assert "now, it was due Tue 9 Jun 2026, 12:44 UTC" in letter.subject
    assert "is 2 h late" in letter.text
    assert "is 2 h late" in letter.html


def test_times_are_the_readers_and_name_the_zone() -> None:
    letter = emails.due_soon(promise(), make.contact(time_zone="Europe/Berlin"), now=SOON)

    assert "by Tue 9 Jun 2026, 14:44 CEST: 8 h left" in letter.text


def test_a_drill_says_so_first() -> None:
    assert emails.due_soon(promise(is_drill=True), make.contact(), now=SOON).subject.startswith("DRILL [SEV-1]")


def test_a_review_letter_leads_to_the_review_and_says_when_it_meets() -> None:
    deadline = promise()
    review = make.review(deadline.incident, deadline=deadline, status="scheduled", scheduled_for=LATE, place="Room 4")
    letter = emails.due_soon(deadline, make.contact(), now=SOON)

    assert "scheduled for Tue 9 Jun 2026, 14:44 UTC, Room 4." in letter.text
    assert letter.text.count("http") == 1
    assert review.get_absolute_url() in letter.text


def test_a_post_mortem_letter_names_the_missing_sections() -> None:
    deadline = promise(Kind.POST_MORTEM)
    make.post_mortem(deadline.incident, deadline=deadline, written=True, lessons_learned="")

    assert "Still to be written: Lessons learned." in emails.due_soon(deadline, make.contact(), now=SOON).text


def test_without_a_record_the_letter_leads_to_the_incident() -> None:
    deadline = promise()

    assert deadline.incident.get_absolute_url() in emails.due_soon(deadline, make.contact(), now=SOON).text


def test_markup_is_escaped_in_html_and_left_alone_in_text() -> None:
    letter = emails.due_soon(promise(title="<b>R&D</b>"), make.contact(), now=SOON)

    assert "<b>R&D</b>" in letter.text
    assert "&lt;b&gt;R&amp;D&lt;/b&gt;" in letter.html


def items(count: int) -> list[ActionItem]:
    owner, record = make.contact(), make.post_mortem()
    return [make.action_item(owner, post_mortem=record, description=f"Item {number}") for number in range(count)]


@pytest.mark.parametrize(
    ("count", "subject"), [(1, "1 action item open, 1 overdue"), (3, "3 action items open, 3 overdue")]
)
def test_a_follow_up_counts_in_its_subject(count: int, subject: str) -> None:
    listed = items(count)

    assert emails.follow_up(listed[0].owner, listed, now=SUNDAY).subject == subject


def test_a_follow_up_with_nothing_overdue_does_not_speak_of_it() -> None:
    listed = items(2)
    letter = emails.follow_up(listed[0].owner, listed, now=SOON)

    assert "verdue" not in letter.subject + letter.text + letter.html


def test_a_follow_up_names_what_is_overdue_first_and_how_late() -> None:
    late = make.action_item(make.contact(), description="Add a canary")
    to_come = make.action_item(late.owner, description="Test backups", due_on=SUNDAY.date())
    text = emails.follow_up(late.owner, [late, to_come], now=SUNDAY).text

    assert text.index("Add a canary\n  1 day 12 h late, due Fri 12 Jun 2026") < text.index("Test backups")
    assert "Test backups\n  due Sun 14 Jun 2026, medium priority" in text


def test_a_follow_up_lists_twenty_and_counts_the_rest() -> None:
    listed = items(23)
    letter = emails.follow_up(listed[0].owner, listed, now=SUNDAY)

    assert letter.text.count("- Item") == letter.html.count("<li") == 20
    assert "and 3 more." in letter.text


def test_a_follow_up_escapes_what_people_wrote() -> None:
    item = make.action_item(make.contact(), description="<script>")

    assert "&lt;script&gt;" in emails.follow_up(item.owner, [item], now=SUNDAY).html
