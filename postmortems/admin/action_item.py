"""Action items: promised, begun, done, moved, handed over or dropped."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from incidents.models import InvalidTransition
from portal.common.admin import HistoryIsKept, PortalAdmin, Verb, VerbForm, VerbsMixin, actor
from portal.common.admin.columns import column
from portal.common.admin.verbs import show_errors
from postmortems import action_items, forms, permissions
from postmortems.models import ActionItem

STATUSES = {"Open": "info", "In progress": "warning", "Completed": "success", "Overdue": "danger"}


def verb(name: str, label: str, explanation: str, form: type[VerbForm], **more: Any) -> Verb:
    """A verb of ``ActionItem.TRANSITIONS``, for those who may."""

    def permitted(user: Any, item: ActionItem) -> bool:
        return permissions.may(user, name, item.post_mortem.incident)

    def allowed(item: ActionItem) -> bool:
        return item.allows(name)

    run = getattr(action_items, name)
    return Verb(name, label, run, explanation, form, allowed=allowed, permitted=permitted, **more)


@admin.register(ActionItem)
class ActionItemAdmin(HistoryIsKept, VerbsMixin, PortalAdmin):
    """What was promised in post-mortems, the most urgent first."""

    list_display = ("description", "status_label", "priority_label", "owner", "due_on", "first_due_on", "incident")
    list_filter = ("status", "priority", "first_verdict")
    list_select_related = ("owner", "post_mortem__incident")
    search_fields = ("description", "owner__name", "^post_mortem__incident__number")
    search_help_text = "Words, owner or number of the incident"
    fields = (
        "description",
        ("status_label", "priority"),
        "owner",
        ("due_on", "first_due_on", "first_verdict"),
        "post_mortem",
        ("created_at", "created_by"),
        ("completed_at", "evidence"),
        ("dropped_at", "drop_reason"),
    )
    readonly_fields = ("status_label", "first_due_on", "first_verdict", "created_at", "created_by", "completed_at")
    change_form_outer_before_template = "admin/verb_buttons.html"
    refusals = (InvalidTransition,)
    verbs = (
        verb("complete", "Complete", "It is done. Its owner is not asked about it any more.", forms.CompleteForm),
        verb("start", "Start", "Somebody has begun. The due date stays.", VerbForm),
        verb("re_date", "Change the date", "The first due date and its verdict stay in the record.", forms.ReDateForm),
        verb("reassign", "Hand over", "The new owner is asked about it from now on.", forms.ReassignForm),
        verb(
            "drop",
            "Drop",
            "It will not be done. After its first due date this counts as not done.",
            forms.ReasonForm,
            is_danger=True,
        ),
    )

    def has_add_permission(self, request: HttpRequest, *_args: Any) -> bool:
        return request.user.has_perm(permissions.NEEDED["create"])

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Promise something; the verb decides whether it can be."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        given = request.POST if request.method == "POST" else None
        form = forms.ActionItemForm(given, initial={"post_mortem": request.GET.get("post_mortem")})
        if request.method == "POST" and form.is_valid():
            answer = self.promise(request, form)
            if answer is not None:
                return answer
        context = {
            **self.admin_site.each_context(request),
            "title": "Add action item",
            "form": form,
            "media": self.media + form.media,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/postmortems/actionitem/add.html", context)

    def promise(self, request: HttpRequest, form: forms.ActionItemForm) -> HttpResponse | None:
        """Call the verb; None if it was refused, which the form then shows."""
        try:
            item = action_items.create(by=actor(request), now=timezone.now(), **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
            return None
        except InvalidTransition as error:
            form.add_error(None, str(error))
            return None
        self.log_addition(request, item, "Promised")
        messages.success(request, f"{item.owner} is asked about it every week until it is done.")
        return HttpResponseRedirect(item.post_mortem.get_absolute_url())

    @column("Status", ordering="status", label=STATUSES)
    def status_label(self, obj: ActionItem) -> str:
        return "Overdue" if obj.is_overdue(at=timezone.now()) else obj.get_status_display()

    @column("Priority", ordering="priority", label={"High": "danger", "Medium": "warning"})
    def priority_label(self, obj: ActionItem) -> str:
        return obj.get_priority_display()

    @column("Incident", ordering="post_mortem__incident__number")
    def incident(self, obj: ActionItem) -> str:
        return obj.post_mortem.incident.number
