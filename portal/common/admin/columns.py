"""Columns of lists, typed: Unfold's own decorator has no types."""

from collections.abc import Callable
from typing import Any, TypeVar

ColumnT = TypeVar("ColumnT", bound=Callable[..., Any])


def column(
    description: str, *, ordering: str = "", label: dict[Any, str] | bool | None = None
) -> Callable[[ColumnT], ColumnT]:
    """A heading, what to sort by, and whether it is shown as a label (in which colour by its words)."""

    def decorate(function: ColumnT) -> ColumnT:
        given = {"short_description": description, "admin_order_field": ordering, "label": label}
        for name, value in given.items():
            if value:
                setattr(function, name, value)
        return function

    return decorate
