"""The weekly chase until an owner's action items are done (runbook, Follow-up Process)."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from contacts.models import Contact, OutgoingMessage
from portal.common.append_only import Kept, KeptQuerySet


class FollowUpQuerySet(KeptQuerySet["FollowUp"]):
    """Words for choosing follow-ups."""

    def pending(self) -> Self:
        return self.filter(settled_at__isnull=True)

    def due(self, *, at: datetime) -> Self:
        return self.pending().filter(due_at__lte=at)


class FollowUp(Kept):
    """One owner's follow-up of one week. The pending row is the schedule, the settled ones are the record."""

    owner = models.ForeignKey(Contact, models.PROTECT, related_name="follow_ups")
    due_at = models.DateTimeField(help_text="The owner's weekday and hour, in their zone.")
    settled_at = models.DateTimeField(null=True, blank=True)
    open_items = models.PositiveIntegerField(default=0)
    overdue_items = models.PositiveIntegerField(default=0)
    letter = models.OneToOneField(
        OutgoingMessage,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_up",
        help_text="Empty: there was nothing open to ask about.",
    )

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = "follow-up"
        ordering = ["-due_at", "-pk"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], condition=Q(settled_at__isnull=True), name="follow_up_pending_once"
            ),
            models.UniqueConstraint(fields=["owner", "due_at"], name="follow_up_slot_once"),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="follow_up_pending", condition=Q(settled_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"Follow-up for {self.owner}"
