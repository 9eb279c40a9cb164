"""The outbox: one rendered message for one recipient, waiting or sent."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from contacts.models.contact import Contact
from portal.common.append_only import Kept, KeptQuerySet
from portal.common.constraints import within_choices


class OutgoingMessageQuerySet(KeptQuerySet["OutgoingMessage"]):
    """Words for choosing letters."""

    def claimable(self, *, at: datetime) -> "OutgoingMessageQuerySet":
        """Queued and due, or claimed by a process whose lease has passed."""
        state = OutgoingMessage.State
        return self.filter(
            Q(state=state.QUEUED, not_before__lte=at) | Q(state=state.SENDING, lease_until__lte=at),
        )

    def settled(self) -> "OutgoingMessageQuerySet":
        """Nothing more will be tried."""
        state = OutgoingMessage.State
        return self.filter(state__in=[state.SENT, state.FAILED, state.SUPPRESSED, state.MERGED])


class OutgoingMessage(Kept):
    """A letter. It knows text, recipient and key, and nothing of what it is about."""

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        SUPPRESSED = "suppressed", "Suppressed"
        MERGED = "merged", "Merged into a digest"

    key = models.CharField(
        max_length=200, unique=True, help_text="Names the schedule slot, so that no letter is written twice."
    )
    topic = models.CharField(max_length=100, blank=True, db_index=True, help_text="What withdraws the letter.")
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="letters")
    address = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=250)
    body_text = models.TextField("text")
    body_html = models.TextField("HTML", blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it failed or was not sent.")
    written_at = models.DateTimeField()
    not_before = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    is_mergeable = models.BooleanField("may be merged into a digest", default=False)
    digest = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_letters")
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True, help_text="When its fate was decided.")
    message_id = models.CharField("Message-ID", max_length=200)

    objects = OutgoingMessageQuerySet.as_manager()

    class Meta:
        verbose_name = "letter"
        ordering = ["-pk"]
        constraints = [
            within_choices("letter_state", "state", ["queued", "sending", "sent", "failed", "suppressed", "merged"]),
            within_choices("letter_channel", "channel", ["email"]),
            models.CheckConstraint(name="letter_sent_has_time", condition=~Q(state="sent") | Q(sent_at__isnull=False)),
        ]
        indexes = [
            models.Index(fields=["not_before"], name="letter_waiting", condition=Q(state__in=["queued", "sending"])),
            models.Index(fields=["settled_at"], name="letter_settled"),
        ]

    def __str__(self) -> str:
        return self.subject
