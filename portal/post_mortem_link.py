"""The stable address of an incident's post-mortem, from the moment the incident exists."""

from django.contrib import messages
from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from incidents.models import Deadline, Incident


@staff_member_required
def post_mortem_of(request: HttpRequest, number: str) -> HttpResponse:
    """Go to the published or drafted post-mortem, or to the incident with a word on when it is due."""
    incident = get_object_or_404(Incident, number=number)
    if not request.user.has_perm("postmortems.view_postmortem"):
        raise PermissionDenied
    post_mortem = getattr(incident, "post_mortem", None)
    if post_mortem is not None:
        return redirect(post_mortem)
    promise = incident.deadlines.open().filter(kind=Deadline.Kind.POST_MORTEM).first()
    when = f"It is due by {promise.due_at:%Y-%m-%d %H:%M} UTC." if promise else "None is due yet."
    messages.info(request, f"The post-mortem of {number} has not been opened. {when}")
    return redirect(incident)
