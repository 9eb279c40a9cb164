"""Kinds of incidents (runbook, Incident Categories)."""

from django.db import models


class Category(models.Model):
    """One of the runbook's categories."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=60, unique=True)
    icon = models.CharField(max_length=40, blank=True)
    description = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "categories"
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name
