"""People, duty and the outbox as a Django app."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Configuration of the app."""

    name = "contacts"
    verbose_name = "Contacts"
