from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from postmortems.sweep import sweep
from postmortems.tests import factories as make
from postmortems.tests.factories import NOW, RESOLVED_AT

pytestmark = pytest.mark.django_db
LATE = RESOLVED_AT + timedelta(days=30)


def test_one_sweep_after_a_month_opens_breaks_decides_and_follows_up() -> None:
    owner = make.contact()
    make.on_duty(owner)
    make.promise(make.incident())
    make.action_item(owner)
    make.follow_up(owner, RESOLVED_AT + timedelta(days=7))

    assert [sweep(now=LATE) for _ in range(2)] == [4, 0]
    assert owner.letters.count() == 2


def test_a_letter_leads_to_the_record_that_the_same_sweep_opened() -> None:
    duty = make.contact()
    make.on_duty(duty)
    incident = make.incident()
    make.promise(incident)
    sweep(now=LATE)

    assert incident.review.get_absolute_url() in duty.letters.get().body_text


def test_an_idle_sweep_asks_six_questions() -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        sweep(now=NOW)

    assert len(queries) == 6
