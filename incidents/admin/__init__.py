"""Screens of the incidents app: facts here, the runbook's definitions in ``definitions``."""

from incidents.admin import definitions, facts, incident

__all__ = ["definitions", "facts", "incident"]
