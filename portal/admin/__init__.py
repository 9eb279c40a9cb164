"""Screens composed above the apps."""
