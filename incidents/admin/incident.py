"""The incident's screens: the list, declaring, and the page of one incident."""

from contextlib import nullcontext
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold import widgets

from incidents import lifecycle
from incidents.admin.page import incident_page
from incidents.admin.verbs import VERBS
from incidents.facts_form import FactsForm
from incidents.forms import DeclareForm
from incidents.locking import locked
from incidents.models import Incident, InvalidTransition
from incidents.permissions import may
from incidents.responding import EDITABLE_FACTS
from portal.common.admin import NothingIsDeleted, PortalAdmin, VerbsMixin, actor
from portal.common.admin.columns import column
from portal.common.admin.verbs import show_errors

SEVERITY_COLOURS = {1: "danger", 2: "warning", 3: "info", 4: "success"}
STATUS_COLOURS = {
    Incident.Status.INVESTIGATING.label: "danger",
    Incident.Status.CONTAINED.label: "warning",
    Incident.Status.RECOVERING.label: "info",
    Incident.Status.RESOLVED.label: "success",
}
LONG_TEXTS = ("summary", "impact", "scope", "customer_impact", "root_cause", "actions_taken")


@admin.register(Incident)
class IncidentAdmin(NothingIsDeleted, VerbsMixin, PortalAdmin):
    """Incidents: declared, responded to, reviewed."""

    list_display = ("number_and_title", "severity_label", "status_label", "category", "declared_at", "marks")
    list_display_links = ("number_and_title",)
    list_filter = ("status", "severity", "category", "outcome", "is_drill", "is_demo")
    list_select_related = ("severity", "category")
    search_fields = ("^number", "title")
    search_help_text = "Number or words of the title"
    ordering = ("-pk",)
    form = FactsForm
    fields = EDITABLE_FACTS
    filter_horizontal = ("affected_systems",)
    change_form_template = "admin/incidents/incident/change_form.html"
    show_add_link = False
    list_before_template = "admin/incidents/incident/declare_button.html"
    verbs = VERBS
    refusals = (InvalidTransition,)

    @column("Incident", ordering="number")
    def number_and_title(self, obj: Incident) -> str:
        return f"{obj.number} {obj.title}"

    @column("Severity", ordering="severity__rank", label=SEVERITY_COLOURS)
    def severity_label(self, obj: Incident) -> tuple[int, str]:
        return obj.severity.rank, f"{obj.severity.code} {obj.severity.name}"

    @column("Status", ordering="status", label=STATUS_COLOURS)
    def status_label(self, obj: Incident) -> str:
        return obj.get_status_display()

    @column("Marks")
    def marks(self, obj: Incident) -> str:
        marks = {"drill": obj.is_drill, "demo": obj.is_demo, "imported": obj.is_imported}
        words = [mark for mark, is_set in marks.items() if is_set]
        if obj.outcome != Incident.Outcome.CONFIRMED:
            words.append(obj.get_outcome_display().lower())
        return ", ".join(words)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and may(request.user, "declare", None)

    def get_fields(self, request: HttpRequest, obj: Incident | None = None) -> tuple[str, ...]:
        """Who may not see the timeline sees figures, no free text."""
        if request.user.has_perm("incidents.view_timelineentry"):
            return EDITABLE_FACTS
        return ("title", "category")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name in LONG_TEXTS:
            field.widget = widgets.UnfoldAdminTextareaWidget(attrs={"rows": 3})
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incident]:
        queryset: QuerySet[Incident] = super().get_queryset(request)
        return queryset.select_related("severity")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The declare page."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = DeclareForm(request.POST if request.method == "POST" else None)
        look_alikes: list[Incident] = []
        if request.method == "POST" and form.is_valid():
            look_alikes = form.look_alikes()
        if request.method == "POST" and form.is_valid() and not look_alikes:
            try:
                incident = lifecycle.declare(by=actor(request), now=timezone.now(), **form.verb_arguments())
            except ValidationError as error:
                show_errors(form, error)
            else:
                self.log_addition(request, incident, "Declared")
                messages.success(request, f"{incident.number} declared. Whoever is on call is being told.")
                return HttpResponseRedirect(incident.get_absolute_url())
        context = {
            **self.admin_site.each_context(request),
            "title": "Declare incident",
            "form": form,
            "look_alikes": look_alikes,
            "media": self.media + form.media,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/incidents/incident/declare.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        incident = self.get_object(request, object_id)
        extra = dict(extra_context or {})
        if incident is not None and self.has_view_permission(request, incident):
            extra |= incident_page(incident, request.user, now=timezone.now())
            buttons = extra["verb_buttons"] = self.verb_buttons(request, incident)
            extra["add_note_url"] = next((each["url"] for each in buttons if each["verb"].name == "add_note"), "")
            extra["show_save_and_add_another"] = False
            extra["title"] = incident.number
        saved = incident if request.method == "POST" else None
        with transaction.atomic() if saved else nullcontext():
            if saved is not None:
                locked(saved)  # Whoever saves at the same moment waits here, and then sees what was saved.
            page: HttpResponse = super().change_view(request, object_id, form_url, extra_context=extra)
        return page

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return form.instance

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        lifecycle.edit_facts(form.instance, changes=changes, by=actor(request), now=timezone.now())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The affected systems were saved by the verb."""
