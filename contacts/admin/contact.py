"""Whoever can be reached."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from contacts.models import Contact
from portal.common.admin import NothingIsDeleted, PortalAdmin
from portal.common.admin.columns import column


@admin.register(Contact)
class ContactAdmin(NothingIsDeleted, PortalAdmin):
    """People, team mailboxes and external parties."""

    list_display = ("name", "reach", "kind_label", "email", "phone", "job_title", "team", "verified_at")
    list_filter = ("kind", "is_placeholder", "is_active", "team")
    list_select_related = ("team",)
    search_fields = ("name", "email", "job_title")
    search_help_text = "Name, e-mail or job title"
    autocomplete_fields = ("manager", "deputy")
    readonly_fields = ("unreachable",)
    fieldsets = (
        (None, {"fields": ("unreachable", "name", "kind", "email", "phone", "is_placeholder", "is_active")}),
        ("At work", {"fields": ("job_title", "team", "manager", "time_zone", "user")}),
        ("Away", {"fields": ("deputy", "absent_from", "absent_until")}),
        ("Upkeep", {"fields": ("verified_at", "notes")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Only who may see accounts chooses among them."""
        sees_accounts = request.user.has_perm("contacts.view_user")
        return self.readonly_fields if sees_accounts else (*self.readonly_fields, "user")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("team", "user")

    @column("Letters", label={"Reachable": "success", "Placeholder": "danger", "Inactive": ""})
    def reach(self, obj: Contact) -> str:
        if obj.is_reachable:
            return "Reachable"
        if not obj.is_active:
            return "Inactive"
        return "Placeholder" if obj.is_placeholder else "No address"

    @column("Kind", ordering="kind")
    def kind_label(self, obj: Contact) -> str:
        return obj.get_kind_display()

    @column("Letters to this contact")
    def unreachable(self, obj: Contact) -> str:
        if obj.pk is None:
            return "Go out once there is an address."
        return f"None goes out: {obj.why_unreachable}." if obj.why_unreachable else "Go out."
