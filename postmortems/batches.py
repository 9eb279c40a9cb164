"""Reads any number of rows in bounded bites."""

from collections.abc import Iterator
from typing import TypeVar

from django.db import models

RowT = TypeVar("RowT", bound=models.Model)


def in_batches(rows: models.QuerySet[RowT], *, size: int = 500) -> Iterator[RowT]:
    """Each of ``rows`` once, by primary key; rows that no longer match when their batch is read are left out.

    The keys are read first and unordered, so that the database answers from the index that the conditions name;
    asked for the rows in order of their key, SQLite walks the whole table.
    """
    keys = sorted(rows.order_by().values_list("pk", flat=True))
    for start in range(0, len(keys), size):
        yield from rows.filter(pk__in=keys[start : start + size]).order_by("pk")
