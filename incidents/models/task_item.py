"""What is to be done on one incident: steps, checklist entries and duties, copied from the runbook."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from contacts.models import ResponseRole
from incidents.models.incident import Incident
from incidents.models.settler import Settler
from portal.common.append_only import Kept, KeptQuerySet
from portal.common.constraints import both_or_neither, within_choices


class TaskItemQuerySet(KeptQuerySet["TaskItem"]):
    """Words for choosing tasks."""

    def open(self) -> Self:
        """Neither ticked nor skipped by a person; a fact of the incident may have settled it all the same."""
        return self.filter(done_at__isnull=True, skipped_at__isnull=True)

    def steps(self) -> Self:
        """What can be ticked: headings are done when what stands below them is."""
        return self.filter(is_heading=False)


class TaskItem(Kept):
    """One line to be ticked or skipped; the words are those of the runbook when it was copied."""

    class Kind(models.TextChoices):
        PHASE = "phase", "Response phase"
        PROCEDURE = "procedure", "Procedure"
        CHECKLIST = "checklist", "Checklist"
        DUTY = "duty", "Duty of a role"

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    source = models.CharField(max_length=80, help_text="Key of the procedure, checklist or role it was copied from.")
    group = models.CharField(max_length=120, help_text="The procedure, checklist or role in words.")
    role = models.ForeignKey(ResponseRole, models.PROTECT, null=True, blank=True, related_name="tasks")
    number = models.CharField(max_length=12, blank=True)
    position = models.PositiveIntegerField()
    is_heading = models.BooleanField(default=False)
    text = models.TextField()
    guidance = models.TextField(blank=True)
    command = models.TextField(blank=True)
    settler = models.CharField(max_length=24, choices=Settler.choices, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="tasks_done"
    )
    result = models.TextField(blank=True)
    skipped_at = models.DateTimeField(null=True, blank=True)
    skipped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="tasks_skipped"
    )
    skip_reason = models.TextField(blank=True)

    objects = TaskItemQuerySet.as_manager()

    class Meta:
        verbose_name = "task"
        ordering = ["position", "pk"]
        default_permissions = ("view",)
        constraints = [
            within_choices("task_kind", "kind", ["phase", "procedure", "checklist", "duty"]),
            within_choices("task_settler", "settler", ["", *Settler.values]),
            models.UniqueConstraint(fields=["incident", "kind", "source", "position"], name="task_once"),
            both_or_neither("task_done", "done_at", "done_by", "Whoever did it did it at a time."),
            both_or_neither("task_skipped", "skipped_at", "skipped_by", "Whoever skipped it did so at a time."),
            models.CheckConstraint(
                name="task_done_or_skipped",
                condition=Q(done_at__isnull=True) | Q(skipped_at__isnull=True),
                violation_error_message="A task is done or skipped, not both.",
            ),
            models.CheckConstraint(
                name="task_skipped_for_a_reason",
                condition=Q(skipped_at__isnull=True) | ~Q(skip_reason=""),
                violation_error_message="Say why it was skipped.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text}".strip()

    @property
    def depth(self) -> int:
        return self.number.count(".")
