"""Loads the runbook's data file: default definitions that an organisation then edits in the admin."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction

from contacts.models import Audience, Contact, EscalationLevel, EscalationPath, ResponseRole, Team
from incidents.models import (
    AffectedSystem,
    Category,
    Checklist,
    ChecklistEntry,
    KpiTarget,
    LoadedDefinition,
    MessageTemplate,
    Procedure,
    ProcedureStep,
    SeverityPolicy,
    StakeholderRule,
)

FILE = Path(__file__).parent / "runbook.toml"
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
Entry = dict[str, Any]


@dataclass
class LoadResult:
    """How many entries of the file were loaded now, and how many had been before."""

    created: int = 0
    skipped: int = 0


def load(*, now: datetime) -> LoadResult:
    """Load what was never loaded before; an entry that a person edited or deleted since is left alone.

    Two processes that start together race for the same unique keys; the loser reads what the winner wrote.
    """
    data = tomllib.loads(FILE.read_text())
    try:
        return load_all(data, now=now)
    except IntegrityError:
        return load_all(data, now=now)


@transaction.atomic
def load_all(data: dict[str, list[Entry]], *, now: datetime) -> LoadResult:
    loaded = set(LoadedDefinition.objects.values_list("key", flat=True))
    result = LoadResult()
    for array, loader in LOADERS.items():
        for position, entry in enumerate(data[array], start=1):
            key = f"{array}/{entry['key']}"
            if key in loaded:
                result.skipped += 1
                continue
            LoadedDefinition.objects.create(key=key, loaded_at=now)
            loader(entry | {"position": entry.get("position", position)})
            result.created += 1
    return result


def duration(text: str | None) -> timedelta | None:
    """``15m``, ``4h`` or ``7d`` as a length of time."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d+)([mhd])", text)
    if match is None:
        raise ValueError(f"{text!r} is not a duration such as 15m, 4h or 7d")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def take(entry: Entry, *names: str) -> Entry:
    """The fields of ``entry`` that the model has by the same name."""
    return {name: entry[name] for name in names if name in entry}


def load_team(entry: Entry) -> None:
    Team.objects.get_or_create(name=entry["name"], defaults=take(entry, "description"))


def load_role(entry: Entry) -> None:
    fields = take(entry, "name", "is_lead", "summary", "responsibilities", "position")
    ResponseRole.objects.get_or_create(code=entry["code"], defaults=fields)


def load_audience(entry: Entry) -> None:
    Audience.objects.get_or_create(key=entry["key"], defaults=take(entry, "name", "description", "is_external"))


def load_contact(entry: Entry) -> None:
    """The runbook's own contacts are examples: their addresses belong to strangers."""
    fields = take(entry, "kind", "email", "notes") | {"is_placeholder": True}
    Contact.objects.get_or_create(name=entry["name"], defaults=fields)


def load_path(entry: Entry) -> None:
    path, created = EscalationPath.objects.get_or_create(key=entry["key"], defaults=take(entry, "name", "description"))
    for level in entry["level"] if created else []:
        EscalationLevel.objects.create(
            path=path, delay=duration(level["delay"]), **take(level, "number", "name", "is_on_call")
        )


def load_severity(entry: Entry) -> None:
    fields = take(
        entry, "rank", "name", "tagline", "system_impact", "business_impact", "examples", "required_fields",
        "escalate_up_to_level", "escalates_by_own_targets",
    )  # fmt: skip
    for name in ("acknowledge_within", "restore_within", "update_every", "review_within", "post_mortem_within"):
        fields[name] = duration(entry.get(name))
    fields["escalation_path"] = EscalationPath.objects.filter(key=entry.get("escalation_path", "")).first()
    SeverityPolicy.objects.get_or_create(code=entry["code"], defaults=fields)


def load_category(entry: Entry) -> None:
    Category.objects.get_or_create(key=entry["key"], defaults=take(entry, "name", "icon", "description", "position"))


def load_system(entry: Entry, team_names: dict[str, str] | None = None) -> None:
    names = team_names or {item["key"]: item["name"] for item in tomllib.loads(FILE.read_text())["team"]}
    team = Team.objects.filter(name=names.get(entry.get("team", ""), "")).first()
    fields = take(entry, "name", "description") | {"team": team}
    AffectedSystem.objects.get_or_create(key=entry["key"], defaults=fields)


def load_procedure(entry: Entry) -> None:
    fields = take(entry, "name", "kind", "summary", "position")
    fields["category"] = Category.objects.filter(key=entry.get("category", "")).first()
    fields["window_starts"] = duration(entry.get("window_starts"))
    fields["window_ends"] = duration(entry.get("window_ends"))
    procedure, created = Procedure.objects.get_or_create(key=entry["key"], defaults=fields)
    steps: dict[str, ProcedureStep] = {}
    for position, step in enumerate(entry["step"] if created else [], start=1):
        number = str(step["number"])
        steps[number] = ProcedureStep.objects.create(
            procedure=procedure,
            parent=steps.get(number.rpartition(".")[0]),
            number=number,
            position=position,
            **take(step, "text", "command", "settler", "is_before_declaration"),
        )


def load_checklist(entry: Entry) -> None:
    checklist, created = Checklist.objects.get_or_create(
        key=entry["key"], defaults=take(entry, "name", "kind", "position")
    )
    for position, line in enumerate(entry["entry"] if created else [], start=1):
        ChecklistEntry.objects.create(
            checklist=checklist, position=position, **take(line, "key", "text", "guidance", "settler")
        )


def load_template(entry: Entry) -> None:
    fields = take(entry, "key", "name", "subject", "body")
    MessageTemplate.objects.get_or_create(kind=entry["kind"], defaults=fields)


def load_rule(entry: Entry) -> None:
    severity = SeverityPolicy.objects.filter(code=entry["severity"].upper()).first()
    if severity is None:
        return
    fields = take(entry, "is_immediate", "to_affected_teams", "is_documented_only", "note")
    fields["audience"] = Audience.objects.filter(key=entry.get("audience", "")).first()
    fields["within"] = duration(entry.get("within"))
    fields["severity"] = severity
    StakeholderRule.objects.get_or_create(key=entry["key"], defaults=fields)


def load_kpi(entry: Entry) -> None:
    fields = take(entry, "name", "comparison", "value", "unit", "formula", "position")
    fields["severity"] = SeverityPolicy.objects.filter(code=entry.get("severity", "").upper()).first()
    KpiTarget.objects.get_or_create(key=entry["key"], defaults=fields)


#: In the order in which definitions refer to each other.
LOADERS: dict[str, Callable[[Entry], None]] = {
    "team": load_team,
    "response_role": load_role,
    "audience": load_audience,
    "contact": load_contact,
    "escalation_path": load_path,
    "severity": load_severity,
    "category": load_category,
    "affected_system": load_system,
    "procedure": load_procedure,
    "checklist": load_checklist,
    "message_template": load_template,
    "stakeholder_rule": load_rule,
    "kpi_target": load_kpi,
}
