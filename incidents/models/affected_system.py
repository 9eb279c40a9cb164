"""The systems an incident may affect."""

from django.db import models

from contacts.models import EscalationPath, Team


class AffectedSystem(models.Model):
    """A system that people depend on, and the team that runs it."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100, unique=True)
    description = models.TextField(blank=True)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="systems")
    escalation_path = models.ForeignKey(
        EscalationPath,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="systems",
        help_text="Takes the place of the severity's path when this system is affected.",
    )
    is_active = models.BooleanField("active", default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
