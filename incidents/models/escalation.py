"""Levels of the escalation path, copied for one incident."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from contacts.models import Contact
from incidents.models.incident import Incident
from portal.common.append_only import Kept, KeptQuerySet


class EscalationQuerySet(KeptQuerySet["Escalation"]):
    """Words for choosing escalations."""

    def waiting(self) -> Self:
        return self.filter(fired_at__isnull=True, stopped_at__isnull=True)

    def due(self, *, at: datetime) -> Self:
        return self.waiting().filter(due_at__lte=at)


class Escalation(Kept):
    """One level for one incident: waiting, fired, or stopped because somebody acknowledged."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="escalations")
    epoch = models.PositiveIntegerField(default=0)
    level = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    is_on_call = models.BooleanField(default=False)
    contacts = models.ManyToManyField(Contact, blank=True, related_name="escalations")
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    is_manual = models.BooleanField("by hand", default=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="escalations_requested"
    )
    reason = models.TextField(blank=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        ordering = ["epoch", "level"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["incident", "epoch", "level"], name="escalation_once"),
            models.CheckConstraint(
                name="escalation_fired_or_stopped", condition=Q(fired_at__isnull=True) | Q(stopped_at__isnull=True)
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="escalation_waiting",
                condition=Q(fired_at__isnull=True, stopped_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"Level {self.level}: {self.name}"
