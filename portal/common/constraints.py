"""One-line constraints, so that the database keeps what the models promise."""

from django.db.models import CheckConstraint, F, Q


def both_or_neither(name: str, first: str, second: str, message: str) -> CheckConstraint:
    """Both columns are set, or both are empty (who and when go together)."""
    condition = Q(**{f"{first}__isnull": True, f"{second}__isnull": True}) | Q(
        **{f"{first}__isnull": False, f"{second}__isnull": False}
    )
    return CheckConstraint(name=name, condition=condition, violation_error_message=message)


def not_before(name: str, later: str, earlier: str, message: str) -> CheckConstraint:
    """``later`` is empty, ``earlier`` is empty, or later >= earlier."""
    condition = (
        Q(**{f"{later}__isnull": True}) | Q(**{f"{earlier}__isnull": True}) | Q(**{f"{later}__gte": F(earlier)})
    )
    return CheckConstraint(name=name, condition=condition, violation_error_message=message)


def within_choices(name: str, field: str, values: list[str]) -> CheckConstraint:
    """The column holds one of ``values``, whoever writes it.

    ``Meta`` cannot see the choices nested beside it, so the values stand in full; a test compares the two.
    """
    return CheckConstraint(
        name=name,
        condition=Q(**{f"{field}__in": values}),
        violation_error_message=f"Choose one of: {', '.join(values)}.",
    )


def positive(name: str, field: str, message: str) -> CheckConstraint:
    """The duration or number is empty or above zero."""
    condition = Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gt": 0})
    return CheckConstraint(name=name, condition=condition, violation_error_message=message)
