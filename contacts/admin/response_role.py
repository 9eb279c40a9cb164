"""Roles of the response team."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from contacts.models import ResponseRole
from portal.common.admin import LinesField, NothingIsDeleted, PortalAdmin
from portal.common.admin.columns import column


class ResponseRoleForm(forms.ModelForm):  # type: ignore[type-arg]
    """Responsibilities are written one a line."""

    responsibilities = LinesField(required=False, help_text="One a line.")


@admin.register(ResponseRole)
class ResponseRoleAdmin(NothingIsDeleted, PortalAdmin):
    """What each role is there for."""

    form = ResponseRoleForm
    list_display = ("code", "name", "is_lead", "summary", "position")
    list_filter = ("is_lead",)
    search_fields = ("code", "name")
    readonly_fields = ("duties",)

    def get_fields(self, request: HttpRequest, obj: ResponseRole | None = None) -> tuple[str, ...]:
        edits = self.has_change_permission(request, obj)
        return ("code", "name", "is_lead", "summary", "responsibilities" if edits else "duties", "position")

    @column("Responsibilities")
    def duties(self, obj: ResponseRole) -> str:
        return "\n".join(obj.responsibilities)
