"""Who is on duty."""

from datetime import datetime

from contacts.models import Contact, Shift


def on_call(*, at: datetime) -> list[Contact]:
    """The contacts on duty at ``at``, one rota after the other; overrides take the place of ordinary shifts."""
    shifts = Shift.objects.current(at=at).select_related("contact", "rota").order_by("rota__name", "starts_at", "pk")
    overridden = {shift.rota_id for shift in shifts if shift.is_override}
    chosen = [shift for shift in shifts if shift.is_override or shift.rota_id not in overridden]
    return list(dict.fromkeys(shift.contact for shift in chosen))


def reachable_on_call(*, at: datetime) -> list[Contact]:
    """Those on duty to whom letters really go."""
    return [contact for contact in on_call(at=at) if contact.is_reachable]
