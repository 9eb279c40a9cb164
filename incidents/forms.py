"""Forms of the incident's screens; field names are the verbs' arguments."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from contacts.models import Audience, Contact, ResponseRole
from contacts.on_call import reachable_on_call
from incidents.models import REQUIRABLE_FIELDS, AffectedSystem, Category, Incident, Procedure, SeverityPolicy
from incidents.similar import similar_open
from portal.common.admin.forms import LinesField, VerbForm


def text(label: str, *, required: bool = True, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, help_text=help_text, widget=forms.Textarea, max_length=10_000
    )


def moment(label: str, *, required: bool = True, help_text: str = "") -> forms.SplitDateTimeField:
    return forms.SplitDateTimeField(label=label, required=required, help_text=help_text)


def holder(label: str) -> forms.ModelChoiceField:  # type: ignore[type-arg]
    return forms.ModelChoiceField(
        queryset=Contact.objects.none(), required=False, label=label, help_text="Can be assigned later."
    )


def able_to_hold_a_role() -> QuerySet[Contact]:
    """People of the organisation to whom letters really go."""
    return Contact.objects.reachable().exclude(kind=Contact.Kind.EXTERNAL)


class SeverityChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Severities with what they mean and promise, to be chosen at a glance."""

    widget = forms.RadioSelect

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.name}: {obj.system_impact}"


class DeclareForm(VerbForm):
    """Title and severity are enough; everything else has a default or can follow."""

    title = forms.CharField(max_length=200, help_text="What is wrong, in a few words.")
    severity = SeverityChoice(queryset=SeverityPolicy.objects.all(), empty_label=None)
    category = forms.ModelChoiceField(queryset=Category.objects.all(), required=False)
    affected_systems = forms.ModelMultipleChoiceField(
        queryset=AffectedSystem.objects.filter(is_active=True), required=False
    )
    summary = text("What is affected?", required=False)
    impact = text("Who is impacted?", required=False)
    scope = text("What is the scope?", required=False)
    customer_impact = text(
        "Customer impact", required=False, help_text="Which customers, how badly, for how long. Stays internal."
    )
    impact_started_at = moment("When did it start?", required=False, help_text="Leave empty if not known yet.")
    detected_at = moment("When was it noticed?", required=False, help_text="Empty: now.")
    commander = holder("Incident Commander")
    technical_lead = holder("Technical Lead")
    communications_lead = holder("Communications Lead")
    is_unlike = forms.BooleanField(required=False, widget=forms.HiddenInput)
    is_drill = forms.BooleanField(
        required=False, label="This is a drill", help_text="Letters say DRILL, and it never counts."
    )

    ROLES = {
        "commander": ResponseRole.Code.COMMANDER,
        "technical_lead": ResponseRole.Code.TECHNICAL_LEAD,
        "communications_lead": ResponseRole.Code.COMMUNICATIONS_LEAD,
    }

    def prepare(self) -> None:
        for name in self.ROLES:
            self.fields[name].queryset = able_to_hold_a_role()  # type: ignore[attr-defined]
        on_duty = reachable_on_call(at=timezone.now())
        self.initial.setdefault("commander", on_duty[0].pk if on_duty else None)

    def look_alikes(self) -> list[Incident]:
        """Open incidents that this may be a duplicate of, unless the person has said that it is not."""
        if self.cleaned_data["is_unlike"]:
            return []
        return similar_open(
            title=self.cleaned_data["title"],
            category=self.cleaned_data["category"],
            systems=self.cleaned_data["affected_systems"],
        )

    def verb_arguments(self) -> dict[str, Any]:
        """What ``declare`` takes, with the people named as holders of their roles."""
        values = dict(self.cleaned_data)
        del values["is_unlike"]
        holders = {code: values.pop(name) for name, code in self.ROLES.items()}
        roles = ResponseRole.objects.filter(code__in=[code for code, person in holders.items() if person])
        return values | {"roles": {role: holders[ResponseRole.Code(role.code)] for role in roles}}


class ReasonForm(VerbForm):
    """Why."""

    reason = text("Why?")


class RoleForm(VerbForm):
    """Who takes which role."""

    role = forms.ModelChoiceField(queryset=ResponseRole.objects.all(), empty_label=None)
    holder = forms.ModelChoiceField(queryset=Contact.objects.none())

    def prepare(self) -> None:
        self.fields["holder"].queryset = able_to_hold_a_role()  # type: ignore[attr-defined]


class SeverityForm(VerbForm):
    """Which severity instead, and why."""

    severity = SeverityChoice(queryset=SeverityPolicy.objects.all(), empty_label=None)
    reason = text("Why?")

    def prepare(self) -> None:
        others = SeverityPolicy.objects.exclude(pk=self.instance.severity_id)
        self.fields["severity"].queryset = others  # type: ignore[attr-defined]


class UpdateForm(VerbForm):
    """The runbook's status update."""

    current_impact = text("Current impact")
    progress = text("Progress", required=False, help_text="What has been done.")
    next_steps = text("Next steps", required=False, help_text="What will happen next.")
    eta_at = moment("Estimated resolution", required=False, help_text="Leave empty if not known.")
    audiences = forms.ModelMultipleChoiceField(
        queryset=Audience.objects.filter(is_external=False),
        required=False,
        help_text="Whoever holds a role on the incident is always told.",
    )

    def prepare(self) -> None:
        latest = self.instance.status_updates.first()
        self.initial = {
            "current_impact": latest.current_impact if latest else self.instance.impact or self.instance.summary,
            "eta_at": self.instance.eta_at,
            "audiences": [notice.audience_id for notice in self.instance.notices.all()],
        }


class ResolveForm(VerbForm):
    """What the resolution notification says."""

    root_cause = text("Root cause", required=False, help_text="In a sentence or two. Needed before closing.")
    actions_taken = text("Actions taken", required=False, help_text="Needed before closing.")

    def prepare(self) -> None:
        self.initial = {"root_cause": self.instance.root_cause, "actions_taken": self.instance.actions_taken}


class WithdrawForm(VerbForm):
    """Why it was no incident."""

    outcome = forms.ChoiceField(
        choices=[choice for choice in Incident.Outcome.choices if choice[0] != Incident.Outcome.CONFIRMED.value]
    )
    duplicate_of = forms.CharField(
        label="Duplicate of", required=False, help_text="The number of the other incident, such as INC-2026-0001."
    )
    reason = text("Why?")

    def clean_outcome(self) -> Incident.Outcome:
        return Incident.Outcome(self.cleaned_data["outcome"])

    def clean_duplicate_of(self) -> Incident | None:
        number = self.cleaned_data["duplicate_of"].strip().upper()
        if not number:
            return None
        other = Incident.objects.filter(number=number).first()
        if other is None:
            raise forms.ValidationError(f"There is no incident {number}.")
        return other


class MilestoneForm(VerbForm):
    """Which recorded time is wrong, and what is right."""

    milestone = forms.ChoiceField(choices=Incident.Milestone.choices)
    value = moment("Right time")
    reason = text("Why?")

    def prepare(self) -> None:
        reached = [each for each in Incident.Milestone if getattr(self.instance, each.value)]
        if Incident.Milestone.IMPACT_STARTED not in reached:
            reached.insert(0, Incident.Milestone.IMPACT_STARTED)
        self.fields["milestone"].choices = [(each.value, each.label) for each in reached]  # type: ignore[attr-defined]

    def clean_milestone(self) -> Incident.Milestone:
        return Incident.Milestone(self.cleaned_data["milestone"])


class ProcedureForm(VerbForm):
    """Which procedure's steps become tasks."""

    procedure = forms.ModelChoiceField(queryset=Procedure.objects.exclude(kind=Procedure.Kind.PHASE), empty_label=None)


class ResultForm(VerbForm):
    """What came of it, if there is something to say."""

    result = text("Result", required=False, help_text="What the command printed, or what was found.")


class NoteForm(VerbForm):
    """One line for the timeline."""

    text = text("What happened?")
    at = moment("When?", required=False, help_text="Empty: now. An earlier time is shown as back-dated.")


class SeverityPolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Examples one a line, required fields to be ticked."""

    examples = LinesField(required=False, help_text="One a line.")
    required_fields = forms.MultipleChoiceField(
        choices=list(REQUIRABLE_FIELDS.items()),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        label="Needed before closing",
        help_text="An incident of this severity cannot be closed while one of these is empty.",
    )
