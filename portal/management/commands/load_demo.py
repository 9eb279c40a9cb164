"""``manage.py load_demo``: a year of history to look at; ``bin/run --demo`` calls it."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from portal.demo import history


class Command(BaseCommand):
    """Writes the demonstration history."""

    help = (
        "Writes a year of history from public incidents, with invented responses, marked as a demonstration. "
        "Writes no letters. Does nothing if it has been done before."
    )

    def handle(self, *_: Any, **options: Any) -> None:
        written = history.write(now=timezone.now())
        if options["verbosity"]:
            self.stdout.write(
                f"Demonstration: {written} incidents written." if written else "Demonstration: already there."
            )
