"""Screens of what follows an incident."""

from postmortems.admin import action_item, follow_up, post_mortem, review

__all__ = ["action_item", "follow_up", "post_mortem", "review"]
