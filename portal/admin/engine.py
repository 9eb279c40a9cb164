"""The engine: heartbeats and the schedule, to be read. The schedule is written by ``sync_schedule``."""

from django.contrib import admin
from django.utils import timezone
from django_celery_beat import admin as beat_admin
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from portal.audit import SILENT_AFTER
from portal.common.admin import HistoryIsKept, PortalAdmin
from portal.common.admin.columns import column
from portal.common.models import Heartbeat

# Beat's own screens are registered by importing them; only then can they be replaced.
SCHEDULES = (IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule)
admin.site.unregister([beat_admin.PeriodicTask, *SCHEDULES])


@admin.register(Heartbeat)
class HeartbeatAdmin(HistoryIsKept, PortalAdmin):
    """When each part of the engine last completed a cycle."""

    list_display = ("component", "state", "completed_at", "took_ms", "problem")

    @column("State", label={"Running": "success", "Silent": "danger"})
    def state(self, obj: Heartbeat) -> str:
        return "Running" if timezone.now() - obj.completed_at <= SILENT_AFTER else "Silent"


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(HistoryIsKept, PortalAdmin):
    """What beat starts, and how often."""

    list_display = ("name", "task", "how_often", "enabled", "last_run_at")
    list_select_related = ("interval", "crontab")
    fields = ("name", "task", "interval", "crontab", "enabled", "last_run_at", "total_run_count", "description")

    @column("How often")
    def how_often(self, obj: PeriodicTask) -> str:
        return str(obj.interval or obj.crontab or "")


@admin.register(*SCHEDULES)
class ScheduleAdmin(HistoryIsKept, PortalAdmin):
    """The clocks behind the tasks."""
