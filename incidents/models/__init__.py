"""Models of the incidents app: definitions (the runbook) and facts (what happened)."""

from incidents.models.affected_system import AffectedSystem
from incidents.models.category import Category
from incidents.models.checklist import Checklist, ChecklistEntry
from incidents.models.communication import IncidentMessage, StakeholderNotice, StatusUpdate
from incidents.models.deadline import Deadline, DeadlineQuerySet
from incidents.models.escalation import Escalation
from incidents.models.incident import (
    Incident,
    IncidentCounter,
    IncidentQuerySet,
    InvalidTransition,
    RoleAssignment,
)
from incidents.models.kpi_target import KpiTarget
from incidents.models.loaded_definition import LoadedDefinition
from incidents.models.message_template import MessageTemplate
from incidents.models.procedure import Procedure, ProcedureStep
from incidents.models.settler import Settler
from incidents.models.severity_policy import SeverityPolicy
from incidents.models.stakeholder_rule import StakeholderRule
from incidents.models.targets import REQUIRABLE_FIELDS, PromiseTargets
from incidents.models.task_item import TaskItem, TaskItemQuerySet
from incidents.models.timeline import MilestoneChange, SeverityChange, TimelineEntry

__all__ = [
    "REQUIRABLE_FIELDS",
    "AffectedSystem",
    "Category",
    "Checklist",
    "ChecklistEntry",
    "Deadline",
    "DeadlineQuerySet",
    "Escalation",
    "Incident",
    "IncidentCounter",
    "IncidentMessage",
    "IncidentQuerySet",
    "InvalidTransition",
    "KpiTarget",
    "LoadedDefinition",
    "MessageTemplate",
    "MilestoneChange",
    "Procedure",
    "ProcedureStep",
    "PromiseTargets",
    "RoleAssignment",
    "Settler",
    "SeverityChange",
    "SeverityPolicy",
    "StakeholderNotice",
    "StakeholderRule",
    "StatusUpdate",
    "TaskItem",
    "TaskItemQuerySet",
    "TimelineEntry",
]
