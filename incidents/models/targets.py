"""The figures a severity promises, on the policy and, copied, on each incident."""

from datetime import timedelta
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models

from portal.common.wall_clock import in_words

REQUIRABLE_FIELDS = {
    "category": "Category",
    "affected_systems": "Affected systems",
    "summary": "What is affected",
    "impact": "Who is impacted",
    "scope": "Scope",
    "customer_impact": "Customer impact",
    "root_cause": "Root cause",
    "actions_taken": "Actions taken",
}


def validate_required_fields(value: object) -> None:
    if not isinstance(value, list) or not set(value) <= set(REQUIRABLE_FIELDS):
        raise ValidationError(f"Choose among: {', '.join(REQUIRABLE_FIELDS)}.")


class PromiseTargets(models.Model):
    """Durations within which things are promised; empty means no promise."""

    acknowledge_within = models.DurationField(null=True, blank=True, help_text="From detection.")
    restore_within = models.DurationField(null=True, blank=True, help_text="From detection.")
    update_every = models.DurationField(null=True, blank=True, help_text="Between status updates, until resolved.")
    review_within = models.DurationField(null=True, blank=True, help_text="From resolution to the review meeting.")
    post_mortem_within = models.DurationField(null=True, blank=True, help_text="From resolution to publication.")
    warn_before = models.DurationField(
        null=True, blank=True, help_text="How long before it is due to warn; empty: a third of the window."
    )
    required_fields = models.JSONField(
        default=list, blank=True, validators=[validate_required_fields], help_text="Must be filled before closing."
    )

    TARGETS = (
        "acknowledge_within",
        "restore_within",
        "update_every",
        "review_within",
        "post_mortem_within",
        "warn_before",
        "required_fields",
    )

    class Meta:
        abstract = True

    def copy_targets_from(self, source: "PromiseTargets") -> Self:
        """Take over every figure, so that later edits of ``source`` change nothing here."""
        for name in self.TARGETS:
            setattr(self, name, getattr(source, name))
        return self

    def promises_in_words(self) -> list[str]:
        """What is promised, for somebody who chooses: ``acknowledge within 15 min``."""
        said = {
            "acknowledge within": self.acknowledge_within,
            "restore within": self.restore_within,
            "update every": self.update_every,
            "review within": self.review_within,
            "post-mortem within": self.post_mortem_within,
        }
        return [f"{what} {in_words(length)}" for what, length in said.items() if length is not None]

    def warning_lead(self, window: timedelta) -> timedelta:
        """How long before the end of ``window`` people are warned; never longer than the window."""
        return window / 3 if self.warn_before is None else min(self.warn_before, window)
