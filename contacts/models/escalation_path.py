"""Who is told next while nobody acknowledges (runbook, Escalation Path)."""

from datetime import timedelta

from django.db import models

from contacts.models.contact import Contact


class EscalationPath(models.Model):
    """An ordered list of levels; severity policies name the path they use."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100, unique=True)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class EscalationLevel(models.Model):
    """One step of a path."""

    path = models.ForeignKey(EscalationPath, models.CASCADE, related_name="levels")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    delay = models.DurationField(default=timedelta, help_text="After declaration, as hours:minutes:seconds.")
    is_on_call = models.BooleanField("whoever is on call", default=False)
    contacts = models.ManyToManyField(
        Contact,
        blank=True,
        related_name="escalation_levels",
        help_text="With nobody here, the level falls to on call.",
    )

    class Meta:
        ordering = ["path", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["path", "number"],
                name="escalation_level_once",
                violation_error_message="This path already has a level with that number.",
            )
        ]

    def __str__(self) -> str:
        return f"Level {self.number}: {self.name}"
