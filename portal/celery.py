"""The Celery application: a clock's hands; all state lives in the database."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["portal"])


@beat_init.connect
def write_schedule(**_: Any) -> None:
    """Beat finds the schedule in its rows with no command to remember after an upgrade."""
    from portal.schedule import synchronise  # noqa: PLC0415  (models are loaded only now)

    synchronise()
