"""Follow-ups, to be read."""

from django.contrib import admin

from portal.common.admin import HistoryIsKept, PortalAdmin
from portal.common.admin.columns import column
from postmortems.models import FollowUp


@admin.register(FollowUp)
class FollowUpAdmin(HistoryIsKept, PortalAdmin):
    """Who is asked about open action items, and when."""

    list_display = ("owner", "due_at", "state", "open_items", "overdue_items")
    list_filter = (("settled_at", admin.EmptyFieldListFilter),)
    list_select_related = ("owner",)
    search_fields = ("owner__name",)
    search_help_text = "Name of the owner"
    fields = ("owner", "due_at", "state", "settled_at", "open_items", "overdue_items", "letter")
    readonly_fields = ("state",)

    @column("State", label={"To come": "info", "Letter written": "success", "Nothing open": ""})
    def state(self, obj: FollowUp) -> str:
        if obj.settled_at is None:
            return "To come"
        return "Letter written" if obj.letter_id else "Nothing open"
