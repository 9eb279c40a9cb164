"""Rows of the runbook that are edited on the page they belong to."""

from django.http import HttpRequest
from unfold.admin import StackedInline, TabularInline

from incidents.models import ChecklistEntry, ProcedureStep, StakeholderRule
from portal.common.admin.lengths import IN_WORDS, readable


class RuleInline(TabularInline):  # type: ignore[misc]
    """Who is told of a severity."""

    model = StakeholderRule
    extra = 0
    fields = ("key", "audience", "within", "is_immediate", "to_affected_teams", "is_documented_only")
    formfield_overrides = IN_WORDS
    readonly_preprocess_fields = {"within": readable}


class StepInline(StackedInline):  # type: ignore[misc]
    """Steps in their order; the number says how deep a step lies."""

    model = ProcedureStep
    extra = 0
    fields = (("number", "position"), "text", "command", ("settler", "is_before_declaration"))
    ordering = ("position",)
    collapsible = True


class EntryInline(TabularInline):  # type: ignore[misc]
    """Entries of a checklist."""

    model = ChecklistEntry
    extra = 0
    fields = ("text", "guidance", "key", "position", "settler")
    ordering = ("position",)

    def get_extra(self, _request: HttpRequest, obj: object = None, **_kwargs: object) -> int:
        return 0 if obj else 3
