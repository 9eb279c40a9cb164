"""One bad row keeps no other from its turn."""

import logging

import pytest
from django.db import OperationalError

from portal.common.row_by_row import SomeFailed, each


def refuse_three(number: int) -> int:
    if number == 3:
        raise OverflowError("date value out of range")
    return number


def test_the_sum_of_what_was_done() -> None:
    assert each([1, 2, 4], refuse_three) == 7


def test_the_others_are_done_and_the_failure_is_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(SomeFailed, match="1 failed, 7 done"):
        each([1, 2, 3, 4], refuse_three)
    assert "Left out: 3" in caplog.text


def test_steps_within_steps_are_counted_together() -> None:
    with pytest.raises(SomeFailed, match="2 failed, 8 done"):
        each([[1, 3], [3, 7]], lambda row: each(row, refuse_three))


def test_a_database_that_is_gone_is_no_matter_of_one_row() -> None:
    def gone(_number: int) -> int:
        raise OperationalError

    with pytest.raises(OperationalError):
        each([1, 2], gone)
