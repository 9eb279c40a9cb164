"""Reads any number of rows in bounded bites."""

from collections.abc import Iterator
from typing import TypeVar

from django.db import models

RowT = TypeVar("RowT", bound=models.Model)


def in_batches(rows: models.QuerySet[RowT], *, size: int = 500) -> Iterator[RowT]:
    """Each of ``rows`` once, by primary key; rows that no longer match when their batch is read are left out."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:size]):
        yield from batch
        last = batch[-1].pk
