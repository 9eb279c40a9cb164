"""Post-mortems and action items as a Django app."""

from django.apps import AppConfig


class PostmortemsConfig(AppConfig):
    """Configuration of the app."""

    name = "postmortems"
    verbose_name = "Post-mortems"
