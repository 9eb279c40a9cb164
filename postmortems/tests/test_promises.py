from datetime import timedelta

import pytest

from contacts.models import OutgoingMessage
from incidents.models import Deadline, Incident, IncidentMessage
from postmortems.promises import sweep_promises
from postmortems.tests import factories as make
from postmortems.tests.factories import NOW, RESOLVED_AT, Kind
from postmortems.writing import publish

pytestmark = pytest.mark.django_db
WARN = RESOLVED_AT + timedelta(hours=16)
DUE = RESOLVED_AT + timedelta(hours=24)
LATE = DUE + timedelta(seconds=10)


def commanded_incident() -> Incident:
    incident = make.incident()
    make.role(incident, "IC", make.contact("Ida"))
    return incident


def test_a_promise_due_soon_is_asked_for_once() -> None:
    make.promise(commanded_incident())

    assert [sweep_promises(now=WARN) for _ in range(2)] == [1, 0]
    assert IncidentMessage.objects.get().purpose == IncidentMessage.Purpose.DUE_SOON


def test_nothing_is_written_before_the_warning_is_due() -> None:
    make.promise(commanded_incident())

    assert sweep_promises(now=WARN - timedelta(seconds=1)) == 0


def test_a_promise_is_broken_once_with_a_letter() -> None:
    promise = make.promise(commanded_incident())

    assert [sweep_promises(now=LATE) for _ in range(2)] == [1, 0]
    promise.refresh_from_db()
    assert (promise.breached_at, promise.noticed_at, promise.first_verdict) == (DUE, LATE, "missed")
    assert promise.messages.get().purpose == IncidentMessage.Purpose.MISSED


def test_a_promise_due_this_instant_is_not_broken() -> None:
    promise = make.promise(commanded_incident())
    sweep_promises(now=DUE)

    promise.refresh_from_db()
    assert promise.breached_at is None


def test_a_warning_not_yet_sent_is_taken_back_when_the_promise_breaks() -> None:
    promise = make.promise(commanded_incident())
    sweep_promises(now=WARN)
    sweep_promises(now=LATE)

    states = list(promise.messages.order_by("pk").values_list("message__state", flat=True))
    assert states == [OutgoingMessage.State.SUPPRESSED, OutgoingMessage.State.QUEUED]


def test_both_kinds_are_swept_and_no_other() -> None:
    incident = commanded_incident()
    for kind in (Kind.REVIEW, Kind.POST_MORTEM, Kind.STAKEHOLDER_NOTICE):
        make.promise(incident, kind)
    sweep_promises(now=LATE)

    broken = Deadline.objects.filter(breached_at__isnull=False).order_by("pk").values_list("kind", flat=True)
    assert list(broken) == [Kind.REVIEW, Kind.POST_MORTEM]


def test_the_writer_and_the_commander_are_asked_for_the_post_mortem() -> None:
    incident = commanded_incident()
    make.post_mortem(incident, deadline=make.promise(incident, Kind.POST_MORTEM), owner=make.contact("Wil"))
    sweep_promises(now=WARN)

    asked = OutgoingMessage.objects.order_by("contact__name").values_list("contact__name", flat=True)
    assert list(asked) == ["Ida", "Wil"]


def test_a_commander_who_writes_gets_one_letter() -> None:
    incident = commanded_incident()
    owner = incident.role_assignments.get().holder
    make.post_mortem(incident, deadline=make.promise(incident, Kind.POST_MORTEM), owner=owner)
    sweep_promises(now=WARN)

    assert owner.letters.count() == 1


def test_without_a_commander_whoever_is_on_call_is_asked() -> None:
    duty = make.contact("On duty")
    make.on_duty(duty)
    make.promise(make.incident())
    sweep_promises(now=WARN)

    assert duty.letters.count() == 1


def test_publishing_takes_back_the_letters_that_ask_for_it() -> None:
    incident = commanded_incident()
    promise = make.promise(incident, Kind.POST_MORTEM)
    record = make.post_mortem(incident, written=True, deadline=promise)
    sweep_promises(now=LATE)
    publish(record, by=make.person(), now=LATE)

    assert promise.messages.get().message.state == OutgoingMessage.State.SUPPRESSED


def test_a_kept_promise_asks_for_nothing() -> None:
    make.promise(commanded_incident(), kept_at=NOW, first_verdict="met")

    assert sweep_promises(now=LATE) == 0
