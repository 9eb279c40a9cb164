"""Shows times in the zone of whoever is reading."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone


def reader_zone_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Activate the signed-in person's zone for the length of the request; UTC stays inside."""

    def middleware(request: HttpRequest) -> HttpResponse:
        zone = settings.TIME_ZONE_DISPLAY
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            zone = getattr(request.user, "reader_zone", "") or zone
        with timezone.override(ZoneInfo(zone)):
            return get_response(request)

    return middleware
