"""The ledger of promises: what the runbook says will be done by when, and whether it was."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When

from incidents.models.incident import Incident
from portal.common.append_only import Kept, KeptQuerySet
from portal.common.constraints import both_or_neither, within_choices

#: Can still be kept: not kept, not waived, not superseded.
UNSETTLED = Q(kept_at__isnull=True, waived_at__isnull=True, superseded_at__isnull=True)


class DeadlineQuerySet(KeptQuerySet["Deadline"]):
    """Words for choosing promises."""

    def unsettled(self) -> Self:
        """Can still be kept, be it late."""
        return self.filter(UNSETTLED)

    def open(self) -> Self:
        """Neither kept nor broken nor laid down."""
        return self.filter(UNSETTLED, breached_at__isnull=True)

    def overdue(self, *, at: datetime) -> Self:
        """Open, and past due: kept exactly at its due time is kept."""
        return self.open().filter(due_at__lt=at)

    def due_soon(self, *, at: datetime) -> Self:
        """Open, not yet warned about, and within the warning's lead."""
        return self.open().filter(warned_at__isnull=True, warn_at__lte=at, due_at__gte=at)

    def missed(self) -> Self:
        """Broken and not made good since."""
        return self.filter(breached_at__isnull=False, kept_at__isnull=True, waived_at__isnull=True)

    def with_verdict(self) -> Self:
        """Adds ``verdict_now``, so that lists can filter and sort by the verdict."""
        verdict = Deadline.Verdict
        return self.annotate(
            verdict_now=Case(
                When(kept_at__lte=F("due_at"), then=Value(verdict.MET.value)),
                When(kept_at__isnull=False, then=Value(verdict.MET_LATE.value)),
                When(waived_at__isnull=False, then=Value(verdict.WAIVED.value)),
                When(breached_at__isnull=False, then=Value(verdict.MISSED.value)),
                When(superseded_at__isnull=False, then=Value(verdict.SUPERSEDED.value)),
                default=Value(verdict.OPEN.value),
            )
        )


class Deadline(Kept):
    """One promise on one incident. Decided once, by compare-and-swap, in ``incidents.deadlines``."""

    class Kind(models.TextChoices):
        ACKNOWLEDGE = "acknowledge", "Acknowledge"
        RESTORE = "restore", "Restore service"
        STATUS_UPDATE = "status_update", "Status update"
        STAKEHOLDER_NOTICE = "stakeholder_notice", "Stakeholder notice"
        REVIEW = "review", "Review meeting held"
        POST_MORTEM = "post_mortem", "Post-mortem published"

    class Verdict(models.TextChoices):
        OPEN = "open", "Open"
        MET = "met", "Met"
        MET_LATE = "met_late", "Met late"
        MISSED = "missed", "Missed"
        WAIVED = "waived", "Waived"
        SUPERSEDED = "superseded", "Superseded"

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="deadlines")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    label = models.CharField(max_length=150, blank=True, help_text="For whom, where the kind alone does not say it.")
    epoch = models.PositiveIntegerField(default=0)
    sequence = models.PositiveIntegerField(default=0)
    clock_started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    warn_at = models.DateTimeField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(
        null=True, blank=True, help_text="The moment the promise broke: its due time, or an earlier end of its chance."
    )
    noticed_at = models.DateTimeField(null=True, blank=True, help_text="When the portal noticed that it broke.")
    first_verdict = models.CharField(max_length=8, blank=True, help_text="Met or missed; never rewritten.")
    kept_at = models.DateTimeField(null=True, blank=True)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    waived_at = models.DateTimeField(null=True, blank=True)
    waived_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    waive_reason = models.TextField(blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    superseded_reason = models.CharField(max_length=200, blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = "promise"
        ordering = ["due_at", "pk"]
        default_permissions = ("view",)
        constraints = [
            within_choices(
                "deadline_kind",
                "kind",
                ["acknowledge", "restore", "status_update", "stakeholder_notice", "review", "post_mortem"],
            ),
            models.UniqueConstraint(fields=["incident", "kind", "epoch", "sequence"], name="deadline_once"),
            both_or_neither("deadline_waiver", "waived_at", "waived_by", "A waiver needs a person and a time."),
            both_or_neither("deadline_breach", "breached_at", "noticed_at", "A breach has both its times."),
            models.CheckConstraint(
                name="deadline_first_verdict", condition=Q(first_verdict__in=["", "met", "missed"])
            ),
            models.CheckConstraint(
                name="deadline_waiver_has_reason", condition=Q(waived_at__isnull=True) | ~Q(waive_reason="")
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="deadline_open", condition=UNSETTLED & Q(breached_at__isnull=True)),
            models.Index(
                fields=["warn_at"],
                name="deadline_to_warn",
                condition=UNSETTLED & Q(breached_at__isnull=True, warned_at__isnull=True),
            ),
            models.Index(fields=["kind", "due_at"], name="deadline_unsettled", condition=UNSETTLED),
            models.Index(fields=["kind", "due_at"], name="deadline_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.label}" if self.label else self.get_kind_display()

    @property
    def is_unsettled(self) -> bool:
        return self.kept_at is None and self.waived_at is None and self.superseded_at is None

    @property
    def verdict(self) -> "Deadline.Verdict":
        """The current verdict; the same comparison (kept <= due) serves the KPIs."""
        if self.kept_at is not None:
            return self.Verdict.MET if self.kept_at <= self.due_at else self.Verdict.MET_LATE
        if self.waived_at is not None:
            return self.Verdict.WAIVED
        if self.breached_at is not None:
            return self.Verdict.MISSED
        return self.Verdict.OPEN if self.superseded_at is None else self.Verdict.SUPERSEDED
