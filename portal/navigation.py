"""The look of the admin, and its menu. An item without a permission is shown to nobody."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

Item = dict[str, Any]


def allowed(*permissions: str) -> Callable[[HttpRequest], bool]:
    """For whoever has one of ``permissions``."""

    def check(request: HttpRequest) -> bool:
        return any(request.user.has_perm(permission) for permission in permissions)

    return check


def is_staff(request: HttpRequest) -> bool:
    return request.user.is_active and getattr(request.user, "is_staff", False)


def may_declare(request: HttpRequest) -> bool:
    return request.user.has_perm("incidents.declare_incident")


def is_adding(request: HttpRequest) -> bool:
    """The page is the declare form, which is not the list of incidents."""
    return request.path == str(reverse_lazy("admin:incidents_incident_add"))


def among_incidents(request: HttpRequest) -> bool:
    listing = str(reverse_lazy("admin:incidents_incident_changelist"))
    return request.path.startswith(listing) and not is_adding(request)


def screen(title: str, icon: str, model: str) -> Item:
    """The list of ``app.model``, for whoever may view it."""
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": allowed(f"{app}.view_{name}"),
    }


RESPOND: list[Item] = [
    {"title": "Duty desk", "icon": "space_dashboard", "link": reverse_lazy("admin:index"), "permission": is_staff},
    {
        "title": "Declare incident",
        "icon": "e911_emergency",
        "link": reverse_lazy("admin:incidents_incident_add"),
        "permission": may_declare,
        "active": is_adding,
    },
    screen("Incidents", "local_fire_department", "incidents.incident") | {"active": among_incidents},
    screen("Promises", "alarm", "incidents.deadline"),
    screen("Timeline", "timeline", "incidents.timelineentry"),
]
LEARN: list[Item] = [
    screen("Post-mortems", "menu_book", "postmortems.postmortem"),
    screen("Reviews", "groups", "postmortems.review"),
    screen("Action items", "task_alt", "postmortems.actionitem"),
    screen("Follow-ups", "event_repeat", "postmortems.followup"),
]
PEOPLE: list[Item] = [
    screen("Contacts", "contacts", "contacts.contact"),
    screen("Teams", "diversity_3", "contacts.team"),
    screen("Audiences", "campaign", "contacts.audience"),
    screen("Rotas", "calendar_month", "contacts.rota"),
    screen("Shifts", "schedule", "contacts.shift"),
]
RUNBOOK: list[Item] = [
    screen("Severities", "priority_high", "incidents.severitypolicy"),
    screen("Categories", "category", "incidents.category"),
    screen("Systems", "dns", "incidents.affectedsystem"),
    screen("Procedures", "format_list_numbered", "incidents.procedure"),
    screen("Checklists", "checklist", "incidents.checklist"),
    screen("Message templates", "draft", "incidents.messagetemplate"),
    screen("Stakeholder rules", "rule", "incidents.stakeholderrule"),
    screen("Response roles", "badge", "contacts.responserole"),
    screen("Escalation paths", "escalator", "contacts.escalationpath"),
    screen("KPI targets", "flag", "incidents.kpitarget"),
    screen("Loaded definitions", "inventory", "incidents.loadeddefinition"),
]
RECORD: list[Item] = [
    screen("Status updates", "chat", "incidents.statusupdate"),
    screen("Stakeholder notices", "notifications", "incidents.stakeholdernotice"),
    screen("Escalations", "trending_up", "incidents.escalation"),
    screen("Tasks", "task", "incidents.taskitem"),
    screen("Role assignments", "assignment_ind", "incidents.roleassignment"),
    screen("Milestone changes", "edit_calendar", "incidents.milestonechange"),
    screen("Severity changes", "swap_vert", "incidents.severitychange"),
    screen("Incident letters", "mark_email_read", "incidents.incidentmessage"),
]
ENGINE: list[Item] = [
    screen("Letters", "outbox", "contacts.outgoingmessage"),
    screen("Heartbeats", "monitor_heart", "common.heartbeat"),
    screen("Periodic tasks", "update", "django_celery_beat.periodictask"),
]
ACCOUNTS: list[Item] = [
    screen("Users", "person", "contacts.user"),
    screen("Groups", "shield_person", "auth.group"),
]


def menu(title: str, items: list[Item], *, is_folded: bool = False) -> dict[str, Any]:
    return {"title": title, "items": items, "collapsible": is_folded, "separator": title != "Respond"}


def stylesheet(_request: HttpRequest) -> str:
    return static("portal/portal.css")


def script(_request: HttpRequest) -> str:
    return static("portal/portal.js")


def favicon(_request: HttpRequest) -> str:
    return static("portal/favicon.svg")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Incident response portal",
    "SITE_HEADER": "Incident response",
    "SITE_SUBHEADER": "Promises, kept and proved",
    "SITE_SYMBOL": "e911_emergency",
    "SITE_URL": "/admin/",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": favicon}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "DASHBOARD_CALLBACK": "portal.admin.desk.desk",
    "STYLES": [stylesheet],
    "SCRIPTS": [script],
    "COMMAND": {"search_models": False, "show_history": False},
    "COLORS": {
        "primary": {
            "50": "#eff6ff",
            "100": "#dbeafe",
            "200": "#bfdbfe",
            "300": "#93c5fd",
            "400": "#60a5fa",
            "500": "#3b82f6",
            "600": "#2563eb",
            "700": "#1d4ed8",
            "800": "#1e40af",
            "900": "#1e3a8a",
            "950": "#172554",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            menu("Respond", RESPOND),
            menu("Learn", LEARN),
            menu("People", PEOPLE),
            menu("Runbook", RUNBOOK, is_folded=True),
            menu("Record", RECORD, is_folded=True),
            menu("Outbox and engine", ENGINE, is_folded=True),
            menu("Accounts", ACCOUNTS, is_folded=True),
        ],
    },
}
