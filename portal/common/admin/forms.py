"""Forms of verbs, in the look of the admin."""

from typing import Any

from django import forms
from django.utils import timezone
from unfold import widgets

from portal.common.within_reason import validate_year

#: The more special field classes come first.
WIDGETS: tuple[tuple[type[forms.Field], type[forms.Widget]], ...] = (
    (forms.SplitDateTimeField, widgets.UnfoldAdminSplitDateTimeWidget),
    (forms.DateField, widgets.UnfoldAdminSingleDateWidget),
    (forms.ModelMultipleChoiceField, widgets.UnfoldAdminCheckboxSelectMultipleWidget),
    (forms.ChoiceField, widgets.UnfoldAdminSelectWidget),
    (forms.BooleanField, widgets.UnfoldBooleanWidget),
    (forms.IntegerField, widgets.UnfoldAdminIntegerFieldWidget),
    (forms.CharField, widgets.UnfoldAdminTextInputWidget),
)


def restyle(field: forms.Field) -> None:
    """Give a plain field the admin's widget; a text area stays one, a radio list stays one."""
    if isinstance(field.widget, forms.RadioSelect | forms.HiddenInput):
        return
    if isinstance(field, forms.DateField | forms.DateTimeField | forms.SplitDateTimeField):
        field.validators.append(validate_year)
    if isinstance(field, forms.SplitDateTimeField):
        field.help_text = f"{field.help_text} Times are {timezone.get_current_timezone_name()}.".strip()
    if isinstance(field.widget, forms.Textarea):
        field.widget = widgets.UnfoldAdminTextareaWidget(attrs={"rows": 4})
        return
    for kind, widget in WIDGETS:
        if isinstance(field, kind):
            choices = getattr(field, "choices", None)
            field.widget = widget()
            field.widget.is_required = field.required
            if choices is not None:
                field.widget.choices = choices
            return


class VerbForm(forms.Form):
    """The form of a verb; its field names are the verb's arguments."""

    def __init__(self, *args: Any, instance: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance = instance
        self.prepare()
        for field in self.fields.values():
            restyle(field)

    def prepare(self) -> None:
        """Set choices and defaults from ``self.instance``."""


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = widgets.UnfoldAdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(list(initial or []) != self.to_python(data))
