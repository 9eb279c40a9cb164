"""The runbook's three message templates, with a fixed set of placeholders."""

import re
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import models

from portal.common.constraints import within_choices

PLACEHOLDERS = {
    "severity": "SEV-1 … SEV-4",
    "number": "the incident's number",
    "title": "the incident's title",
    "started_at": "when it started",
    "affected_systems": "the systems affected",
    "impact": "who is impacted, and how",
    "status": "the current status",
    "next_update_at": "when the next update is due",
    "progress": "what has been done",
    "next_steps": "what happens next",
    "eta": "the estimated time of resolution",
    "resolution_time": "how long it took to resolve",
    "root_cause": "the cause in short",
    "actions_taken": "what was done",
    "post_mortem_url": "where the post-mortem is",
}
PLACEHOLDER = re.compile(r"\{(\w*)\}")


def validate_placeholders(value: str) -> None:
    unknown = sorted(set(PLACEHOLDER.findall(value)) - set(PLACEHOLDERS))
    if unknown:
        raise ValidationError(
            f"{', '.join('{' + name + '}' for name in unknown)} is no placeholder. "
            f"Use: {', '.join('{' + name + '}' for name in PLACEHOLDERS)}."
        )


class MessageTemplate(models.Model):
    """Text with ``{placeholders}``; never run through a template engine."""

    class Kind(models.TextChoices):
        INITIAL = "initial", "Initial notification"
        UPDATE = "update", "Status update"
        RESOLUTION = "resolution", "Resolution notification"

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=12, choices=Kind.choices, unique=True)
    subject = models.CharField(max_length=150, validators=[validate_placeholders])
    body = models.TextField(validators=[validate_placeholders])

    class Meta:
        ordering = ["pk"]
        constraints = [within_choices("template_kind", "kind", ["initial", "update", "resolution"])]

    def __str__(self) -> str:
        return self.name

    def render(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Subject and body with every placeholder replaced; what is unknown reads as an em dash."""

        def fill(match: re.Match[str]) -> str:
            return values.get(match[1]) or "—"

        return PLACEHOLDER.sub(fill, self.subject), PLACEHOLDER.sub(fill, self.body)
