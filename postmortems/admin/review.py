"""Review meetings."""

from django.contrib import admin
from django.utils.timezone import localtime

from incidents.models import InvalidTransition
from portal.common.admin import HistoryIsKept, PortalAdmin, Verb, VerbsMixin
from portal.common.admin.columns import column
from postmortems import forms, permissions, reviews
from postmortems.models import Review


def not_held(review: Review) -> bool:
    return review.status != Review.Status.HELD


@admin.register(Review)
class ReviewAdmin(HistoryIsKept, VerbsMixin, PortalAdmin):
    """The meeting about one incident: scheduled, then held."""

    list_display = ("review", "status_label", "due", "scheduled_for", "held_at")
    list_filter = ("status", "incident__severity")
    list_select_related = ("incident", "deadline")
    search_fields = ("^incident__number", "incident__title")
    search_help_text = "Number or words of the incident's title"
    fields = (
        "incident",
        "status_label",
        "due",
        "scheduled_for",
        "place",
        "attendees",
        "held_at",
        "held_by",
        "minutes",
    )
    readonly_fields = ("status_label", "due")
    change_form_outer_before_template = "admin/verb_buttons.html"
    refusals = (InvalidTransition,)
    verbs = (
        Verb(
            "hold",
            "Record as held",
            reviews.hold,
            "The promise to review is kept as of the meeting, and the minutes are kept with it.",
            forms.HoldForm,
            allowed=not_held,
            permitted=lambda user, review: permissions.may(user, "hold", review.incident),
        ),
        Verb(
            "schedule",
            "Schedule",
            reviews.schedule,
            "Sets or moves the meeting. Scheduling alone does not keep the promise: holding it does.",
            forms.ScheduleForm,
            allowed=not_held,
            permitted=lambda user, review: permissions.may(user, "schedule", review.incident),
        ),
    )

    @column("Review")
    def review(self, obj: Review) -> str:
        return f"{obj.incident}"

    @column("Status", ordering="status", label={"To be scheduled": "warning", "Scheduled": "info", "Held": "success"})
    def status_label(self, obj: Review) -> str:
        return obj.get_status_display()

    @column("Due", ordering="deadline__due_at")
    def due(self, obj: Review) -> str:
        return f"{localtime(obj.deadline.due_at):%Y-%m-%d %H:%M}" if obj.deadline else "no date promised"
