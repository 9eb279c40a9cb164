"""Who is on call, and when."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from contacts.models.contact import Contact
from portal.common.constraints import not_before
from portal.common.within_reason import validate_year


class Rota(models.Model):
    """A duty that is always somebody's."""

    name = models.CharField(max_length=100, unique=True)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ShiftQuerySet(models.QuerySet["Shift"]):
    """Words for choosing shifts."""

    def current(self, *, at: datetime) -> "ShiftQuerySet":
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at)


class Shift(models.Model):
    """One contact on duty from a start to an end; without an end, until further notice."""

    rota = models.ForeignKey(Rota, models.CASCADE, related_name="shifts")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="shifts")
    starts_at = models.DateTimeField(validators=[validate_year])
    ends_at = models.DateTimeField(
        null=True, blank=True, validators=[validate_year], help_text="Empty: until further notice."
    )
    is_override = models.BooleanField(
        "override", default=False, help_text="Takes the place of the rota's ordinary shifts while it lasts."
    )

    objects = ShiftQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        constraints = [not_before("shift_order", "ends_at", "starts_at", "The shift ends before it starts.")]
        indexes = [models.Index(fields=["starts_at", "ends_at"], name="shift_by_time")]

    def __str__(self) -> str:
        return f"{self.contact} on {self.rota}"
