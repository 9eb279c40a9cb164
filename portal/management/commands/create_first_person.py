"""``manage.py create_first_person``: an account, a contact and a shift for an empty portal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal import first_person

BLOCK = """
  ============================================================
    Sign in with
      e-mail    {email}
      password  {password}
    The password is shown only this once. To set another one:
      .venv/bin/python manage.py changepassword {email}
  ============================================================
"""


class Command(BaseCommand):
    """Makes the first person and prints the password once."""

    help = (
        "Makes the first person (FIRST_PERSON_EMAIL, FIRST_PERSON_NAME) as administrator and incident commander, "
        "on call from now on, and prints the password once. Does nothing if anybody has an account."
    )

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            made = first_person.create(now=timezone.now())
        except ValueError as error:
            raise CommandError(str(error)) from error
        if made is not None:
            self.stdout.write(BLOCK.format(email=made.email, password=made.password))
        elif options["verbosity"] > 1:
            self.stdout.write("Somebody already has an account; nothing to do.")
