"""The runbook in the incident room: phases, procedures, checklists and duties, as far as they have got."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from contacts.models import User
from incidents import task_list
from incidents.models import Incident, Procedure, RoleAssignment, TaskItem
from incidents.task_list import Happened
from portal.common.wall_clock import in_words

Kind = TaskItem.Kind


@dataclass(frozen=True)
class Task:
    """One line: open, done by a person, settled by the record, or skipped."""

    item: TaskItem
    fact: Happened | None = None

    @property
    def is_settled(self) -> bool:
        return bool(self.item.done_at or self.item.skipped_at or self.fact)

    @property
    def is_skipped(self) -> bool:
        return self.item.skipped_at is not None

    @property
    def is_by_record(self) -> bool:
        """Nobody ticked it, and nobody has to."""
        return self.fact is not None and not self.item.done_at and not self.item.skipped_at


@dataclass
class Group:
    """A phase, procedure, checklist or role with its tasks, in order."""

    name: str
    source: str
    tasks: list[Task] = field(default_factory=list)
    window: str = ""
    is_current: bool = False

    @property
    def steps(self) -> list[Task]:
        return [task for task in self.tasks if not task.item.is_heading]

    @property
    def settled(self) -> int:
        return sum(task.is_settled for task in self.steps)

    @property
    def is_done(self) -> bool:
        return self.settled == len(self.steps)

    @property
    def next_step(self) -> Task | None:
        return next((task for task in self.steps if not task.is_settled), None)


def groups(tasks: Iterable[Task], kind: TaskItem.Kind) -> list[Group]:
    found: dict[str, Group] = {}
    for task in tasks:
        if task.item.kind == kind:
            group = found.setdefault(task.item.source, Group(task.item.group, task.item.source))
            group.tasks.append(task)
    return list(found.values())


def current_phase(incident: Incident) -> int:
    """Which phase the status belongs to, counted from 0 (runbook, Response Procedures)."""
    status = Incident.Status
    if incident.restored_at is not None or incident.status in (status.RESOLVED, status.CLOSED):
        return 3
    if incident.status in (status.CONTAINED, status.RECOVERING):
        return 2
    return 1 if incident.acknowledged_at is not None else 0


def window(procedure: Procedure) -> str:
    """When the runbook expects the phase, counted from detection."""
    start = in_words(procedure.window_starts) if procedure.window_starts else "0 min"
    return f"{start} to {in_words(procedure.window_ends)}" if procedure.window_ends else f"from {start}"


def room(incident: Incident, roles: list[RoleAssignment], user: User) -> dict[str, object]:
    """Everything of the runbook that the room shows, in seven queries."""
    facts = task_list.happened(incident)
    rows = incident.tasks.select_related("done_by", "skipped_by")
    tasks = [Task(item, facts.get(item.settler)) for item in rows]
    phases = groups(tasks, Kind.PHASE)
    procedures = list(Procedure.objects.exclude(kind=Procedure.Kind.INCIDENT).select_related("category"))
    windows = {procedure.key: window(procedure) for procedure in procedures}
    for number, phase in enumerate(phases):
        phase.window = windows.get(phase.source, "")
        phase.is_current = number == min(current_phase(incident), len(phases) - 1)
    attached = {task.item.source for task in tasks if task.item.kind == Kind.PROCEDURE}
    return {
        "phases": phases,
        "next_step": next_step(phases),
        "procedures": groups(tasks, Kind.PROCEDURE),
        "checklists": groups(tasks, Kind.CHECKLIST),
        "duties": duties(tasks, roles, user),
        "at_hand": at_hand(incident, attached),
    }


def next_step(phases: list[Group]) -> Task | None:
    """The first open step of the current phase, else of one to come."""
    current = next((number for number, phase in enumerate(phases) if phase.is_current), 0)
    open_steps = (phase.next_step for phase in phases[current:])
    return next((step for step in open_steps if step is not None), None)


def duties(tasks: Iterable[Task], roles: list[RoleAssignment], user: User) -> list[dict[str, object]]:
    """The duties of each role that somebody holds; one's own come first."""
    holders = {held.role.code: held.holder for held in roles}
    found = [
        {"group": group, "holder": holders[group.source], "is_mine": holders[group.source].user_id == user.pk}
        for group in groups(tasks, Kind.DUTY)
        if group.source in holders
    ]
    return sorted(found, key=lambda row: not row["is_mine"])


def at_hand(incident: Incident, attached: set[str]) -> list[Procedure]:
    """Procedures that are not tasks of the incident yet: those of its category first, then recovery."""
    rows = Procedure.objects.exclude(kind=Procedure.Kind.PHASE).exclude(key__in=attached)
    return sorted(
        rows.select_related("category").prefetch_related("steps"),
        key=lambda row: (row.category_id != incident.category_id, row.kind != Procedure.Kind.RECOVERY, row.position),
    )
