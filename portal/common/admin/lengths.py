"""Lengths of time that are typed and read as people say them: ``15 min``, ``1 h 30 min``, ``7 days``."""

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dateparse import parse_duration
from unfold import widgets

from portal.common.within_reason import validate_length

UNITS = {
    "week": timedelta(weeks=1),
    "day": timedelta(days=1),
    "d": timedelta(days=1),
    "hour": timedelta(hours=1),
    "h": timedelta(hours=1),
    "min": timedelta(minutes=1),
    "minute": timedelta(minutes=1),
    "m": timedelta(minutes=1),
    "second": timedelta(seconds=1),
    "sec": timedelta(seconds=1),
    "s": timedelta(seconds=1),
}
PART = re.compile(r"(\d+)\s*([a-z]+)")
SPOKEN = re.compile(r"\s*(\d+\s*[a-z]+[\s,]*)+")


def exactly(length: timedelta) -> str:
    """Every second of ``length`` in words, so that what is read can be typed again."""
    seconds = int(length.total_seconds())
    days, rest = divmod(seconds, 86_400)
    in_days = (days, "day" if days == 1 else "days")
    amounts = (in_days, (rest // 3600, "h"), (rest % 3600 // 60, "min"), (rest % 60, "s"))
    return " ".join(f"{amount} {unit}" for amount, unit in amounts if amount) or "0 min"


def parse(text: str) -> timedelta | None:
    """``1 h 30 min`` or ``01:30:00``; None if it is neither."""
    if not SPOKEN.fullmatch(text.lower()):
        return parse_duration(text) if ":" in text else None
    total = timedelta()
    for amount, unit in PART.findall(text.lower()):
        known = UNITS.get(unit) or UNITS.get(unit.removesuffix("s"))
        if known is None:
            return None
        total += int(amount) * known
    return total


def readable(contents: Any) -> Any:
    """For ``readonly_preprocess_fields``: Django's ``7 days, 0:00:00`` as ``7 days``."""
    length = parse_duration(str(contents))
    return contents if length is None else exactly(length)


class LengthField(forms.DurationField):
    """A length of time in words."""

    default_validators = [validate_length]

    def prepare_value(self, value: Any) -> Any:
        return exactly(value) if isinstance(value, timedelta) else value

    def to_python(self, value: Any) -> timedelta | None:
        if value in self.empty_values:
            return None
        if isinstance(value, timedelta):
            return value
        try:
            length = parse(str(value).strip())
        except OverflowError:
            length = None
        if length is None:
            raise ValidationError("Write a length of time such as 15 min, 1 h 30 min or 7 days.", code="invalid")
        return length


#: For ``formfield_overrides``.
IN_WORDS: dict[type[Any], dict[str, Any]] = {
    models.DurationField: {"form_class": LengthField, "widget": widgets.UnfoldAdminTextInputWidget}
}
