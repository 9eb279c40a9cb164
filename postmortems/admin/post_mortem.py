"""Post-mortems: eight sections, and the action items that follow."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.timezone import localtime

from incidents.models import InvalidTransition
from portal.common.admin import NothingIsDeleted, PortalAdmin, Verb, VerbsMixin, actor
from portal.common.admin.columns import column
from postmortems import permissions, writing
from postmortems.models import PostMortem


@admin.register(PostMortem)
class PostMortemAdmin(NothingIsDeleted, VerbsMixin, PortalAdmin):
    """Opened when an incident is resolved, published when all sections are written."""

    list_display = ("post_mortem", "status_label", "owner", "due", "published_at")
    list_filter = ("status", "incident__severity")
    list_select_related = ("incident", "owner", "deadline")
    search_fields = ("^incident__number", "incident__title")
    search_help_text = "Number or words of the incident's title"
    autocomplete_fields = ("owner",)
    readonly_fields = ("incident", "status_label", "due", "published_at", "published_by")
    fieldsets = (
        (None, {"fields": ("incident", ("status_label", "due"), "owner", ("published_at", "published_by"))}),
        ("Sections", {"fields": PostMortem.SECTIONS}),
    )
    change_form_outer_before_template = "admin/verb_buttons.html"
    change_form_outer_after_template = "admin/postmortems/postmortem/action_items.html"
    refusals = (InvalidTransition,)
    verbs = (
        Verb(
            "publish",
            "Publish",
            writing.publish,
            "The record is complete; the promise to publish is kept now. Refused with a list of the sections that "
            "are still empty. Save what you have typed first.",
            allowed=lambda record: record.status == PostMortem.Status.DRAFT,
            permitted=lambda user, record: permissions.may(user, "publish", record.incident),
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: PostMortem | None = None) -> tuple[str, ...]:
        """What is published stays as it was published."""
        is_published = obj is not None and obj.status == PostMortem.Status.PUBLISHED
        return (*self.readonly_fields, *PostMortem.SECTIONS) if is_published else self.readonly_fields

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """The portal opens post-mortems when incidents are resolved."""
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        extra = dict(extra_context or {})
        record = self.get_object(request, object_id)
        if record is not None and request.user.has_perm("postmortems.view_actionitem"):
            now = timezone.now()
            items = record.action_items.select_related("owner")
            extra["items"] = [{"item": item, "late": item.is_overdue(at=now)} for item in items]
            extra["post_mortem"] = record
            extra["may_promise"] = permissions.may(actor(request), "create", record.incident)
        page: HttpResponse = super().change_view(request, object_id, form_url, extra)
        return page

    @column("Post-mortem")
    def post_mortem(self, obj: PostMortem) -> str:
        return f"{obj.incident}"

    @column("Status", ordering="status", label={"Draft": "warning", "Published": "success"})
    def status_label(self, obj: PostMortem) -> str:
        return obj.get_status_display()

    @column("Due", ordering="deadline__due_at")
    def due(self, obj: PostMortem) -> str:
        return f"{localtime(obj.deadline.due_at):%Y-%m-%d %H:%M}" if obj.deadline else "no date promised"
