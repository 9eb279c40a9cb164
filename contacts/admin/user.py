"""Accounts, which sign in by e-mail."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from contacts.models import User
from portal.common.admin import NothingIsDeleted, PortalAdmin
from portal.common.admin.columns import column

ONLY_BY_SUPERUSERS = ("is_superuser", "user_permissions")


class PersonCreationForm(UserCreationForm):  # type: ignore[misc]
    """A new account: an e-mail and a password."""

    class Meta:
        model = User
        fields = ("email",)


class PersonChangeForm(UserChangeForm):  # type: ignore[misc]
    """An account that exists."""

    class Meta:
        model = User
        fields = "__all__"


class SuperusersAreTheirOwn:
    """Nobody gains more than they have: only superusers change superusers, or make one."""

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))  # type: ignore[misc]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        own: tuple[str, ...] = tuple(super().get_readonly_fields(request, obj))  # type: ignore[misc]
        return own if request.user.is_superuser else (*own, "is_superuser")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if request.user.is_superuser:
            return fieldsets
        return [
            (title, options | {"fields": [name for name in options["fields"] if name not in ONLY_BY_SUPERUSERS]})
            for title, options in fieldsets
        ]


@admin.register(User)
class UserAdmin(SuperusersAreTheirOwn, NothingIsDeleted, DjangoUserAdmin, PortalAdmin):  # type: ignore[misc, type-arg]
    """People who sign in; what they may do follows from their groups."""

    form = PersonChangeForm
    add_form = PersonCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "full_name", "roles", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    search_fields = ("email", "first_name", "last_name")
    search_help_text = "E-mail or name"
    ordering = ("email",)
    filter_horizontal = ("groups",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ["email", "password", "first_name", "last_name"]}),
        (
            "What they may do",
            {
                "fields": ["is_active", "is_staff", "groups", "is_superuser", "user_permissions"],
                "description": "Untick active instead of deleting. Staff may open this portal; groups are the roles.",
            },
        ),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    )
    add_fieldsets = ((None, {"fields": ["email", "usable_password", "password1", "password2"]}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @column("Name", ordering="first_name")
    def full_name(self, obj: User) -> str:
        return obj.get_full_name()

    @column("Roles")
    def roles(self, obj: User) -> str:
        return ", ".join(group.name for group in obj.groups.all())
