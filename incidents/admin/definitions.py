"""Screens of the runbook: what should happen. Editing it changes no incident that is open already."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from incidents.admin.inlines import EntryInline, RuleInline, StepInline
from incidents.admin.severity_policy import SeverityPolicyAdmin
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
    StakeholderRule,
)
from incidents.models.message_template import PLACEHOLDERS
from portal.common.admin import HistoryIsKept, NothingIsDeleted, PortalAdmin, RowsChangePlaces
from portal.common.admin.columns import column
from portal.common.admin.lengths import IN_WORDS, exactly, readable

__all__ = ["RuleInline", "SeverityPolicyAdmin"]


@admin.register(Category)
class CategoryAdmin(NothingIsDeleted, PortalAdmin):
    """Kinds of incidents."""

    list_display = ("name", "description", "position")
    search_fields = ("name",)
    fields = ("name", "key", "description", "icon", "position")


@admin.register(AffectedSystem)
class AffectedSystemAdmin(NothingIsDeleted, PortalAdmin):
    """Systems that people depend on."""

    list_display = ("name", "team", "escalation_path", "is_active")
    list_filter = ("is_active", "team")
    list_select_related = ("team", "escalation_path")
    search_fields = ("name",)
    fields = ("name", "key", "description", "team", "escalation_path", "is_active")


@admin.register(Procedure)
class ProcedureAdmin(RowsChangePlaces, PortalAdmin):
    """Phases, recovery procedures and incident-specific procedures, with their steps."""

    list_display = ("name", "kind_label", "category", "window", "how_many")
    list_filter = ("kind", "category")
    list_select_related = ("category",)
    search_fields = ("name",)
    fields = ("name", "key", "kind", "category", "severities", "summary", ("window_starts", "window_ends"), "position")
    formfield_overrides = IN_WORDS
    readonly_preprocess_fields = {"window_starts": readable, "window_ends": readable}
    inlines = (StepInline,)
    numbered_by = {ProcedureStep: "number"}
    filter_horizontal = ("severities",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Procedure]:
        queryset: QuerySet[Procedure] = super().get_queryset(request)
        return queryset.annotate(how_many_steps=Count("steps"))

    @column("Kind", ordering="kind")
    def kind_label(self, obj: Procedure) -> str:
        return obj.get_kind_display()

    @column("Expected", ordering="window_starts")
    def window(self, obj: Procedure) -> str:
        if obj.window_starts is None:
            return ""
        until = f"to {exactly(obj.window_ends)}" if obj.window_ends else "and later"
        return f"{exactly(obj.window_starts)} {until}"

    @column("Steps", ordering="how_many_steps")
    def how_many(self, obj: Procedure) -> int:
        return obj.how_many_steps  # type: ignore[attr-defined, no-any-return]


@admin.register(Checklist)
class ChecklistAdmin(RowsChangePlaces, PortalAdmin):
    """Checklists, agenda, attendees, sections and distribution."""

    list_display = ("name", "kind_label", "how_many", "position")
    list_filter = ("kind",)
    search_fields = ("name",)
    fields = ("name", "key", "kind", "position")
    inlines = (EntryInline,)
    numbered_by = {ChecklistEntry: "key"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Checklist]:
        queryset: QuerySet[Checklist] = super().get_queryset(request)
        return queryset.annotate(how_many_entries=Count("entries"))

    @column("Kind", ordering="kind")
    def kind_label(self, obj: Checklist) -> str:
        return obj.get_kind_display()

    @column("Entries", ordering="how_many_entries")
    def how_many(self, obj: Checklist) -> int:
        return obj.how_many_entries  # type: ignore[attr-defined, no-any-return]


@admin.register(MessageTemplate)
class MessageTemplateAdmin(NothingIsDeleted, PortalAdmin):
    """The runbook's three messages."""

    list_display = ("name", "kind", "subject")
    search_fields = ("name", "subject")
    fields = ("name", "key", "kind", "subject", "body", "placeholders")
    readonly_fields = ("placeholders",)

    @column("Placeholders")
    def placeholders(self, _obj: MessageTemplate) -> str:
        return "\n".join(f"{{{name}}}: {meaning}" for name, meaning in PLACEHOLDERS.items())


@admin.register(StakeholderRule)
class StakeholderRuleAdmin(PortalAdmin):
    """Who is told of which severity, by when."""

    list_display = ("severity", "audience", "by_when", "to_affected_teams", "is_documented_only")
    list_filter = ("severity", "audience")
    list_select_related = ("severity", "audience")
    formfield_overrides = IN_WORDS
    readonly_preprocess_fields = {"within": readable}

    @column("By when", ordering="within")
    def by_when(self, obj: StakeholderRule) -> str:
        if obj.within is None:
            return ""
        return f"at once ({exactly(obj.within)})" if obj.is_immediate else f"within {exactly(obj.within)}"


@admin.register(KpiTarget)
class KpiTargetAdmin(PortalAdmin):
    """The figures the runbook wants to be measured by."""

    list_display = ("name", "target", "formula", "position")
    list_select_related = ("severity",)
    search_fields = ("name",)
    fields = ("name", "key", "comparison", "value", "unit", "severity", "formula", "position")

    @column("Target")
    def target(self, obj: KpiTarget) -> str:
        return obj.in_words


@admin.register(LoadedDefinition)
class LoadedDefinitionAdmin(HistoryIsKept, PortalAdmin):
    """What was loaded once and is not loaded again."""

    list_display = ("key", "loaded_at")
    search_fields = ("key",)
