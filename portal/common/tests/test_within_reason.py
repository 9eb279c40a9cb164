"""Slips of the hand in a year or a length are refused beside the field."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from portal.common.within_reason import validate_length, validate_year


@pytest.mark.parametrize("value", [datetime(1, 1, 1, tzinfo=UTC), date(202, 6, 1), datetime(9999, 12, 31, tzinfo=UTC)])
def test_a_year_that_nobody_means_is_refused(value: date) -> None:
    with pytest.raises(ValidationError, match="Check the year"):
        validate_year(value)


def test_years_that_people_mean_pass() -> None:
    validate_year(date(1970, 1, 1))
    validate_year(datetime(2199, 12, 31, tzinfo=UTC))
    validate_length(timedelta(days=1830))


def test_a_length_that_nobody_means_is_refused() -> None:
    with pytest.raises(ValidationError, match="five years"):
        validate_length(timedelta(days=10**8))


def test_a_negative_length_is_refused() -> None:
    with pytest.raises(ValidationError, match="negative"):
        validate_length(timedelta(minutes=-15))
