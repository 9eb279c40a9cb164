"""The frame as a Django app: its commands, checks and the groups applied after every migrate."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    """Connects the roles to migrations."""

    name = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        from portal import checks, roles  # noqa: F401, PLC0415  (models are loaded only now)

        post_migrate.connect(roles.apply_roles, sender=self)
