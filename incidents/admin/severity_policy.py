"""Severities: what each means and promises."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from incidents.admin.inlines import RuleInline
from incidents.forms import SeverityPolicyForm
from incidents.models import REQUIRABLE_FIELDS, PromiseTargets, SeverityPolicy
from portal.common.admin import NothingIsDeleted, PortalAdmin
from portal.common.admin.columns import column
from portal.common.admin.lengths import IN_WORDS, exactly, readable

PROMISES = PromiseTargets.TARGETS[:6]
AS_READ = {"examples": "examples_read", "required_fields": "required_read"}


@admin.register(SeverityPolicy)
class SeverityPolicyAdmin(NothingIsDeleted, PortalAdmin):
    """One severity with its targets, its path and who is told."""

    form = SeverityPolicyForm
    list_display = ("severity", "tagline", "acknowledge", "restore", "update", "review", "post_mortem")
    search_fields = ("code", "name")
    formfield_overrides = IN_WORDS
    readonly_preprocess_fields = dict.fromkeys(PROMISES, readable)
    readonly_fields = tuple(AS_READ.values())
    inlines = (RuleInline,)

    def get_fieldsets(self, request: HttpRequest, obj: SeverityPolicy | None = None) -> Any:
        """Lists are edited in fields of their own, and read as text by those who only read."""
        edits = self.has_change_permission(request, obj)
        examples, required = (name if edits else AS_READ[name] for name in AS_READ)
        return (
            (None, {"fields": ("code", "name", "rank", "tagline", "system_impact", "business_impact", examples)}),
            ("What it promises", {"fields": PROMISES, "description": "Such as 15 min, 4 h or 7 days; empty: none."}),
            ("Before closing", {"fields": (required,)}),
            ("Escalation", {"fields": ("escalation_path", "escalate_up_to_level", "escalates_by_own_targets")}),
        )

    @column("Severity", ordering="rank", label={1: "danger", 2: "warning", 3: "info", 4: "success"})
    def severity(self, obj: SeverityPolicy) -> tuple[int, str]:
        return obj.rank, str(obj)

    @column("Acknowledge", ordering="acknowledge_within")
    def acknowledge(self, obj: SeverityPolicy) -> str:
        return exactly(obj.acknowledge_within) if obj.acknowledge_within else ""

    @column("Restore", ordering="restore_within")
    def restore(self, obj: SeverityPolicy) -> str:
        return exactly(obj.restore_within) if obj.restore_within else ""

    @column("Update every", ordering="update_every")
    def update(self, obj: SeverityPolicy) -> str:
        return exactly(obj.update_every) if obj.update_every else ""

    @column("Review", ordering="review_within")
    def review(self, obj: SeverityPolicy) -> str:
        return exactly(obj.review_within) if obj.review_within else "as needed"

    @column("Post-mortem", ordering="post_mortem_within")
    def post_mortem(self, obj: SeverityPolicy) -> str:
        return exactly(obj.post_mortem_within) if obj.post_mortem_within else "as needed"

    @column("Examples")
    def examples_read(self, obj: SeverityPolicy) -> str:
        return "\n".join(obj.examples)

    @column("Needed before closing")
    def required_read(self, obj: SeverityPolicy) -> str:
        return ", ".join(REQUIRABLE_FIELDS[name] for name in obj.required_fields)
