"""Times and lengths that nobody means: a slip of the hand in a year would otherwise travel through every clock."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError

EARLIEST, LATEST = 1970, 2199
LONGEST = timedelta(days=5 * 366)


def validate_year(value: date | datetime) -> None:
    """A year that a clock in any zone can show."""
    if not EARLIEST <= value.year <= LATEST:
        raise ValidationError(f"Check the year: {value.year} is not between {EARLIEST} and {LATEST}.")


def validate_length(value: timedelta) -> None:
    if value < timedelta():
        raise ValidationError("A length of time is not negative.")
    if value > LONGEST:
        raise ValidationError("This is longer than five years. Write a shorter length of time.")
