"""Facts of an incident that settle a step of the runbook by themselves."""

from django.db import models


class Settler(models.TextChoices):
    """Nobody has to tick what the record shows."""

    DECLARED = "declared", "The incident is declared"
    ON_CALL_TOLD = "on_call_told", "Whoever is on call has been told"
    ACKNOWLEDGED = "acknowledged", "Somebody has acknowledged"
    COMMANDER = "commander", "There is an Incident Commander"
    TEAM = "team", "The three leading roles are held"
    CATEGORY = "category", "The category is known"
    SUMMARY = "summary", "What is affected is known"
    IMPACT_STARTED = "impact_started", "When it started is known"
    IMPACT = "impact", "Who is impacted is known"
    SCOPE = "scope", "The scope is known"
    CUSTOMER_IMPACT = "customer_impact", "The customer impact is known"
    STAKEHOLDERS_TOLD = "stakeholders_told", "A stakeholder notice was handed over"
    CONTAINED = "contained", "The incident is contained"
    RECOVERING = "recovering", "Recovery has started"
    RESTORED = "restored", "Service is restored"
    RESOLVED = "resolved", "The incident is resolved"
    RESOLUTION_TOLD = "resolution_told", "The resolution was written to those concerned"
    REVIEW_HELD = "review_held", "The review was held"
    POST_MORTEM = "post_mortem", "The post-mortem is published"
