"""What to do, in order: response phases, recovery and incident-specific procedures."""

from django.db import models

from incidents.models.category import Category
from incidents.models.settler import Settler
from incidents.models.severity_policy import SeverityPolicy
from portal.common.constraints import within_choices


class Procedure(models.Model):
    """An ordered list of steps."""

    class Kind(models.TextChoices):
        PHASE = "phase", "Response phase"
        RECOVERY = "recovery", "Recovery procedure"
        INCIDENT = "incident", "Incident-specific procedure"

    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, related_name="procedures")
    severities = models.ManyToManyField(
        SeverityPolicy,
        blank=True,
        related_name="procedures",
        help_text="Attached to incidents of these severities only; none chosen: of every severity.",
    )
    summary = models.TextField(blank=True)
    window_starts = models.DurationField(
        null=True, blank=True, help_text="Expected from, after detection (phases only)."
    )
    window_ends = models.DurationField(null=True, blank=True, help_text="Expected until; empty: open-ended.")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["kind", "position", "name"]
        constraints = [within_choices("procedure_kind", "kind", ["phase", "recovery", "incident"])]

    def __str__(self) -> str:
        return self.name


class ProcedureStep(models.Model):
    """One step, perhaps with a command to run; steps below it carry its number and a dot."""

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="steps")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="sub_steps")
    number = models.CharField(max_length=12, help_text="Such as 2.1.")
    text = models.TextField()
    command = models.TextField(blank=True, help_text="Shown to be copied; the portal never runs it.")
    settler = models.CharField(
        max_length=24,
        choices=Settler.choices,
        blank=True,
        help_text="What the record shows need not be ticked.",
    )
    is_before_declaration = models.BooleanField(
        "only before declaration", default=False, help_text="Not copied to incidents, as these have been declared."
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["procedure", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "number"],
                name="step_number_once",
                violation_error_message="This procedure already has a step with that number.",
            ),
            within_choices("step_settler", "settler", ["", *Settler.values]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text}"

    @property
    def depth(self) -> int:
        return self.number.count(".")
