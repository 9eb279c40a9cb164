"""Teams that own systems and take part in responses."""

from django.db import models


class Team(models.Model):
    """A named group of contacts within the organisation."""

    name = models.CharField(max_length=100, unique=True)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
