"""Lengths of time are typed as they are read."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from portal.common.admin.lengths import LengthField, exactly, parse


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("15 min", timedelta(minutes=15)),
        ("1 h 30 min", timedelta(minutes=90)),
        ("1h30m", timedelta(minutes=90)),
        ("7 days", timedelta(days=7)),
        ("1 week, 2 hours", timedelta(days=7, hours=2)),
        ("0:15:00", timedelta(minutes=15)),
        ("15", None),
        ("soon", None),
        ("3 moons", None),
        ("", None),
    ],
)
def test_words_and_figures_are_understood(text: str, length: timedelta | None) -> None:
    assert parse(text) == length


@pytest.mark.parametrize("seconds", [0, 1, 59, 60, 900, 3_661, 86_400, 604_800, 1_000_001])
def test_what_is_read_can_be_typed_again(seconds: int) -> None:
    length = timedelta(seconds=seconds)
    assert parse(exactly(length)) == length


@pytest.mark.parametrize("text", ["soon", "99999999999 weeks", "15"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValidationError, match="15 min"):
        LengthField().clean(text)


def test_empty_is_no_promise() -> None:
    assert LengthField(required=False).clean("") is None
