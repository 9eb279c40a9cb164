"""The list of periodic work against beat's rows."""

import pytest
from django.utils.module_loading import import_string
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks
from pytest_django.fixtures import Settings

from portal.schedule import entries, synchronise

pytestmark = pytest.mark.django_db


def test_every_entry_becomes_a_row_that_expires_after_two_intervals() -> None:
    synchronise()
    rows = PeriodicTask.objects.filter(name__startswith="portal: ").values_list(
        "task", "interval__every", "expire_seconds"
    )
    assert set(rows) == {(entry.task, entry.seconds, 2 * entry.seconds) for entry in entries()}


def test_every_scheduled_task_exists() -> None:
    assert all(import_string(entry.task).name == entry.task for entry in entries())


def test_a_second_time_changes_nothing() -> None:
    synchronise()
    assert synchronise() == 0
    assert IntervalSchedule.objects.count() == len({entry.seconds for entry in entries()})


def test_a_changed_interval_is_written_and_beat_notices(settings: Settings) -> None:
    synchronise()
    before = PeriodicTasks.last_change()
    settings.TICK_SECONDS = 7
    assert synchronise() == 1
    row = PeriodicTask.objects.get(name="portal: tick")
    assert (row.interval.every, row.expire_seconds) == (7, 14)
    assert PeriodicTasks.last_change() > before


def test_a_row_switched_off_is_switched_on_again() -> None:
    synchronise()
    row = PeriodicTask.objects.get(name="portal: tick")
    row.enabled = False
    row.save()
    assert synchronise() == 1
    assert PeriodicTask.objects.get(name="portal: tick").enabled


def test_a_row_that_left_the_list_goes_and_a_persons_own_stays() -> None:
    every = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.DAYS)
    PeriodicTask.objects.create(name="portal: forgotten", task="portal.tasks.forgotten", interval=every)
    PeriodicTask.objects.create(name="My own", task="portal.tasks.tick", interval=every)
    synchronise()
    assert set(PeriodicTask.objects.values_list("name", flat=True)) == {"portal: tick", "portal: drain", "My own"}
