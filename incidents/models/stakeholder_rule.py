"""Who is told of which severity, by when (runbook, Stakeholder Notifications)."""

from django.db import models
from django.db.models import Q

from contacts.models import Audience
from incidents.models.severity_policy import SeverityPolicy


class StakeholderRule(models.Model):
    """One line of the runbook's list."""

    key = models.SlugField(max_length=60, unique=True)
    severity = models.ForeignKey(SeverityPolicy, models.CASCADE, related_name="stakeholder_rules")
    audience = models.ForeignKey(Audience, models.PROTECT, null=True, blank=True, related_name="stakeholder_rules")
    within = models.DurationField(null=True, blank=True, help_text="From declaration.")
    is_immediate = models.BooleanField("at once", default=False)
    to_affected_teams = models.BooleanField(
        "to affected teams", default=False, help_text="Also tells the teams of the affected systems."
    )
    is_documented_only = models.BooleanField("documented only", default=False, help_text="Nobody is told.")
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["severity", "pk"]
        constraints = [
            models.CheckConstraint(
                name="rule_tells_somebody",
                condition=Q(is_documented_only=True) | Q(audience__isnull=False, within__isnull=False),
                violation_error_message="Name an audience and a time, or mark the rule as documented only.",
            ),
            models.UniqueConstraint(
                fields=["severity", "audience"],
                name="rule_once",
                violation_error_message="This severity tells that audience already.",
            ),
        ]

    def __str__(self) -> str:
        told = self.audience.name if self.audience else "documented only"
        return f"{self.severity.code}: {told}"
