"""Whom a letter about an incident goes to."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from contacts.models import Contact, ResponseRole, User
from contacts.on_call import reachable_on_call
from incidents.models import Deadline, Incident, IncidentMessage, RoleAssignment, StakeholderNotice
from incidents.permissions import COMMAND

Code = ResponseRole.Code
Kind = Deadline.Kind
TOLD = (IncidentMessage.Purpose.NOTICE, IncidentMessage.Purpose.UPDATE)

#: Whose promise it is, by kind.
RESPONSIBLE = {
    Kind.ACKNOWLEDGE: (Code.COMMANDER,),
    Kind.RESTORE: (Code.COMMANDER, Code.TECHNICAL_LEAD),
    Kind.STATUS_UPDATE: (Code.COMMUNICATIONS_LEAD, Code.COMMANDER),
    Kind.STAKEHOLDER_NOTICE: (Code.COMMUNICATIONS_LEAD, Code.COMMANDER),
    Kind.REVIEW: (Code.COMMANDER,),
    Kind.POST_MORTEM: (Code.COMMANDER,),
}


def unique(contacts: Iterable[Contact]) -> list[Contact]:
    return list(dict.fromkeys(contacts))


def role_holders(incident: Incident, *codes: str) -> list[Contact]:
    """Who holds these roles now, in the order of ``codes``; without codes, whoever holds any role."""
    held = RoleAssignment.objects.filter(incident=incident, ended_at__isnull=True).select_related("holder", "role")
    by_code = {assignment.role.code: assignment.holder for assignment in held}
    return unique(by_code[code] for code in codes or by_code if code in by_code)


def reachable(contacts: Iterable[Contact]) -> list[Contact]:
    return [contact for contact in unique(contacts) if contact.is_reachable]


def somebody_on_duty(*, at: datetime) -> list[Contact]:
    """Whoever is on call; with nobody on call, everyone who may command, so that no letter falls into a void."""
    return reachable_on_call(at=at) or commanders()


def commanders() -> list[Contact]:
    """Reachable contacts of active accounts that hold the commander's permission."""
    app, codename = COMMAND.split(".")
    holds = Q(user_permissions__codename=codename, user_permissions__content_type__app_label=app) | Q(
        groups__permissions__codename=codename, groups__permissions__content_type__app_label=app
    )
    accounts = User.objects.filter(holds | Q(is_superuser=True), is_active=True)
    return list(Contact.objects.reachable().filter(user__in=accounts))


def responsible(incident: Incident, *codes: str, at: datetime) -> list[Contact]:
    """Reachable holders of the roles, else somebody on duty."""
    return reachable(role_holders(incident, *codes)) or somebody_on_duty(at=at)


def for_deadline(deadline: Deadline, *, at: datetime) -> list[Contact]:
    """Whom to remind of a promise; an unacknowledged incident is also the on-call's."""
    people = responsible(deadline.incident, *RESPONSIBLE[Kind(deadline.kind)], at=at)
    if deadline.kind == Kind.ACKNOWLEDGE:
        people = unique([*people, *somebody_on_duty(at=at)])
    return people


def for_notice(notice: StakeholderNotice) -> list[Contact]:
    """The reachable members of the notice's audience, and of the affected systems' teams where the rule says so."""
    people = Contact.objects.reachable().filter(audiences=notice.audience)
    if notice.to_affected_teams:
        teams = notice.incident.affected_systems.filter(team__isnull=False).values("team")
        people = Contact.objects.reachable().filter(Q(audiences=notice.audience) | Q(team__in=teams))
    return list(people.distinct())


def told_so_far(incident: Incident) -> list[Contact]:
    """Everyone to whom a notice or update of this incident was written."""
    return list(
        Contact.objects.reachable()
        .filter(letters__incident_message__incident=incident, letters__incident_message__purpose__in=TOLD)
        .distinct()
    )
