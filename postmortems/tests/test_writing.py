from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied

from incidents.models import Deadline, Incident, InvalidTransition
from postmortems.models import PostMortem
from postmortems.tests import factories as make
from postmortems.tests.factories import NOW, Kind
from postmortems.writing import publish

pytestmark = pytest.mark.django_db


def test_publishing_keeps_the_promise() -> None:
    incident = make.incident()
    promise = make.promise(incident, Kind.POST_MORTEM)
    record = publish(make.post_mortem(incident, written=True, deadline=promise), by=make.person(), now=NOW)

    promise.refresh_from_db()
    assert (record.status, promise.verdict) == (PostMortem.Status.PUBLISHED, Deadline.Verdict.MET)


def test_publishing_is_told_on_the_timeline() -> None:
    author = make.person()
    record = publish(make.post_mortem(written=True), by=author, now=NOW)

    entry = record.incident.timeline.get()
    assert (entry.text, entry.by, entry.at) == ("Post-mortem published.", author, NOW)


def test_publishing_late_makes_the_promise_met_late() -> None:
    incident = make.incident()
    promise = make.promise(incident, Kind.POST_MORTEM)
    publish(make.post_mortem(incident, written=True, deadline=promise), by=make.person(), now=NOW + timedelta(days=9))

    promise.refresh_from_db()
    assert promise.verdict == Deadline.Verdict.MET_LATE


def test_missing_sections_are_named() -> None:
    record = make.post_mortem(written=True, lessons_learned=" ", action_items_summary="")

    with pytest.raises(InvalidTransition, match="lacks: Lessons learned, Action items"):
        publish(record, by=make.person(), now=NOW)


def test_publishing_twice_is_refused() -> None:
    record, author = make.post_mortem(written=True), make.person()
    publish(record, by=author, now=NOW)

    with pytest.raises(InvalidTransition, match="published already"):
        publish(record, by=author, now=NOW)


def test_publishing_waits_until_a_reopened_incident_is_resolved() -> None:
    record = make.post_mortem(make.incident(status=Incident.Status.INVESTIGATING), written=True)

    with pytest.raises(InvalidTransition, match="once it is resolved"):
        publish(record, by=make.person(), now=NOW)


def test_publishing_before_the_next_sweep_keeps_the_new_promise() -> None:
    incident = make.incident()
    record = make.post_mortem(incident, written=True, deadline=make.promise(incident, Kind.POST_MORTEM))
    make.reopen_and_resolve(incident, NOW)
    renewed = make.promise(incident, Kind.POST_MORTEM)
    publish(record, by=make.person(), now=NOW)

    renewed.refresh_from_db()
    assert renewed.kept_at == NOW


def test_a_responder_may_not_publish() -> None:
    responder = make.person(is_superuser=False)
    responder.user_permissions.add(Permission.objects.get(codename="respond_incident"))

    with pytest.raises(PermissionDenied):
        publish(make.post_mortem(written=True), by=responder, now=NOW)


def test_a_responder_who_commands_the_incident_may_publish() -> None:
    responder = make.person(is_superuser=False)
    responder.user_permissions.add(Permission.objects.get(codename="respond_incident"))
    record = make.post_mortem(written=True)
    make.role(record.incident, "IC", make.contact(user=responder))

    assert publish(record, by=responder, now=NOW).published_by == responder
