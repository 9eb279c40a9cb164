"""The ModelAdmin of the house, and permission rules as mixins named by intent."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin

#: Beyond any number that a person gives, within a small integer and within a short text.
PARKED = 30_000


class PortalAdmin(ModelAdmin):  # type: ignore[misc]
    """Lists of fifty without a count of everything, and a warning before typed text is lost."""

    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True
    list_filter_submit = False
    list_fullwidth = True
    save_as = False
    actions = None


class NothingIsDeleted:
    """Rows may be added and changed, never removed."""

    def has_delete_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False


class HistoryIsKept(NothingIsDeleted):
    """Facts: to be read only. What changes them are verbs."""

    def has_add_permission(self, _request: HttpRequest, *_args: Any) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False


class RowsChangePlaces:
    """Numbers of inline rows may be swapped: those that change are parked first, as each must be unique at once."""

    #: For each inline model the field that numbers its rows.
    numbered_by: dict[type[Model], str] = {}

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        name = self.numbered_by.get(formset.model)
        if name is not None:
            moved = [each.instance.pk for each in formset.initial_forms if name in each.changed_data]
            for place, pk in enumerate(moved):
                formset.model.objects.filter(pk=pk).update(**{name: PARKED + place})
        super().save_formset(request, form, formset, change)  # type: ignore[misc]
