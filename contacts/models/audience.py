"""Named groups of contacts to be told."""

from django.db import models

from contacts.models.contact import Contact


class Audience(models.Model):
    """A group the runbook names: executive leadership, department heads, customers."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100, unique=True)
    description = models.TextField(blank=True)
    is_external = models.BooleanField(
        "external", default=False, help_text="Anything sent to an external audience needs the commander's approval."
    )
    members = models.ManyToManyField(Contact, blank=True, related_name="audiences")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
