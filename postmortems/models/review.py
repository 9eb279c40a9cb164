"""The review meeting (runbook, Incident Review Meeting)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from contacts.models import Contact
from incidents.models import Deadline, Incident
from portal.common.append_only import Kept, KeptQuerySet
from portal.common.constraints import both_or_neither, within_choices


class Review(Kept):
    """The meeting about one incident; its deadline follows from the severity."""

    class Status(models.TextChoices):
        TO_SCHEDULE = "to_schedule", "To be scheduled"
        SCHEDULED = "scheduled", "Scheduled"
        HELD = "held", "Held"

    incident = models.OneToOneField(Incident, models.PROTECT, related_name="review")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.TO_SCHEDULE)
    deadline = models.OneToOneField(
        Deadline, models.PROTECT, null=True, blank=True, related_name="review", verbose_name="promise"
    )
    opened_at = models.DateTimeField()
    scheduled_for = models.DateTimeField(null=True, blank=True)
    place = models.CharField(max_length=200, blank=True, help_text="A room or the address of a call.")
    attendees = models.ManyToManyField(Contact, blank=True, related_name="reviews")
    held_at = models.DateTimeField(null=True, blank=True)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reviews_held",
        verbose_name="recorded by",
    )
    minutes = models.TextField(blank=True)

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        default_permissions = ("view", "change")
        constraints = [
            within_choices("review_status", "status", ["to_schedule", "scheduled", "held"]),
            both_or_neither("review_held", "held_at", "held_by", "A held review has a person and a time."),
            models.CheckConstraint(
                name="review_scheduled_has_time", condition=~Q(status="scheduled") | Q(scheduled_for__isnull=False)
            ),
            models.CheckConstraint(
                name="review_held_has_time", condition=~Q(status="held") | Q(held_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"Review of {self.incident.number}"

    def get_absolute_url(self) -> str:
        return reverse("admin:postmortems_review_change", args=[self.pk])
