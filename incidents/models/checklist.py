"""The runbook's lists: checklists, agenda, attendees, sections, distribution."""

from django.db import models

from incidents.models.settler import Settler
from portal.common.constraints import within_choices


class Checklist(models.Model):
    """A named list of entries."""

    class Kind(models.TextChoices):
        PREPARATION = "preparation", "Before: preparation"
        RESPONSE = "response", "During: response"
        POST_INCIDENT = "post_incident", "After: post-incident"
        CUSTOMER_IMPACT = "customer_impact", "Customer impact assessment"
        PUBLIC_COMMUNICATION = "public_communication", "Public communication"
        REVIEW_AGENDA = "review_agenda", "Review: agenda"
        REVIEW_ATTENDEES = "review_attendees", "Review: attendees"
        POST_MORTEM_SECTIONS = "post_mortem_sections", "Post-mortem: sections"
        DISTRIBUTION = "distribution", "Post-mortem: distribution"
        ACTION_ITEM_FIELDS = "action_item_fields", "Action item: fields"
        FOLLOW_UP_STEPS = "follow_up_steps", "Follow-up: steps"

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=24, choices=Kind.choices)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            within_choices(
                "checklist_kind",
                "kind",
                [
                    "preparation",
                    "response",
                    "post_incident",
                    "customer_impact",
                    "public_communication",
                    "review_agenda",
                    "review_attendees",
                    "post_mortem_sections",
                    "distribution",
                    "action_item_fields",
                    "follow_up_steps",
                ],
            )
        ]

    def __str__(self) -> str:
        return self.name


class ChecklistEntry(models.Model):
    """One line of a list."""

    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="entries")
    key = models.SlugField(max_length=80)
    text = models.CharField(max_length=200)
    guidance = models.TextField(blank=True)
    settler = models.CharField(
        max_length=24,
        choices=Settler.choices,
        blank=True,
        help_text="What the record shows need not be ticked.",
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "checklist entries"
        ordering = ["checklist", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["checklist", "key"],
                name="checklist_entry_once",
                violation_error_message="This list already has an entry with that key.",
            ),
            within_choices("entry_settler", "settler", ["", *Settler.values]),
        ]

    def __str__(self) -> str:
        return self.text
