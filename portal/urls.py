"""Addresses of the portal."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from portal.post_mortem_link import post_mortem_of

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/post-mortem-of/<str:number>/", post_mortem_of, name="post_mortem_of"),
    path("admin/", admin.site.urls),
    path("health/", include("portal.health")),
]
