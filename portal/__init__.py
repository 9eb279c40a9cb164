"""The frame: settings, engine, schedule, roles, site and reports, above the three apps."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
