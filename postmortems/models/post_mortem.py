"""The written record with eight sections (runbook, Post-Mortem Documentation)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from contacts.models import Contact
from incidents.models import Deadline, Incident
from portal.common.append_only import Kept, KeptQuerySet
from portal.common.constraints import both_or_neither, within_choices


class PostMortem(Kept):
    """One per incident, opened when it is resolved, published when all eight sections are written."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    #: Field names in the runbook's order; the headings are the fields' verbose names.
    SECTIONS = (
        "executive_summary",
        "incident_timeline",
        "root_cause_analysis",
        "impact_assessment",
        "response_actions",
        "lessons_learned",
        "action_items_summary",
        "prevention_measures",
    )

    incident = models.OneToOneField(Incident, models.PROTECT, related_name="post_mortem")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    owner = models.ForeignKey(
        Contact, models.PROTECT, null=True, blank=True, related_name="post_mortems", help_text="Who writes it."
    )
    deadline = models.OneToOneField(
        Deadline, models.PROTECT, null=True, blank=True, related_name="post_mortem", verbose_name="promise"
    )
    executive_summary = models.TextField(
        blank=True, help_text="What happened, whom it hurt and where things stand, for a reader with one minute."
    )
    incident_timeline = models.TextField(blank=True, help_text="The moments that mattered, with their times.")
    root_cause_analysis = models.TextField(
        blank=True, help_text="What made this possible. Systems and decisions, not names."
    )
    impact_assessment = models.TextField(blank=True, help_text="Who could not do what, for how long, in figures.")
    response_actions = models.TextField(blank=True, help_text="What was done, and what helped.")
    lessons_learned = models.TextField(blank=True, help_text="What went well, what did not, where luck helped.")
    action_items_summary = models.TextField(
        "action items", blank=True, help_text="In words; the items themselves are tracked below."
    )
    prevention_measures = models.TextField(blank=True, help_text="What keeps it from happening again.")
    opened_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="post_mortems_published"
    )

    objects = KeptQuerySet.as_manager()

    class Meta:
        verbose_name = "post-mortem"
        ordering = ["-pk"]
        default_permissions = ("view", "change")
        permissions = [("publish_postmortem", "Can publish post-mortems")]
        constraints = [
            within_choices("post_mortem_status", "status", ["draft", "published"]),
            both_or_neither(
                "post_mortem_publication", "published_at", "published_by", "Publication has a person and a time."
            ),
            models.CheckConstraint(
                name="post_mortem_published_has_time", condition=~Q(status="published") | Q(published_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"Post-mortem of {self.incident.number}"

    def get_absolute_url(self) -> str:
        return reverse("admin:postmortems_postmortem_change", args=[self.pk])

    def missing_sections(self) -> list[str]:
        """Headings of the sections that are still empty, in order."""
        fields = {field.name: field for field in self._meta.get_fields() if isinstance(field, models.Field)}
        return [
            str(fields[name].verbose_name).capitalize() for name in self.SECTIONS if not getattr(self, name).strip()
        ]
