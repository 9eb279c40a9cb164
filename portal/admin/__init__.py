"""Screens composed above the apps."""

from portal.admin import engine

__all__ = ["engine"]
