"""An incident to act on, at a fixed time."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from contacts.models import User
from incidents import lifecycle
from incidents.models import Incident, SeverityPolicy
from portal import roles

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def ann(person: Callable[..., User], loaded_runbook: None) -> User:
    return person("ann", roles.COMMANDER, on_call=True)


@pytest.fixture
def declare(ann: User) -> Callable[..., Incident]:
    def make(severity: str = "SEV-1", **fields: object) -> Incident:
        given = {"title": "Payments fail", "by": ann, "now": NOW} | fields
        return lifecycle.declare(severity=SeverityPolicy.objects.get(code=severity), **given)  # type: ignore[arg-type]

    return make
