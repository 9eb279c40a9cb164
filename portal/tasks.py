"""What beat triggers; the work itself is in ``portal/engine.py``."""

from celery import shared_task
from django.utils import timezone

from portal import engine


@shared_task(ignore_result=True)
def tick() -> None:
    engine.tick(now=timezone.now())


@shared_task(ignore_result=True)
def drain() -> None:
    engine.drain(now=timezone.now())
