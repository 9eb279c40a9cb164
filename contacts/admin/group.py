"""Groups: the roles, in the look of the admin."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group

from portal.common.admin import NothingIsDeleted, PortalAdmin

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(NothingIsDeleted, DjangoGroupAdmin, PortalAdmin):  # type: ignore[misc]
    """The portal's own roles get their permissions back with every update; other groups are yours."""

    list_display = ("name",)
