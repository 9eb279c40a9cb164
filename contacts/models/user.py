"""The account with which a person signs in."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower

if TYPE_CHECKING:
    from contacts.models.contact import Contact


class PeopleManager(UserManager["User"]):
    """Finds people by e-mail whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def create_person(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an account; the e-mail is what people sign in with."""
        person = self.model(email=self.normalize_email(email), **fields)
        person.set_password(password)
        person.full_clean(exclude=["password"])
        person.save(using=self._db)
        return person

    def create_superuser(  # type: ignore[override]
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        return self.create_person(email, password, **(fields | {"is_staff": True, "is_superuser": True}))


class User(AbstractUser):
    """A person with an account; roles are groups."""

    username = None  # type: ignore[assignment]
    email = models.EmailField("e-mail", unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[PeopleManager] = PeopleManager()

    if TYPE_CHECKING:
        contact: Contact

    class Meta:
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message="Somebody already has an account with this e-mail.",
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    @property
    def own_contact(self) -> "Contact | None":
        """The contact behind this account, if there is one."""
        return getattr(self, "contact", None)

    @property
    def reader_zone(self) -> str:
        """The zone in which this person reads times; empty means the organisation's."""
        contact = self.own_contact
        return contact.time_zone if contact else ""
