"""``manage.py sync_schedule``: writes the list of ``portal/schedule.py`` into beat's rows."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.schedule import synchronise


class Command(BaseCommand):
    """Writes the schedule."""

    help = "Writes the portal's periodic work into beat's tables. Safe to repeat; beat also does it when it starts."

    def handle(self, *_: Any, **options: Any) -> None:
        written = synchronise()
        if options["verbosity"]:
            self.stdout.write(f"Schedule: {written} changed." if written else "Schedule: up to date.")
