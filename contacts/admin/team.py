"""Teams."""

from django.contrib import admin

from contacts.models import Team
from portal.common.admin import NothingIsDeleted, PortalAdmin


@admin.register(Team)
class TeamAdmin(NothingIsDeleted, PortalAdmin):
    """Named groups of contacts that own systems."""

    list_display = ("name", "description")
    search_fields = ("name",)
