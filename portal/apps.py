"""The frame as a Django app: its commands, checks and the groups applied after every migrate."""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed_apps
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    """Connects the roles to migrations."""

    name = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        from portal import checks  # noqa: F401, PLC0415  (models are loaded only now)

        # Django sends the signal for apps with models only, and this one has none.
        post_migrate.connect(apply_roles_after_migrate, sender=installed_apps.get_app_config("postmortems"))


def apply_roles_after_migrate(*, apps: Any = installed_apps, **_: Any) -> None:
    """Apply the roles, once the last of the tables they speak of has been made (a migrate may stop earlier)."""
    from portal import roles  # noqa: PLC0415  (models are loaded only now)

    try:
        apps.get_model("postmortems", "ActionItem")
        apps.get_model("auth", "Permission")
    except LookupError:
        return
    roles.apply_roles()
