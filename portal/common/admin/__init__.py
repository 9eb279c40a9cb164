"""What every admin screen is made of."""

from portal.common.admin.base import HistoryIsKept, NothingIsDeleted, PortalAdmin, RowsChangePlaces
from portal.common.admin.forms import LinesField, VerbForm
from portal.common.admin.verbs import Verb, VerbsMixin, actor

__all__ = [
    "HistoryIsKept",
    "LinesField",
    "NothingIsDeleted",
    "PortalAdmin",
    "RowsChangePlaces",
    "Verb",
    "VerbForm",
    "VerbsMixin",
    "actor",
]
