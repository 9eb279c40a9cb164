"""Heartbeats: when each part of the engine last completed a full cycle."""

from datetime import datetime

from django.db import models

from portal.common.constraints import within_choices


class Heartbeat(models.Model):
    """One row per component of the engine."""

    class Component(models.TextChoices):
        TICK = "tick", "Tick (decides what is due)"
        DRAIN = "drain", "Drain (hands letters over)"

    component = models.CharField(max_length=20, choices=Component.choices, unique=True)
    completed_at = models.DateTimeField(help_text="When the last full cycle was completed (UTC).")
    took_ms = models.PositiveIntegerField("took (ms)", default=0)
    problem = models.CharField(max_length=500, blank=True, help_text="What the last cycle found wrong; empty if well.")

    class Meta:
        ordering = ["component"]
        default_permissions = ("view",)
        constraints = [within_choices("heartbeat_component", "component", ["tick", "drain"])]

    def __str__(self) -> str:
        return self.get_component_display()

    @classmethod
    def beat(cls, component: "Heartbeat.Component", *, at: datetime, took_ms: int = 0, problem: str = "") -> None:
        """Record that ``component`` completed a cycle at ``at``."""
        cls.objects.update_or_create(
            component=component, defaults={"completed_at": at, "took_ms": took_ms, "problem": problem[:500]}
        )
