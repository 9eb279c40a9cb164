"""The form of an incident's descriptive facts, safe for two people at once."""

from typing import Any

from django import forms

from incidents.models import Incident
from incidents.responding import EDITABLE_FACTS, check_facts


class FactsForm(forms.ModelForm):  # type: ignore[type-arg]
    """The descriptive facts of an incident; its times and status are changed by verbs.

    Each field carries along what it held when the page was opened. What somebody else has changed since is not
    overwritten: the form says so, keeps what was typed, and replaces it only when sent once more.
    """

    class Meta:
        model = Incident
        fields = EDITABLE_FACTS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        check_facts(self.instance, cleaned)
        for name in self.changed_data:
            self.refuse_stale(name)
        return cleaned

    def refuse_stale(self, name: str) -> None:
        """Put an error beside a field that holds something else by now than when the page was opened."""
        bound = self[name]
        if bound.html_initial_name not in self.data and not isinstance(bound.field, forms.ModelMultipleChoiceField):
            return
        seen = bound.field.hidden_widget().value_from_datadict(self.data, self.files, bound.html_initial_name)
        held = bound.field.prepare_value(self.initial.get(name))
        if not bound.field.has_changed(held, seen) or not bound.field.has_changed(held, bound.data):
            return
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data.setlist(  # type: ignore[attr-defined]
            bound.html_initial_name, held if isinstance(held, list) else ["" if held is None else held]
        )
        self.add_error(name, f"Somebody has changed this meanwhile, to: {self.words(name)}. Yours is kept here; "
                       "save once more to replace theirs.")  # fmt: skip

    def words(self, name: str) -> str:
        value = self.initial.get(name)
        if isinstance(value, list):
            return ", ".join(str(each) for each in value) or "nothing"
        return f"“{getattr(self.instance, name) or 'nothing'}”"
