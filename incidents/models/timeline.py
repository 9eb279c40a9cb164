"""What happened, in order: the timeline and the corrections behind it."""

from django.conf import settings
from django.db import models

from incidents.models.incident import Incident
from incidents.models.severity_policy import SeverityPolicy
from portal.common.append_only import AppendOnly, KeptQuerySet
from portal.common.constraints import within_choices


class TimelineEntry(AppendOnly):
    """One thing that happened; written in the transaction of the change it tells of."""

    class Kind(models.TextChoices):
        DECLARED = "declared", "Declared"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        STATUS = "status", "Status"
        MILESTONE = "milestone", "Correction"
        SEVERITY = "severity", "Severity"
        ROLE = "role", "Role"
        UPDATE = "update", "Update"
        NOTICE = "notice", "Notice"
        PROMISE = "promise", "Promise"
        ESCALATION = "escalation", "Escalation"
        LETTER = "letter", "Letter"
        REVIEW = "review", "Review"
        ACTION_ITEM = "action_item", "Action item"
        TASK = "task", "Task"
        NOTE = "note", "Note"

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="timeline")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    at = models.DateTimeField(help_text="When it happened.")
    recorded_at = models.DateTimeField(help_text="When it was written down.")
    text = models.TextField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="timeline_entries",
        help_text="Empty: the portal itself.",
    )

    objects = KeptQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "timeline"
        ordering = ["-at", "-pk"]
        default_permissions = ("view", "add")
        constraints = [
            within_choices(
                "timeline_kind",
                "kind",
                [
                    "declared",
                    "acknowledged",
                    "status",
                    "milestone",
                    "severity",
                    "role",
                    "update",
                    "notice",
                    "promise",
                    "escalation",
                    "letter",
                    "review",
                    "action_item",
                    "task",
                    "note",
                ],
            )
        ]
        indexes = [models.Index(fields=["incident", "-at", "-id"], name="timeline_feed")]

    def __str__(self) -> str:
        return self.text[:80]


class MilestoneChange(AppendOnly):
    """A milestone was set, corrected or archived: the old value, who, when and why."""

    class Source(models.TextChoices):
        RECORDED = "recorded", "Recorded as it happened"
        REPORTED = "reported", "Reported when declaring"
        ASSUMED = "assumed", "Assumed"
        CORRECTED = "corrected", "Corrected"
        REOPENED = "reopened", "Archived by reopening"

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="milestone_changes")
    milestone = models.CharField(max_length=20, choices=Incident.Milestone.choices)
    old_value = models.DateTimeField(null=True, blank=True)
    new_value = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    reason = models.TextField(blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="milestone_changes"
    )

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        default_permissions = ("view",)
        constraints = [
            within_choices("milestone_source", "source", ["recorded", "reported", "assumed", "corrected", "reopened"]),
            within_choices("milestone_name", "milestone", Incident.Milestone.values),
        ]

    def __str__(self) -> str:
        return f"{self.get_milestone_display()}: {self.get_source_display().lower()}"


class SeverityChange(AppendOnly):
    """From one severity to another; the first row, without a before, is the declaration."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="severity_changes")
    from_severity = models.ForeignKey(SeverityPolicy, models.PROTECT, null=True, blank=True, related_name="+")
    to_severity = models.ForeignKey(SeverityPolicy, models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="severity_changes"
    )

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ["changed_at", "pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.from_severity or 'Declared'} → {self.to_severity}"
