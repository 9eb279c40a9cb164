"""Who is on call, and when."""

from django.contrib import admin
from django.utils import timezone
from unfold.admin import TabularInline

from contacts.models import Rota, Shift
from portal.common.admin import NothingIsDeleted, PortalAdmin
from portal.common.admin.columns import column


class ShiftInline(TabularInline):  # type: ignore[misc]
    """The latest shifts; all of them have a list of their own."""

    model = Shift
    extra = 0
    max_num = 200
    per_page = 20
    autocomplete_fields = ("contact",)
    fields = ("contact", "starts_at", "ends_at", "is_override")


@admin.register(Rota)
class RotaAdmin(NothingIsDeleted, PortalAdmin):
    """Duties that are always somebody's."""

    list_display = ("name", "description")
    search_fields = ("name",)
    inlines = (ShiftInline,)


@admin.register(Shift)
class ShiftAdmin(PortalAdmin):
    """One contact on duty from a start to an end."""

    list_display = ("contact", "when", "rota", "starts_at", "ends_at", "is_override")
    list_filter = ("rota", "is_override")
    list_select_related = ("contact", "rota")
    search_fields = ("contact__name",)
    autocomplete_fields = ("contact", "rota")
    fields = ("rota", "contact", "starts_at", "ends_at", "is_override")

    @column("Duty", label={"On call now": "success", "To come": "info", "Past": ""})
    def when(self, obj: Shift) -> str:
        now = timezone.now()
        if obj.starts_at > now:
            return "To come"
        return "On call now" if obj.ends_at is None or obj.ends_at > now else "Past"
