"""What was said to whom: status updates, stakeholder notices and their letters."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from contacts.models import Audience, OutgoingMessage
from incidents.models.deadline import Deadline
from incidents.models.escalation import Escalation
from incidents.models.incident import Incident
from portal.common.append_only import AppendOnly, Kept, KeptQuerySet
from portal.common.constraints import within_choices


class StatusUpdate(AppendOnly):
    """A status update (runbook, Communication Plan); it keeps the current slot of the cadence."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="status_updates")
    posted_at = models.DateTimeField()
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="status_updates"
    )
    status = models.CharField(max_length=16, choices=Incident.Status.choices)
    current_impact = models.TextField()
    progress = models.TextField(blank=True)
    next_steps = models.TextField(blank=True)
    eta_at = models.DateTimeField("estimated resolution", null=True, blank=True)
    audiences = models.ManyToManyField(Audience, blank=True, related_name="status_updates")
    deadline = models.OneToOneField(
        Deadline, models.PROTECT, null=True, blank=True, related_name="status_update", verbose_name="slot kept"
    )

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ["-posted_at", "-pk"]
        default_permissions = ("view",)
        constraints = [within_choices("status_update_status", "status", Incident.Status.values)]

    def __str__(self) -> str:
        return f"{self.get_status_display()}: {self.current_impact[:60]}"


class StakeholderNotice(Kept):
    """One audience is to be told of one incident; copied from the rule when the incident opened."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="notices")
    audience = models.ForeignKey(Audience, models.PROTECT, related_name="notices")
    to_affected_teams = models.BooleanField(default=False)
    deadline = models.OneToOneField(Deadline, models.PROTECT, related_name="notice", verbose_name="promise")
    written_at = models.DateTimeField(null=True, blank=True, help_text="When letters for it were first written.")

    objects = KeptQuerySet.as_manager()

    class Meta:
        verbose_name = "stakeholder notice"
        ordering = ["pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"Notice to {self.audience}"


class IncidentMessage(Kept):
    """Which letter belongs to which incident, and whether its fate has been taken note of."""

    class Purpose(models.TextChoices):
        DECLARED = "declared", "Declared"
        NOTICE = "notice", "Stakeholder notice"
        UPDATE = "update", "Status update"
        DUE_SOON = "due_soon", "Promise due soon"
        MISSED = "missed", "Promise missed"
        ESCALATION = "escalation", "Escalation"
        RESOLVED = "resolved", "Resolved"
        REVIEW = "review", "Review"

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="messages")
    message = models.OneToOneField(OutgoingMessage, models.PROTECT, related_name="incident_message")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    deadline = models.ForeignKey(Deadline, models.PROTECT, null=True, blank=True, related_name="messages")
    escalation = models.ForeignKey(Escalation, models.PROTECT, null=True, blank=True, related_name="messages")
    notice = models.ForeignKey(StakeholderNotice, models.PROTECT, null=True, blank=True, related_name="messages")
    noted_at = models.DateTimeField(null=True, blank=True, help_text="When the letter's fate was taken note of.")

    objects = KeptQuerySet.as_manager()

    class Meta:
        verbose_name = "incident letter"
        ordering = ["-pk"]
        default_permissions = ("view",)
        constraints = [
            within_choices(
                "incident_message_purpose",
                "purpose",
                ["declared", "notice", "update", "due_soon", "missed", "escalation", "resolved", "review"],
            )
        ]
        indexes = [
            models.Index(fields=["id"], name="incident_message_unnoted", condition=Q(noted_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.message}"
