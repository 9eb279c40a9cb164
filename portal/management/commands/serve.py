"""``manage.py serve``: the whole portal from one command; ``bin/run`` ends here."""

import signal
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connections

from portal import supervisor
from portal.common.mail_files import EmailBackend as FileBackend
from portal.static_files import collect_if_changed


class Command(BaseCommand):
    """Prepares and runs everything."""

    help = "Prepares the database and runs web, worker and beat until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="Load a year of real public incidents to look at.")

    def handle(self, *_: Any, **options: Any) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, interrupt)
        try:
            self.refuse_used_port()
            self.prepare(is_demo=options["demo"])
            self.run_parts()
        except KeyboardInterrupt:
            raise CommandError("Stopped before everything was running.", returncode=130) from None
        except supervisor.StoppedByItself as error:
            raise CommandError(str(error)) from error

    def refuse_used_port(self) -> None:
        problem = supervisor.port_problem(settings.PORT)
        if problem:
            raise CommandError(problem)

    def prepare(self, *, is_demo: bool) -> None:
        """Everything that must be there before the first request; each step may be repeated."""
        self.say("Preparing the database ...")
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except (DatabaseError, ImproperlyConfigured) as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"The database of DATABASE_URL cannot be used: {reason}") from error
        call_command("sync_schedule", verbosity=0)
        self.say("Loading the runbook ...")
        call_command("load_runbook", verbosity=0)
        call_command("create_first_person", stdout=self.stdout)
        if is_demo:
            self.say("Loading a year of public incidents to look at ...")
            call_command("load_demo", verbosity=0)
        self.say("Collecting the static files ...")
        collect_if_changed()

    def run_parts(self) -> None:
        connections.close_all()
        self.say("Starting web, worker and beat ...")
        supervisor.run(
            supervisor.parts(settings.PORT), port=settings.PORT, cwd=settings.BASE_DIR, on_ready=self.say_where
        )
        self.say("Stopped.")

    def say_where(self) -> None:
        self.say(f"\nThe portal runs at {settings.BASE_URL}/admin/")
        if isinstance(get_connection(), FileBackend):
            self.say(f"Letters are written to {settings.EMAIL_FILE_PATH}/")
        else:
            self.say(f"Letters go to the mail server {settings.EMAIL_HOST}:{settings.EMAIL_PORT}")
        self.say("Ctrl-C stops it.\n")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def interrupt(*_: Any) -> NoReturn:
    raise KeyboardInterrupt
