"""History that can be added to, and never taken away."""

from typing import Any, NoReturn, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models

RowT = TypeVar("RowT", bound=models.Model)


class HistoryIsKept(PermissionDenied):
    """Somebody tried to delete or rewrite a row of history."""


class KeptQuerySet(models.QuerySet[RowT]):
    """A queryset whose rows cannot be deleted."""

    def delete(self) -> NoReturn:
        raise HistoryIsKept("History is kept: these rows cannot be deleted.")


class Kept(models.Model):
    """A fact: it may be completed, never deleted."""

    class Meta:
        abstract = True

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise HistoryIsKept(f"History is kept: {self} cannot be deleted.")


class AppendOnly(Kept):
    """A fact that is written once and never changed."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise HistoryIsKept(f"History is kept: {self} cannot be changed, only added to.")
        super().save(*args, **kwargs)
