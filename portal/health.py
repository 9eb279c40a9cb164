"""For supervisors and outside watchers: the process is up, it can serve, the engine keeps its cycle."""

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone

from portal import audit


def live(_request: HttpRequest) -> JsonResponse:
    """The web process answers."""
    return JsonResponse({"status": "ok"})


def ready(_request: HttpRequest) -> JsonResponse:
    """The web process reaches its database."""
    try:
        audit.database_answers()
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})


def engine(_request: HttpRequest) -> JsonResponse:
    """A full cycle was completed lately, and nothing it should have decided is left over."""
    try:
        problems = audit.health(now=timezone.now())
    except DatabaseError:
        problems = ["the database does not answer"]
    return JsonResponse(
        {"status": "problem" if problems else "ok", "problems": problems}, status=503 if problems else 200
    )


urlpatterns = [path("live", live), path("ready", ready), path("engine", engine)]
