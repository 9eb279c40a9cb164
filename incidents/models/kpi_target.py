"""The figures the runbook wants to be measured by (runbook, Metrics and KPIs)."""

from django.db import models

from incidents.models.severity_policy import SeverityPolicy
from portal.common.constraints import within_choices


class KpiTarget(models.Model):
    """One KPI's target."""

    class Comparison(models.TextChoices):
        BELOW = "lt", "below"
        ABOVE = "gt", "above"
        EXACTLY = "eq", "exactly"

    class Unit(models.TextChoices):
        MINUTES = "minutes", "minutes"
        HOURS = "hours", "hours"
        PERCENT = "percent", "percent"
        POINTS = "points", "points of 5"

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    comparison = models.CharField(max_length=2, choices=Comparison.choices)
    value = models.DecimalField(max_digits=8, decimal_places=2)
    unit = models.CharField(max_length=8, choices=Unit.choices)
    severity = models.ForeignKey(SeverityPolicy, models.CASCADE, null=True, blank=True, related_name="kpi_targets")
    formula = models.TextField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "KPI target"
        ordering = ["position", "name"]
        constraints = [
            within_choices("kpi_comparison", "comparison", ["lt", "gt", "eq"]),
            within_choices("kpi_unit", "unit", ["minutes", "hours", "percent", "points"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def in_words(self) -> str:
        """The target as a person says it: ``below 5 minutes for SEV-1``."""
        scope = f" for {self.severity.code}" if self.severity else ""
        return f"{self.get_comparison_display()} {self.value.normalize():f} {self.get_unit_display()}{scope}"
