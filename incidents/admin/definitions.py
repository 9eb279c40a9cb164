"""Screens of the runbook."""
