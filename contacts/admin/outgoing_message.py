"""The outbox, to be read."""

from django.contrib import admin
from django.template.loader import render_to_string

from contacts.models import OutgoingMessage
from portal.common.admin import HistoryIsKept, PortalAdmin
from portal.common.admin.columns import column

STATES = {
    OutgoingMessage.State.QUEUED.label: "info",
    OutgoingMessage.State.SENDING.label: "info",
    OutgoingMessage.State.SENT.label: "success",
    OutgoingMessage.State.FAILED.label: "danger",
    OutgoingMessage.State.SUPPRESSED.label: "warning",
}


@admin.register(OutgoingMessage)
class OutgoingMessageAdmin(HistoryIsKept, PortalAdmin):
    """Letters, and what became of each."""

    list_display = ("subject", "address", "state_label", "reason", "written_at", "sent_at", "attempts")
    list_filter = ("state", "is_mergeable")
    search_fields = ("^address", "subject")
    search_help_text = "Address or words of the subject"
    fieldsets = (
        (None, {"fields": ("state_label", "reason", "address", "contact", "subject", "letter")}),
        (
            "Delivery",
            {
                "fields": (
                    "written_at",
                    "not_before",
                    "expires_at",
                    "attempts",
                    "last_attempt_at",
                    "sent_at",
                    "settled_at",
                    "digest",
                    "message_id",
                    "key",
                )
            },
        ),
    )
    readonly_fields = ("state_label", "letter")

    @column("State", ordering="state", label=STATES)
    def state_label(self, obj: OutgoingMessage) -> str:
        return obj.get_state_display()

    @column("Letter")
    def letter(self, obj: OutgoingMessage) -> str:
        """As its recipient reads it without HTML."""
        return render_to_string("admin/letter.html", {"text": obj.body_text})
