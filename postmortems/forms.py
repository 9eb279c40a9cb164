"""Forms of the screens after an incident; field names are the verbs' arguments."""

from typing import Any

from django import forms

from contacts.models import Contact
from incidents.forms import moment, text
from portal.common.admin import VerbForm
from postmortems.models import ActionItem, PostMortem


def somebody(label: str = "Owner") -> forms.ModelChoiceField:  # type: ignore[type-arg]
    return forms.ModelChoiceField(queryset=Contact.objects.reachable(), label=label)


class ScheduleForm(VerbForm):
    """When and where the review takes place, and with whom."""

    scheduled_for = moment("When?")
    place = forms.CharField(max_length=200, required=False, help_text="A room or the address of a call.")
    attendees = forms.ModelMultipleChoiceField(queryset=Contact.objects.none(), required=False)

    def prepare(self) -> None:
        people = Contact.objects.filter(is_active=True).exclude(kind=Contact.Kind.EXTERNAL)
        self.fields["attendees"].queryset = people  # type: ignore[attr-defined]
        self.initial = {
            "scheduled_for": self.instance.scheduled_for,
            "place": self.instance.place,
            "attendees": [contact.pk for contact in self.instance.attendees.all()],
        }


class HoldForm(VerbForm):
    """What was found and decided."""

    minutes = text("Minutes", help_text="What was found, and what was decided.")
    held_at = moment("When did it take place?", required=False, help_text="Empty: now.")

    def prepare(self) -> None:
        self.initial = {"minutes": self.instance.minutes}


class CompleteForm(VerbForm):
    """What shows that it is done."""

    evidence = text("What shows that it is done?", help_text="A link, a measurement, a sentence.")


class ReDateForm(VerbForm):
    """The new date, and why."""

    due_on = forms.DateField(label="New due date")
    reason = text("Why?")

    def prepare(self) -> None:
        self.initial = {"due_on": self.instance.due_on}


class ReasonForm(VerbForm):
    """Why."""

    reason = text("Why?")


class ReassignForm(VerbForm):
    """Who takes it over, and why."""

    owner = somebody("New owner")
    reason = text("Why?")


class ActionItemForm(VerbForm):
    """Something to be done, by whom and by when."""

    post_mortem = forms.ModelChoiceField(queryset=PostMortem.objects.none(), label="Post-mortem")
    description = forms.CharField(max_length=300, label="What is to be done?")
    owner = somebody()
    priority = forms.ChoiceField(choices=ActionItem.Priority.choices, initial=ActionItem.Priority.MEDIUM)
    due_on = forms.DateField(label="Due on", help_text="Until the end of that day, by the owner's clock.")

    def prepare(self) -> None:
        post_mortems: Any = self.fields["post_mortem"]
        post_mortems.queryset = PostMortem.objects.select_related("incident")

    def clean_priority(self) -> ActionItem.Priority:
        return ActionItem.Priority(self.cleaned_data["priority"])
