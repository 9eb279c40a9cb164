"""Work promised in a post-mortem (runbook, Action Items Tracking)."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from contacts.models import Contact
from portal.common.append_only import Kept, KeptQuerySet
from portal.common.constraints import within_choices
from postmortems.models.post_mortem import PostMortem


class ActionItemQuerySet(KeptQuerySet["ActionItem"]):
    """Words for choosing action items."""

    def open(self) -> Self:
        return self.filter(status__in=ActionItem.UNFINISHED)

    def overdue(self, *, at: datetime) -> Self:
        return self.open().filter(due_at__lt=at)

    def for_owner(self, owner: Contact) -> Self:
        return self.filter(owner=owner)

    def most_urgent_first(self) -> Self:
        return self.order_by("due_at", "pk")


class ActionItem(Kept):
    """A promise with an owner and a due date; due means the end of that day in the owner's zone."""

    class Priority(models.TextChoices):
        HIGH = "high", "High"
        MEDIUM = "medium", "Medium"
        LOW = "low", "Low"

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        IN_PROGRESS = "in_progress", "In progress"
        COMPLETED = "completed", "Completed"
        DROPPED = "dropped", "Dropped"

    class FirstVerdict(models.TextChoices):
        MET = "met", "Done by the first due date"
        MISSED = "missed", "Not done by the first due date"

    UNFINISHED = (Status.OPEN, Status.IN_PROGRESS)

    TRANSITIONS: dict[str, tuple[tuple[Status, ...], Status | None]] = {
        "start": ((Status.OPEN,), Status.IN_PROGRESS),
        "complete": (UNFINISHED, Status.COMPLETED),
        "re_date": (UNFINISHED, None),
        "drop": (UNFINISHED, Status.DROPPED),
        "reassign": (UNFINISHED, None),
    }

    post_mortem = models.ForeignKey(
        PostMortem, models.PROTECT, related_name="action_items", verbose_name="post-mortem"
    )
    description = models.CharField(max_length=300)
    owner = models.ForeignKey(Contact, models.PROTECT, related_name="action_items")
    priority = models.CharField(max_length=6, choices=Priority.choices, default=Priority.MEDIUM)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN)
    due_on = models.DateField()
    due_at = models.DateTimeField(editable=False)
    first_due_on = models.DateField(editable=False)
    first_due_at = models.DateTimeField(editable=False)
    first_verdict = models.CharField(max_length=6, choices=FirstVerdict.choices, blank=True, editable=False)
    breached_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="action_items_created"
    )
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    evidence = models.TextField(blank=True, help_text="What shows that it is done.")
    dropped_at = models.DateTimeField(null=True, blank=True, editable=False)
    drop_reason = models.TextField(blank=True)
    tracker_url = models.URLField("link to tracker", blank=True)

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        default_permissions = ("view", "add", "change")
        constraints = [
            within_choices("action_item_status", "status", ["open", "in_progress", "completed", "dropped"]),
            within_choices("action_item_priority", "priority", ["high", "medium", "low"]),
            within_choices("action_item_first_verdict", "first_verdict", ["", "met", "missed"]),
            models.CheckConstraint(
                name="action_item_completed",
                condition=(Q(status="completed") & Q(completed_at__isnull=False))
                | (~Q(status="completed") & Q(completed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="action_item_dropped",
                condition=(Q(status="dropped") & Q(dropped_at__isnull=False) & ~Q(drop_reason=""))
                | (~Q(status="dropped") & Q(dropped_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "due_at"], name="action_item_open", condition=Q(status__in=["open", "in_progress"])
            ),
            models.Index(
                fields=["first_due_at"],
                name="action_item_undecided",
                condition=Q(status__in=["open", "in_progress"], first_verdict=""),
            ),
        ]

    def __str__(self) -> str:
        return self.description

    def get_absolute_url(self) -> str:
        return reverse("admin:postmortems_actionitem_change", args=[self.pk])

    @property
    def is_unfinished(self) -> bool:
        return self.status in self.UNFINISHED

    def allows(self, verb: str) -> bool:
        return self.status in self.TRANSITIONS[verb][0]

    def is_overdue(self, *, at: datetime) -> bool:
        return self.is_unfinished and self.due_at < at
