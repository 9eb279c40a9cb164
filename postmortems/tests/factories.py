"""Rows as the other apps would have left them, made without their verbs."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from contacts.models import Contact, ResponseRole, Rota, Shift, User
from incidents.models import Deadline, Incident, RoleAssignment, SeverityPolicy
from portal.common.wall_clock import end_of_day
from postmortems.models import ActionItem, FollowUp, PostMortem, Review

RESOLVED_AT = datetime(2026, 6, 8, 12, 44, tzinfo=UTC)
NOW = RESOLVED_AT + timedelta(minutes=1)
Kind = Deadline.Kind
serial = count(1)


def person(**fields: object) -> User:
    return User.objects.create(email=f"person{next(serial)}@example.org", **({"is_superuser": True} | fields))


def contact(name: str = "Ada", **fields: object) -> Contact:
    return Contact.objects.create(name=name, **({"email": f"contact{next(serial)}@example.org"} | fields))


def incident(**fields: object) -> Incident:
    """Resolved, unless ``fields`` say otherwise."""
    severity, _ = SeverityPolicy.objects.get_or_create(code="SEV-1", defaults={"rank": 1, "name": "Critical"})
    facts = {
        "number": f"INC-2026-{next(serial):04d}",
        "title": "Checkout fails",
        "severity": severity,
        "status": Incident.Status.RESOLVED,
        "detected_at": RESOLVED_AT - timedelta(hours=3),
        "declared_at": RESOLVED_AT - timedelta(hours=3),
        "restored_at": RESOLVED_AT,
        "resolved_at": RESOLVED_AT,
    }
    return Incident.objects.create(**(facts | fields))


def promise(of: Incident, kind: Deadline.Kind = Kind.REVIEW, **fields: object) -> Deadline:
    """Due 24 hours after resolution; warned about from 16 hours after it."""
    facts = {
        "epoch": of.epoch,
        "clock_started_at": RESOLVED_AT,
        "due_at": RESOLVED_AT + timedelta(hours=24),
        "warn_at": RESOLVED_AT + timedelta(hours=16),
    }
    return Deadline.objects.create(incident=of, kind=kind, **(facts | fields))


def role(of: Incident, code: str, holder: Contact) -> RoleAssignment:
    kind, _ = ResponseRole.objects.get_or_create(code=code, defaults={"name": f"Role {code}"})
    return RoleAssignment.objects.create(incident=of, role=kind, holder=holder, assigned_at=RESOLVED_AT)


def on_duty(who: Contact) -> Shift:
    rota, _ = Rota.objects.get_or_create(name="Primary")
    return Shift.objects.create(rota=rota, contact=who, starts_at=RESOLVED_AT - timedelta(days=30))


def reopen_and_resolve(of: Incident, at: datetime) -> None:
    """What the two verbs leave in the ledger: old review promises laid down, a new epoch, resolved anew."""
    of.deadlines.unsettled().update(superseded_at=at, superseded_reason="The incident was reopened.")
    Incident.objects.filter(pk=of.pk).update(epoch=of.epoch + 1, resolved_at=at, restored_at=at)
    of.refresh_from_db()


def post_mortem(of: Incident | None = None, *, written: bool = False, **fields: object) -> PostMortem:
    sections = dict.fromkeys(PostMortem.SECTIONS, "Words.") if written else {}
    return PostMortem.objects.create(incident=of or incident(), **({"opened_at": NOW} | sections | fields))


def review(of: Incident | None = None, **fields: object) -> Review:
    return Review.objects.create(incident=of or incident(), **({"opened_at": NOW} | fields))


def action_item(owner: Contact, *, due_on: date = date(2026, 6, 12), **fields: object) -> ActionItem:
    due_at = end_of_day(due_on, owner.zone)
    facts = {
        "description": "Add a canary",
        "due_on": due_on,
        "due_at": due_at,
        "first_due_on": due_on,
        "first_due_at": due_at,
        "created_at": NOW,
    }
    if "post_mortem" not in fields:
        facts["post_mortem"] = post_mortem()
    return ActionItem.objects.create(owner=owner, **(facts | fields))


def follow_up(owner: Contact, due_at: datetime) -> FollowUp:
    return FollowUp.objects.create(owner=owner, due_at=due_at)
