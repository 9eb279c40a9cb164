"""The runbook and the incidents as a Django app."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """Configuration of the app."""

    name = "incidents"
    verbose_name = "Incidents"
