"""Models of the postmortems app, one module per aggregate."""

from postmortems.models.action_item import ActionItem, ActionItemQuerySet
from postmortems.models.follow_up import FollowUp
from postmortems.models.post_mortem import PostMortem
from postmortems.models.review import Review

__all__ = ["ActionItem", "ActionItemQuerySet", "FollowUp", "PostMortem", "Review"]
