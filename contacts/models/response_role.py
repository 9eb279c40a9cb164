"""The roles of the incident response team (runbook, Roles and Responsibilities)."""

from django.db import models


class ResponseRole(models.Model):
    """A role that somebody holds on an incident."""

    class Code(models.TextChoices):
        """The three leading roles, which letters and permissions know by name."""

        COMMANDER = "IC", "Incident Commander"
        TECHNICAL_LEAD = "TL", "Technical Lead"
        COMMUNICATIONS_LEAD = "CL", "Communications Lead"

    code = models.SlugField(max_length=12, unique=True, help_text="Short form, such as IC.")
    name = models.CharField(max_length=60, unique=True)
    is_lead = models.BooleanField("leading role", default=False)
    summary = models.TextField(blank=True)
    responsibilities = models.JSONField(default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name
