"""Facts in lists of their own, to be read and searched; verbs on the incident change them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from contacts.models import User
from incidents import forms, lifecycle, task_list
from incidents.models import (
    Deadline,
    Escalation,
    IncidentMessage,
    InvalidTransition,
    MilestoneChange,
    RoleAssignment,
    SeverityChange,
    StakeholderNotice,
    StatusUpdate,
    TaskItem,
    TimelineEntry,
)
from incidents.permissions import may
from portal.common.admin import HistoryIsKept, PortalAdmin, Verb, VerbForm, VerbsMixin
from portal.common.admin.columns import column

Verdict = Deadline.Verdict


class FactAdmin(HistoryIsKept, PortalAdmin):
    """A fact of one incident."""

    list_select_related: tuple[str, ...] = ("incident",)
    search_fields: tuple[str, ...] = ("^incident__number",)
    search_help_text = "Number of the incident"
    ordering: tuple[str, ...] = ("-pk",)


class VerdictFilter(admin.SimpleListFilter):
    """By current verdict."""

    title = "verdict"
    parameter_name = "verdict"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [(verdict.value, verdict.label) for verdict in Verdict]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(verdict_now=self.value()) if self.value() else queryset


@admin.register(Deadline)
class DeadlineAdmin(VerbsMixin, FactAdmin):
    """The ledger of promises."""

    list_display = ("__str__", "incident", "due_at", "kept_at", "verdict_label", "first_verdict_words")
    list_filter = ("kind", VerdictFilter)
    ordering = ("-due_at", "-pk")
    fields = (
        "incident",
        "kind",
        "label",
        "verdict_label",
        "first_verdict_words",
        "clock_started_at",
        "due_at",
        "kept_at",
        "kept_by",
        "breached_at",
        "noticed_at",
        "waived_at",
        "waived_by",
        "waive_reason",
        "superseded_at",
        "superseded_reason",
    )
    readonly_fields = ("verdict_label", "first_verdict_words")
    change_form_outer_before_template = "admin/verb_buttons.html"
    refusals = (InvalidTransition,)
    verbs = (
        Verb(
            "waive",
            "Waive promise",
            lifecycle.waive,
            "The promise is laid down. The record shows who waived it, when and why; it no longer holds up closing.",
            forms.ReasonForm,
            allowed=lambda deadline: deadline.is_unsettled,
            permitted=lambda user, deadline: may(user, "waive", deadline.incident),
            is_danger=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Deadline]:
        queryset: QuerySet[Deadline] = super().get_queryset(request)
        return queryset.with_verdict().select_related("incident")  # type: ignore[attr-defined, no-any-return]

    def get_fields(self, request: HttpRequest, obj: Deadline | None = None) -> tuple[str, ...]:
        """Who may not see timelines sees figures, no free text."""
        if request.user.has_perm("incidents.view_timelineentry"):
            return self.fields
        return tuple(name for name in self.fields if not name.endswith("_reason"))

    def return_url(self, obj: Deadline) -> str:
        """Waiving is a step on the way through an incident."""
        return obj.incident.get_absolute_url()

    @column(
        "Verdict",
        label={
            Verdict.OPEN.label: "info",
            Verdict.MET.label: "success",
            Verdict.MET_LATE.label: "warning",
            Verdict.MISSED.label: "danger",
        },
    )
    def verdict_label(self, obj: Deadline) -> str:
        return obj.verdict.label

    @column("First verdict")
    def first_verdict_words(self, obj: Deadline) -> str:
        return obj.first_verdict.capitalize()


@admin.register(TimelineEntry)
class TimelineEntryAdmin(FactAdmin):
    """What happened, over all incidents."""

    list_display = ("at", "incident", "kind", "text", "by")
    list_filter = ("kind",)
    list_select_related = ("incident", "by")
    ordering = ("-pk",)


@admin.register(StatusUpdate)
class StatusUpdateAdmin(FactAdmin):
    """Status updates, over all incidents."""

    list_display = ("posted_at", "incident", "status", "current_impact", "posted_by")
    list_select_related = ("incident", "posted_by")


@admin.register(StakeholderNotice)
class StakeholderNoticeAdmin(FactAdmin):
    """Who was to be told of what."""

    list_display = ("incident", "audience", "written_at", "deadline")
    list_select_related = ("incident", "audience", "deadline")


@admin.register(Escalation)
class EscalationAdmin(FactAdmin):
    """Levels that fired, wait or were stopped."""

    list_display = ("incident", "level", "name", "due_at", "fired_at", "stopped_at", "is_manual")
    list_filter = ("level", "is_manual")


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(FactAdmin):
    """Who held which role when."""

    list_display = ("incident", "role", "holder", "assigned_at", "ended_at")
    list_select_related = ("incident", "role", "holder")


@admin.register(MilestoneChange)
class MilestoneChangeAdmin(FactAdmin):
    """Every time that was recorded, corrected or archived."""

    list_display = ("incident", "milestone", "old_value", "new_value", "source", "changed_by", "changed_at")
    list_filter = ("milestone", "source")
    list_select_related = ("incident", "changed_by")


@admin.register(SeverityChange)
class SeverityChangeAdmin(FactAdmin):
    """Every change of severity."""

    list_display = ("incident", "from_severity", "to_severity", "changed_by", "changed_at")
    list_select_related = ("incident", "from_severity", "to_severity", "changed_by")


@admin.register(IncidentMessage)
class IncidentMessageAdmin(FactAdmin):
    """Letters about incidents and what became of them."""

    list_display = ("message", "incident", "purpose", "state", "noted_at")
    list_filter = ("purpose",)
    list_select_related = ("incident", "message")

    @column("State", label=True)
    def state(self, obj: IncidentMessage) -> str:
        return obj.message.get_state_display()


def task_verb(name: str, label: str, run: Any, explanation: str, form: type[VerbForm] = VerbForm) -> Verb:
    """A verb on one task, for whoever may respond."""

    def permitted(user: User, task: TaskItem) -> bool:
        return may(user, "do_tasks", task.incident)

    return Verb(name, label, run, explanation, form, permitted=permitted)


@admin.register(TaskItem)
class TaskItemAdmin(VerbsMixin, FactAdmin):
    """What was to be done on incidents, by whom it was done, and what was left out for which reason."""

    list_display = ("__str__", "group", "incident", "done_at", "done_by", "skip_reason")
    list_filter = ("kind",)
    list_select_related = ("incident", "done_by")
    change_form_outer_before_template = "admin/verb_buttons.html"
    refusals = (InvalidTransition,)
    verbs = (
        task_verb("complete", "Done", task_list.complete, "Kept with your name and this time.", forms.ResultForm),
        task_verb("skip", "Skip", task_list.skip, "It is not needed here. The reason stays.", forms.ReasonForm),
        task_verb("undo", "Open again", task_list.undo, "The tick was a slip. The timeline keeps both."),
    )

    def return_url(self, obj: TaskItem) -> str:
        return f"{obj.incident.get_absolute_url()}#task-{obj.pk}"
