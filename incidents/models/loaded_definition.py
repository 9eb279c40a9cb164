"""Which parts of the runbook's data file have been loaded."""

from django.db import models


class LoadedDefinition(models.Model):
    """One entry of the data file; loaded once, so that no edit and no deletion is undone."""

    key = models.CharField(max_length=160, unique=True)
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.key
