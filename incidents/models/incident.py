"""The incident: a declared event with its status, milestones and copied targets."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from contacts.models import Contact, ResponseRole
from incidents.models.affected_system import AffectedSystem
from incidents.models.category import Category
from incidents.models.severity_policy import SeverityPolicy
from incidents.models.targets import REQUIRABLE_FIELDS, PromiseTargets
from portal.common.append_only import Kept, KeptQuerySet
from portal.common.constraints import not_before, within_choices


class InvalidTransition(Exception):
    """The incident's state does not allow the verb; the text says why and is fit for people."""


class IncidentQuerySet(KeptQuerySet["Incident"]):
    """Words for choosing incidents."""

    def ongoing(self) -> "IncidentQuerySet":
        """Not yet resolved."""
        return self.filter(status__in=Incident.ONGOING)

    def resolved(self) -> "IncidentQuerySet":
        """Resolved or closed as a real incident."""
        return self.filter(resolved_at__isnull=False, outcome=Incident.Outcome.CONFIRMED)


class Incident(PromiseTargets, Kept):
    """A declared event. Its times are milestones; verbs in ``incidents.lifecycle`` change it."""

    class Status(models.TextChoices):
        INVESTIGATING = "investigating", "Investigating"
        CONTAINED = "contained", "Contained"
        RECOVERING = "recovering", "Recovering"
        RESOLVED = "resolved", "Resolved"
        CLOSED = "closed", "Closed"

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", "Incident"
        FALSE_ALARM = "false_alarm", "False alarm"
        DUPLICATE = "duplicate", "Duplicate"

    class Milestone(models.TextChoices):
        """In the order in which they must happen, save for the acknowledgement."""

        IMPACT_STARTED = "impact_started_at", "Impact started"
        DETECTED = "detected_at", "Detected"
        DECLARED = "declared_at", "Declared"
        ACKNOWLEDGED = "acknowledged_at", "Acknowledged"
        CONTAINED = "contained_at", "Contained"
        RESTORED = "restored_at", "Restored"
        RESOLVED = "resolved_at", "Resolved"
        CLOSED = "closed_at", "Closed"

    ONGOING = (Status.INVESTIGATING, Status.CONTAINED, Status.RECOVERING)

    #: The only place that says which verb is allowed in which status, and where it leads.
    TRANSITIONS: dict[str, tuple[tuple[Status, ...], Status | None]] = {
        "acknowledge": (ONGOING, None),
        "post_update": (ONGOING, None),
        "assign_role": ((*ONGOING, Status.RESOLVED), None),
        "change_severity": ((*ONGOING, Status.RESOLVED), None),
        "escalate": (ONGOING, None),
        "contain": ((Status.INVESTIGATING,), Status.CONTAINED),
        "start_recovery": ((Status.INVESTIGATING, Status.CONTAINED), Status.RECOVERING),
        "restore": (ONGOING, Status.RECOVERING),
        "resolve": (ONGOING, Status.RESOLVED),
        "close": ((Status.RESOLVED,), Status.CLOSED),
        "withdraw": (ONGOING, Status.CLOSED),
        "reopen": ((Status.RESOLVED, Status.CLOSED), Status.INVESTIGATING),
    }

    number = models.CharField(max_length=20, unique=True, editable=False)
    title = models.CharField(max_length=200)
    severity = models.ForeignKey(SeverityPolicy, models.PROTECT, related_name="incidents")
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="incidents")
    affected_systems = models.ManyToManyField(AffectedSystem, blank=True, related_name="incidents")
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.INVESTIGATING)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.CONFIRMED)
    duplicate_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="duplicates")
    is_drill = models.BooleanField("drill", default=False, help_text="Practice: letters say DRILL, KPIs leave it out.")
    is_imported = models.BooleanField("imported", default=False)
    is_demo = models.BooleanField("demo", default=False)
    provenance = models.TextField(blank=True, help_text="Where the facts come from, and what was made up.")

    summary = models.TextField("what is affected", blank=True)
    impact = models.TextField("who is impacted", blank=True)
    scope = models.TextField(blank=True)
    customer_impact = models.TextField(
        blank=True, help_text="Which customers are affected, how badly, for how long. Internal."
    )
    customers_affected = models.PositiveIntegerField(null=True, blank=True)
    root_cause = models.TextField(blank=True, help_text="The cause in a sentence or two.")
    actions_taken = models.TextField(blank=True)
    eta_at = models.DateTimeField("estimated resolution", null=True, blank=True)

    impact_started_at = models.DateTimeField(null=True, blank=True)
    detected_at = models.DateTimeField(null=True, blank=True)
    declared_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    contained_at = models.DateTimeField(null=True, blank=True)
    restored_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    is_restored_assumed = models.BooleanField(
        "restored time assumed", default=False, help_text="Resolved without a time of restoration: taken as that time."
    )
    epoch = models.PositiveIntegerField(default=0, editable=False, help_text="Grows when promises start anew.")
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="acknowledged"
    )

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        default_permissions = ("view", "change")
        permissions = [
            ("declare_incident", "Can declare incidents"),
            ("respond_incident", "Can acknowledge, add to the timeline and escalate"),
            ("command_incident", "Can command: severity, roles, resolve, reopen, waive, close"),
            ("communicate_incident", "Can post updates to stakeholders"),
        ]
        constraints = [
            within_choices(
                "incident_status", "status", ["investigating", "contained", "recovering", "resolved", "closed"]
            ),
            within_choices("incident_outcome", "outcome", ["confirmed", "false_alarm", "duplicate"]),
            not_before("incident_t1", "detected_at", "impact_started_at", "It was detected before it started."),
            not_before("incident_t2", "declared_at", "detected_at", "It was declared before it was detected."),
            not_before("incident_t3", "acknowledged_at", "detected_at", "It was acknowledged before it was detected."),
            not_before("incident_t5", "restored_at", "detected_at", "It was restored before it was detected."),
            not_before("incident_t6", "resolved_at", "restored_at", "It was resolved before it was restored."),
            not_before("incident_t7", "closed_at", "resolved_at", "It was closed before it was resolved."),
            models.CheckConstraint(
                name="incident_resolved_has_time",
                condition=~Q(status="resolved") | Q(resolved_at__isnull=False),
                violation_error_message="A resolved incident needs the time of its resolution.",
            ),
            models.CheckConstraint(
                name="incident_duplicate_names_other",
                condition=(Q(outcome="duplicate") & Q(duplicate_of__isnull=False))
                | (~Q(outcome="duplicate") & Q(duplicate_of__isnull=True)),
                violation_error_message="A duplicate names the incident it repeats, and only a duplicate does.",
            ),
            models.CheckConstraint(
                name="incident_not_its_own_duplicate",
                condition=Q(duplicate_of__isnull=True) | ~Q(duplicate_of=F("pk")),
                violation_error_message="An incident cannot be a duplicate of itself.",
            ),
        ]
        indexes = [
            models.Index(fields=["declared_at"], name="incident_by_declared"),
            models.Index(
                fields=["severity"],
                name="incident_ongoing",
                condition=Q(status__in=["investigating", "contained", "recovering"]),
            ),
            models.Index(fields=["resolved_at"], name="incident_by_resolved", condition=Q(resolved_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}{' (demo)' if self.is_demo else ''}"

    def get_absolute_url(self) -> str:
        return reverse("admin:incidents_incident_change", args=[self.pk])

    @property
    def is_ongoing(self) -> bool:
        return self.status in self.ONGOING

    @property
    def label(self) -> str:
        """What every letter's subject starts with: severity, number and, if so, that it is a drill."""
        return f"{'DRILL ' if self.is_drill else ''}[{self.severity.code}] {self.number}"

    def allows(self, verb: str) -> bool:
        return self.status in self.TRANSITIONS[verb][0]

    def require(self, verb: str) -> None:
        """Raise :class:`InvalidTransition` unless the status allows ``verb``."""
        if not self.allows(verb):
            allowed = " or ".join(status.label.lower() for status in self.TRANSITIONS[verb][0])
            raise InvalidTransition(
                f"{self.number} is {self.get_status_display().lower()}: "
                f"“{verb.replace('_', ' ')}” is possible only while it is {allowed}."
            )

    def missing_fields(self) -> list[str]:
        """Labels of the required fields that are still empty."""
        missing = []
        for name in self.required_fields:
            value = self.affected_systems.exists() if name == "affected_systems" else getattr(self, name)
            if not value:
                missing.append(REQUIRABLE_FIELDS[name])
        return missing

    def elapsed(self, *, at: datetime) -> timedelta:
        """From the start of impact, or detection, until it was resolved or ``at``."""
        started = self.impact_started_at or self.detected_at or self.declared_at or at
        return (self.resolved_at or at) - started


class IncidentCounter(models.Model):
    """The last number given out in a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"

    @classmethod
    def next_number(cls, *, at: datetime) -> str:
        """``INC-2026-0001``; inside the caller's transaction, so that numbers have no gaps."""
        cls.objects.get_or_create(year=at.year)
        cls.objects.filter(year=at.year).update(last=F("last") + 1)
        return f"INC-{at.year}-{cls.objects.get(year=at.year).last:04d}"


class RoleAssignment(Kept):
    """Who holds a role on an incident, from when until when."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="role_assignments")
    role = models.ForeignKey(ResponseRole, models.PROTECT, related_name="assignments")
    holder = models.ForeignKey(Contact, models.PROTECT, related_name="role_assignments")
    assigned_at = models.DateTimeField()
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="roles_assigned"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ["role__position", "-assigned_at"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "role"],
                condition=Q(ended_at__isnull=True),
                name="role_held_once",
                violation_error_message="Somebody already holds this role on this incident.",
            ),
            not_before("role_order", "ended_at", "assigned_at", "The role ends before it was assigned."),
        ]

    def __str__(self) -> str:
        return f"{self.role.code}: {self.holder}"
