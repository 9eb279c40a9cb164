"""Audiences."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from contacts.models import Audience
from portal.common.admin import PortalAdmin
from portal.common.admin.columns import column


@admin.register(Audience)
class AudienceAdmin(PortalAdmin):
    """Named groups of contacts to be told."""

    list_display = ("name", "is_external", "how_many", "description")
    list_filter = ("is_external",)
    search_fields = ("name",)
    autocomplete_fields = ("members",)
    fields = ("name", "key", "description", "is_external", "members")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Audience]:
        queryset: QuerySet[Audience] = super().get_queryset(request)
        return queryset.annotate(how_many=Count("members"))

    def get_prepopulated_fields(self, request: HttpRequest, obj: Audience | None = None) -> dict[str, tuple[str, ...]]:
        """A key is made up once, and kept."""
        return {"key": ("name",)} if obj is None else {}

    @column("Members", ordering="how_many")
    def how_many(self, obj: Audience) -> int:
        return obj.how_many  # type: ignore[attr-defined, no-any-return]
