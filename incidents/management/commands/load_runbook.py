"""``manage.py load_runbook``."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from incidents import runbook


class Command(BaseCommand):
    """Loads the runbook's default definitions; loading again changes nothing."""

    help = "Load the runbook's default definitions; what was loaded before is left alone, edited or deleted or not."

    def handle(self, *_args: Any, **options: Any) -> None:
        result = runbook.load(now=timezone.now())
        if options["verbosity"]:
            self.stdout.write(f"Runbook: {result.created} definitions loaded, {result.skipped} were there already.")
