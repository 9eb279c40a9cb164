"""Buttons that are transitions: GET shows what will happen, POST calls the verb.

A screen lists its verbs in a table; the mixin adds one confirm page for each. Buttons appear only where state and
person allow; the verb itself checks both again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from portal.common.admin.forms import VerbForm


@dataclass(frozen=True)
class Verb:
    """One button. ``run(obj, by=, now=, **cleaned_data)`` is the domain's verb."""

    name: str
    label: str
    run: Callable[..., Any]
    explanation: str
    form: type[VerbForm] = VerbForm
    allowed: Callable[[Any], bool] = lambda _obj: True
    permitted: Callable[[Any, Any], bool] = lambda _user, _obj: False
    is_danger: bool = False
    #: Whether it stands among the buttons on top; others are offered where they are needed.
    has_button: bool = True


def actor(request: HttpRequest) -> Any:
    """Whoever is signed in, for verbs, whose types name the account's own model."""
    return request.user


class VerbsMixin:
    """Adds ``<pk>/<verb>/`` to a ModelAdmin for each entry of ``verbs``."""

    verbs: tuple[Verb, ...] = ()
    #: Exceptions of the domain that mean "the state forbids it".
    refusals: tuple[type[Exception], ...] = ()

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_verb"  # type: ignore[attr-defined]
        view = self.admin_site.admin_view(self.verb_view)  # type: ignore[attr-defined]
        return [path("<path:object_id>/do/<slug:verb>/", view, name=name), *super().get_urls()]  # type: ignore[misc]

    def possible_verbs(self, request: HttpRequest, obj: Any) -> list[Verb]:
        """The verbs this person may use on this object now, in the order of the table."""
        return [verb for verb in self.verbs if verb.allowed(obj) and verb.permitted(request.user, obj)]

    def verb_url(self, verb: Verb, obj: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_verb"  # type: ignore[attr-defined]
        return reverse(name, args=[obj.pk, verb.name])

    def return_url(self, obj: Any) -> str:
        """Where a verb leads: the page of what it acted on."""
        return str(obj.get_absolute_url())

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Buttons for every page of an object."""
        obj = kwargs.get("obj")
        if obj is not None:
            context.setdefault("verb_buttons", self.verb_buttons(request, obj))
        page: HttpResponse = super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]
        return page

    def verb_buttons(self, request: HttpRequest, obj: Any) -> list[dict[str, Any]]:
        return [
            {"verb": verb, "url": self.verb_url(verb, obj)}
            for verb in self.possible_verbs(request, obj)
            if verb.has_button
        ]

    def verb_view(self, request: HttpRequest, object_id: str, verb: str) -> HttpResponse:
        """One confirm page for every verb of the table."""
        chosen = next((each for each in self.verbs if each.name == verb), None)
        obj = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if chosen is None or obj is None:
            raise Http404("There is no such page.")
        if not self.has_view_permission(request, obj) or not chosen.permitted(request.user, obj):  # type: ignore[attr-defined]
            raise PermissionDenied
        if not chosen.allowed(obj):
            messages.error(request, f"“{chosen.label}” is not possible any more: the state has changed.")
            return HttpResponseRedirect(self.return_url(obj))
        given = request.POST if request.method == "POST" else None
        form = chosen.form(given, instance=obj, initial=request.GET.dict())
        if request.method == "POST" and form.is_valid():
            answer = self.perform(request, chosen, obj, form)
            if answer is not None:
                return answer
        return self.confirm_page(request, chosen, obj, form)

    def perform(self, request: HttpRequest, verb: Verb, obj: Any, form: VerbForm) -> HttpResponse | None:
        """Call the verb; None if its input was refused, which the form then shows beside the field."""
        now: datetime = timezone.now()
        try:
            verb.run(obj, by=request.user, now=now, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
            return None
        except PermissionDenied as error:
            # The person may use the verb, though not in this way: say so, and lose nothing that was typed.
            form.add_error(None, str(error) or "You may not do this.")
            return None
        except self.refusals as error:
            messages.error(request, str(error))
        else:
            self.log_change(request, obj, verb.label)  # type: ignore[attr-defined]
            messages.success(request, f"{verb.label}: done.")
        return HttpResponseRedirect(self.return_url(obj))

    def confirm_page(self, request: HttpRequest, verb: Verb, obj: Any, form: VerbForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": verb.label,
            "subtitle": str(obj),
            "verb": verb,
            "object": obj,
            "back_url": self.return_url(obj),
            "form": form,
            "media": self.media + form.media,  # type: ignore[attr-defined]
            "opts": self.opts,  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "admin/verb.html", context)


def show_errors(form: VerbForm, error: ValidationError) -> None:
    """Put each error beside its field, or on top where the form has no such field."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(
            name if name in form.fields else None, ValidationError(errors) if name != NON_FIELD_ERRORS else errors
        )
