"""Whoever can be reached: a person, a team's mailbox or an external party."""

from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from contacts.models.team import Team
from portal.common.constraints import both_or_neither, not_before, within_choices
from portal.common.within_reason import validate_year


def validate_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(f"“{value}” is not a time zone. Use a name such as Europe/Berlin or UTC.")


class ContactQuerySet(models.QuerySet["Contact"]):
    """Words for choosing contacts."""

    def reachable(self) -> "ContactQuerySet":
        """Letters to them really go out: active, with an address of their own."""
        return self.filter(is_active=True, is_placeholder=False).exclude(email="")

    def placeholders(self) -> "ContactQuerySet":
        return self.filter(is_placeholder=True)


class Contact(models.Model):
    """A person, team mailbox or external party; with an account or without."""

    class Kind(models.TextChoices):
        PERSON = "person", "Person"
        MAILBOX = "mailbox", "Team mailbox"
        EXTERNAL = "external", "External party"

    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSON)
    email = models.EmailField("e-mail", blank=True)
    phone = models.CharField(max_length=40, blank=True)
    job_title = models.CharField(max_length=100, blank=True)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="contacts")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contact",
        verbose_name="account",
        help_text="The account this contact signs in with, if any.",
    )
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text="Weekly follow-ups arrive by this clock, and pages show times in it. For example Europe/Berlin.",
    )
    manager = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="reports")
    deputy = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="deputy_for",
        help_text="Stands in during absence.",
    )
    absent_from = models.DateTimeField(null=True, blank=True, validators=[validate_year])
    absent_until = models.DateTimeField(null=True, blank=True, validators=[validate_year])
    is_active = models.BooleanField("active", default=True, help_text="Untick instead of deleting.")
    is_placeholder = models.BooleanField(
        "placeholder",
        default=False,
        help_text="The address comes from the runbook's example and belongs to a stranger: no letter is sent to it. "
        "Correct the address and untick this.",
    )
    verified_at = models.DateTimeField(null=True, blank=True, help_text="When somebody last checked that this works.")
    notes = models.TextField(blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            within_choices("contact_kind", "kind", ["person", "mailbox", "external"]),
            both_or_neither("contact_absence", "absent_from", "absent_until", "Give both ends of the absence."),
            not_before("contact_absence_order", "absent_until", "absent_from", "The absence ends before it starts."),
        ]
        indexes = [
            models.Index(fields=["email"], name="contact_by_email"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def is_reachable(self) -> bool:
        return self.is_active and not self.is_placeholder and bool(self.email)

    @property
    def why_unreachable(self) -> str:
        """The reason no letter goes to this contact; empty if letters do."""
        if not self.is_active:
            return "the contact is no longer active"
        if self.is_placeholder:
            return "the contact is a placeholder: correct its address and untick placeholder"
        return "" if self.email else "the contact has no e-mail address"

    def is_absent(self, *, at: datetime) -> bool:
        return bool(self.absent_from and self.absent_until and self.absent_from <= at < self.absent_until)
