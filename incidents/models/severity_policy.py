"""Severity levels and what each promises (runbook, Incident Classification)."""

from django.core.exceptions import ValidationError
from django.db import models

from contacts.models import EscalationPath
from incidents.models.targets import PromiseTargets
from portal.common.constraints import positive


class SeverityPolicy(PromiseTargets):
    """One severity: its impact in words, its examples, its targets."""

    code = models.CharField(max_length=12, unique=True, help_text="As people say it: SEV-1.")
    rank = models.PositiveSmallIntegerField(unique=True, help_text="1 is the most severe.")
    name = models.CharField(max_length=40)
    tagline = models.CharField(max_length=100, blank=True)
    system_impact = models.TextField(blank=True)
    business_impact = models.TextField(blank=True)
    examples = models.JSONField(default=list, blank=True)
    escalation_path = models.ForeignKey(
        EscalationPath, models.SET_NULL, null=True, blank=True, related_name="severity_policies"
    )
    escalate_up_to_level = models.PositiveSmallIntegerField(
        default=0, help_text="How far the path goes for this severity; 0: nobody is escalated to."
    )
    escalates_by_own_targets = models.BooleanField(
        "escalation timed by own targets",
        default=False,
        help_text="Level 2 fires when the acknowledge target has passed, level 3 after twice that, and so on, "
        "instead of after the path's own delays.",
    )

    class Meta:
        verbose_name = "severity"
        verbose_name_plural = "severities"
        ordering = ["rank"]
        constraints = [positive("severity_rank_positive", "rank", "The rank starts at 1.")]

    def __str__(self) -> str:
        return f"{self.code} ({self.name})"

    def clean(self) -> None:
        for name in self.TARGETS[:5]:
            value = getattr(self, name)
            if value is not None and value.total_seconds() <= 0:
                raise ValidationError({name: "A target is longer than nothing; leave it empty for no promise."})
        if self.warn_before is not None and self.warn_before.total_seconds() < 0:
            raise ValidationError({"warn_before": "A warning comes before the due time: give a positive length."})
        if self.escalates_by_own_targets and not self.acknowledge_within:
            raise ValidationError({"escalates_by_own_targets": "This needs an acknowledge target to count from."})
