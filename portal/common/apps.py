"""The floor as a Django app: heartbeats."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Heartbeats, and what every app may import."""

    name = "portal.common"
    label = "common"
    verbose_name = "Engine"
