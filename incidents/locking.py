"""Takes an incident's row for the length of a verb, so that two people cannot act on the same state."""

from incidents.models import Incident


def locked(incident: Incident) -> Incident:
    """The incident as it is now, held until the transaction ends (SQLite holds the whole database).

    ``no_key`` lets other transactions refer to the row meanwhile, as every timeline entry does.
    """
    return Incident.objects.select_for_update(of=("self",), no_key=True).select_related("severity").get(pk=incident.pk)
