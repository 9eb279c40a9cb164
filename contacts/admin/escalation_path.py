"""Escalation paths with their levels."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import StackedInline

from contacts.models import EscalationLevel, EscalationPath
from portal.common.admin import PortalAdmin, RowsChangePlaces
from portal.common.admin.columns import column
from portal.common.admin.lengths import IN_WORDS, readable


class LevelInline(StackedInline):  # type: ignore[misc]
    """Levels in the order in which they fire."""

    model = EscalationLevel
    extra = 0
    formfield_overrides = IN_WORDS
    readonly_preprocess_fields = {"delay": readable}
    ordering = ("number",)
    autocomplete_fields = ("contacts",)
    fields = ("number", "name", "delay", "is_on_call", "contacts")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EscalationLevel]:
        queryset: QuerySet[EscalationLevel] = super().get_queryset(request)
        return queryset.prefetch_related("contacts")


@admin.register(EscalationPath)
class EscalationPathAdmin(RowsChangePlaces, PortalAdmin):
    """Who is told next while nobody acknowledges."""

    list_display = ("name", "how_many", "description")
    search_fields = ("name",)
    fields = ("name", "key", "description")
    inlines = (LevelInline,)
    numbered_by = {EscalationLevel: "number"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[EscalationPath]:
        queryset: QuerySet[EscalationPath] = super().get_queryset(request)
        return queryset.annotate(how_many=Count("levels"))

    @column("Levels", ordering="how_many")
    def how_many(self, obj: EscalationPath) -> int:
        return obj.how_many  # type: ignore[attr-defined, no-any-return]
