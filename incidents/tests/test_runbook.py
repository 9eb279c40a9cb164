"""The loaded rows against the runbook's own figures, written down here a second time."""

import tomllib
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import models

from contacts.models import Contact, EscalationPath, ResponseRole
from incidents import runbook
from incidents.models import (
    Category,
    Checklist,
    KpiTarget,
    LoadedDefinition,
    MessageTemplate,
    Procedure,
    ProcedureStep,
    SeverityPolicy,
    StakeholderRule,
)

pytestmark = pytest.mark.usefixtures("loaded_runbook")

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def m(count: int) -> timedelta:
    return timedelta(minutes=count)


def h(count: int) -> timedelta:
    return timedelta(hours=count)


def d(count: int) -> timedelta:
    return timedelta(days=count)


def psql(query: str) -> str:
    return f'psql -h localhost -U financeanalyst -d financeanalyst_prod -c "{query}"'


#: code -> name, acknowledge, restore, update, review, post-mortem, escalated up to, by its own targets.
SEVERITIES = {
    "SEV-1": ("Critical", m(15), h(1), m(30), h(24), d(3), 5, False),
    "SEV-2": ("High", m(30), h(4), m(30), h(48), d(5), 5, False),
    "SEV-3": ("Medium", h(2), h(24), m(60), d(7), d(10), 2, True),
    "SEV-4": ("Low", h(24), d(7), None, None, None, 0, False),
}
TAGLINES = {
    "SEV-1": "Immediate Action Required",
    "SEV-2": "Urgent Action Required",
    "SEV-3": "Action Required",
    "SEV-4": "Monitoring",
}
EXAMPLES = {
    "SEV-1": [
        "Complete application outage",
        "Database unavailable",
        "Security breach with data exposure",
        "Payment processing failure",
    ],
    "SEV-2": [
        "High error rates (>10%)",
        "Performance degradation (response time >5s)",
        "Partial system functionality loss",
        "Database performance issues",
    ],
    "SEV-3": [
        "Intermittent errors",
        "Slow performance in specific areas",
        "Non-critical feature failures",
        "Monitoring alerts (non-critical)",
    ],
    "SEV-4": ["Minor monitoring alerts", "Cosmetic issues", "Future-dated issues", "Informational alerts"],
}
CATEGORIES = [
    "Security",
    "Infrastructure",
    "Application",
    "Database",
    "Network",
    "User/Access",
    "Performance",
    "Monitoring",
]
#: name, leading role, number of responsibilities.
ROLES = [
    ("Incident Commander", True, 5),
    ("Technical Lead", True, 5),
    ("Communications Lead", True, 4),
    ("DevOps Engineer", False, 3),
    ("Security Engineer", False, 3),
    ("Database Administrator", False, 3),
    ("Application Developer", False, 3),
]
LEVELS = [
    (1, "On-call Engineer", m(0), True),
    (2, "Team Lead", m(15), False),
    (3, "Engineering Manager", m(30), False),
    (4, "VP Engineering", m(60), False),
    (5, "CTO", m(120), False),
]
PHASES = [
    ("Phase 1: Detection and Assessment", m(0), m(15)),
    ("Phase 2: Containment", m(15), m(60)),
    ("Phase 3: Recovery", h(1), h(4)),
    ("Phase 4: Resolution", h(4), None),
]
#: step of a phase -> its title and how many numbered lines stand directly below it.
STEPS = {
    "1": ("Incident Detection", 4),
    "2": ("Incident Declaration", 2),
    "3": ("Initial Assessment", 3),
    "4": ("Assemble Response Team", 4),
    "5": ("Implement Containment", 4),
    "6": ("Investigation", 4),
    "7": ("Develop Recovery Plan", 4),
    "8": ("Execute Recovery", 4),
    "9": ("Validation", 4),
    "10": ("Incident Resolution", 4),
}
BULLETS = {
    "2.1": [
        "Notify Incident Commander",
        "Declare incident status",
        "Assign severity level",
        "Page appropriate team members",
    ],
    "2.2": ["Document as regular issue", "Continue normal operations"],
    "3.1": ["What is affected?", "When did it start?", "Who is impacted?", "What is the scope?"],
}
#: recovery procedure -> each comment of the runbook with the command lines below it.
COMMANDS = {
    "Standard Application Restart": [
        ("Check application status", ["sudo systemctl status financeanalyst"]),
        ("Restart application", ["sudo systemctl restart financeanalyst"]),
        ("Monitor restart process", ["sudo journalctl -u financeanalyst -f"]),
        ("Validate application health", ["curl -f https://yourdomain.com/health"]),
    ],
    "Rollback to Previous Version": [
        ("Execute rollback script", ["./scripts/rollback.sh production"]),
        ("Monitor rollback process", ["watch -n 5 'curl -s https://yourdomain.com/health'"]),
        ("Validate rollback success", ["curl -f https://yourdomain.com/health"]),
    ],
    "Database Connection Issues": [
        ("Check database status", ["sudo systemctl status postgresql"]),
        ("Restart database service", ["sudo systemctl restart postgresql"]),
        ("Validate database connectivity", [psql("SELECT 1;")]),
        ("Check replication status", [psql("SELECT * FROM pg_stat_replication;")]),
    ],
    "Database Performance Issues": [
        ("Check active connections", [psql("SELECT count(*) FROM pg_stat_activity;")]),
        (
            "Check long-running queries",
            [
                psql(
                    "SELECT pid, now() - pg_stat_activity.query_start AS duration, query FROM pg_stat_activity "
                    "WHERE (now() - pg_stat_activity.query_start) > interval '5 minutes';"
                )
            ],
        ),
        ("Analyze slow queries", [psql("SELECT * FROM pg_stat_statements ORDER BY total_time DESC LIMIT 10;")]),
    ],
    "Server Resource Issues": [
        ("Check system resources", ["htop", "df -h", "free -h", "iostat -x 1 5"]),
        ("Restart services if needed", ["sudo systemctl restart nginx", "sudo systemctl restart financeanalyst"]),
        ("Check network connectivity", ["ping -c 3 google.com", "traceroute yourdomain.com"]),
    ],
    "Load Balancer Issues": [
        (
            "Check load balancer status",
            ["aws elbv2 describe-target-health --target-group-arn $TARGET_GROUP_ARN"],
        ),
        (
            "Check target registration",
            ["aws elbv2 describe-target-groups --target-group-arns $TARGET_GROUP_ARN"],
        ),
        (
            "Deregister unhealthy targets",
            ["aws elbv2 deregister-targets --target-group-arn $TARGET_GROUP_ARN --targets Id=i-1234567890abcdef0"],
        ),
        (
            "Register replacement targets",
            ["aws elbv2 register-targets --target-group-arn $TARGET_GROUP_ARN --targets Id=i-0987654321fedcba0"],
        ),
    ],
}
#: procedure, category, number of steps, first and last step.
INCIDENT_PROCEDURES = [
    ("Data Breach Response", "Security", 7, "Isolate affected systems", "Implement additional security measures"),
    (
        "DDoS Attack Response",
        "Security",
        6,
        "Enable DDoS protection (Cloudflare/AWS Shield)",
        "Communicate with stakeholders",
    ),
    ("Data Corruption", "Database", 6, "Stop application writes", "Monitor for recurrence"),
    ("Replication Failure", "Database", 5, "Check replication status", "Monitor replication health"),
    (
        "Memory Leak Response",
        "Application",
        6,
        "Monitor memory usage trends",
        "Monitor memory usage post-deployment",
    ),
    ("High Error Rate Response", "Application", 6, "Identify error patterns", "Monitor error rates post-deployment"),
    (
        "Network Connectivity Issues",
        "Infrastructure",
        5,
        "Check network equipment status",
        "Monitor network health",
    ),
    ("Storage Issues", "Infrastructure", 5, "Check disk space usage", "Monitor storage performance"),
]
#: kind -> heading and labels in order.
TEMPLATES = {
    "initial": (
        "🚨 INCIDENT DECLARED",
        ["Severity", "Start Time", "Affected Systems", "Impact", "Status", "Next Update"],
    ),
    "update": ("📊 INCIDENT UPDATE", ["Status", "Current Impact", "Progress", "Next Steps", "ETA"]),
    "resolution": (
        "✅ INCIDENT RESOLVED",
        ["Resolution Time", "Root Cause", "Impact", "Actions Taken", "Post-Mortem"],
    ),
}
#: severity -> audience, within, at once, also the teams of the affected systems, documented only.
RULES = {
    "SEV-1": ("Executive leadership", m(15), True, False, False),
    "SEV-2": ("Department heads", m(30), False, False, False),
    "SEV-3": ("Affected teams", h(2), False, True, False),
    "SEV-4": (None, None, False, False, True),
}
#: name -> comparison, value, unit, severity.
KPIS = {
    "Mean Time to Detect": ("lt", 5, "minutes", "SEV-1"),
    "Mean Time to Respond": ("lt", 1, "hours", "SEV-1"),
    "Mean Time to Resolve": ("lt", 4, "hours", "SEV-1"),
    "False Positive Rate": ("lt", 5, "percent", None),
    "Escalation Accuracy": ("gt", 95, "percent", None),
    "Post-Mortem Completion": ("eq", 100, "percent", None),
    "Incident Documentation": ("eq", 100, "percent", None),
    "Action Item Completion": ("gt", 90, "percent", None),
    "Stakeholder Satisfaction": ("gt", 4.5, "points", None),
}
CHECKLISTS = {
    "preparation": [
        "Incident response team defined",
        "Communication templates prepared",
        "Monitoring and alerting configured",
        "Backup and recovery procedures tested",
        "Runbook documentation complete",
        "Contact lists updated",
        "Escalation procedures documented",
    ],
    "response": [
        "Incident properly declared",
        "Response team assembled",
        "Communication channels established",
        "Timeline documentation maintained",
        "Stakeholders informed",
        "Recovery procedures executed",
        "Incident resolution validated",
    ],
    "post_incident": [
        "Post-mortem meeting conducted",
        "Root cause analysis completed",
        "Action items assigned and tracked",
        "Documentation updated",
        "Prevention measures implemented",
        "Lessons learned shared",
    ],
    "customer_impact": [
        "Determine which customers are affected",
        "Assess impact severity and duration",
        "Prepare customer communication plan",
        "Coordinate with customer success team",
    ],
    "public_communication": [
        "Prepare status page updates (status.yourdomain.com)",
        "Draft customer-facing communications",
        "Coordinate with PR/Marketing teams",
        "Post updates on social media if appropriate",
    ],
    "review_agenda": [
        "Incident timeline review",
        "Root cause analysis",
        "Impact assessment",
        "Response effectiveness evaluation",
        "Lessons learned",
        "Action items and owners",
        "Prevention measures",
    ],
    "review_attendees": [
        "Incident Response Team",
        "Technical teams involved",
        "Business stakeholders",
        "Management representatives",
    ],
    "post_mortem_sections": [
        "Executive Summary",
        "Incident Timeline",
        "Root Cause Analysis",
        "Impact Assessment",
        "Response Actions",
        "Lessons Learned",
        "Action Items",
        "Prevention Measures",
    ],
    "distribution": [
        "Internal: All incident response team members",
        "Management: Executive leadership team",
        "Technical Teams: Development and operations teams",
        "External: If customer impact occurred",
    ],
    "action_item_fields": ["Action Item", "Owner", "Priority", "Due Date", "Status"],
    "follow_up_steps": [
        "Assign action items during post-mortem",
        "Track progress weekly",
        "Update status in incident tracking system",
        "Close items when completed",
        "Review completed items in future incidents",
    ],
}
CONTACTS = {
    "Incident Commander": "incident@yourdomain.com",
    "DevOps Lead": "devops@yourdomain.com",
    "Security Lead": "security@yourdomain.com",
    "Database Admin": "dba@yourdomain.com",
    "Cloud Provider Support": "",
    "Domain Registrar": "domain-support@registrar.com",
    "SSL Certificate Provider": "ssl-support@certificate-provider.com",
}


def steps_of(name: str) -> list[ProcedureStep]:
    return list(Procedure.objects.get(name=name).steps.all())


def phase_steps() -> models.QuerySet[ProcedureStep]:
    return ProcedureStep.objects.filter(procedure__kind=Procedure.Kind.PHASE)


def test_four_severities_are_ranked_in_order() -> None:
    assert list(SeverityPolicy.objects.values_list("code", "rank")) == [
        ("SEV-1", 1),
        ("SEV-2", 2),
        ("SEV-3", 3),
        ("SEV-4", 4),
    ]


@pytest.mark.parametrize("code", SEVERITIES)
def test_severity_promises_what_the_runbook_says(code: str) -> None:
    assert (
        SeverityPolicy.objects.values_list(
            "name",
            "acknowledge_within",
            "restore_within",
            "update_every",
            "review_within",
            "post_mortem_within",
            "escalate_up_to_level",
            "escalates_by_own_targets",
        ).get(code=code)
        == SEVERITIES[code]
    )


@pytest.mark.parametrize("code", SEVERITIES)
def test_severity_has_its_tagline_and_four_examples(code: str) -> None:
    policy = SeverityPolicy.objects.get(code=code)
    assert (policy.tagline, policy.examples) == (TAGLINES[code], EXAMPLES[code])


@pytest.mark.parametrize("code", SEVERITIES)
def test_severity_escalates_along_the_default_path(code: str) -> None:
    assert SeverityPolicy.objects.get(code=code).escalation_path == EscalationPath.objects.get()


def test_categories_stand_in_the_runbooks_order() -> None:
    assert list(Category.objects.values_list("name", flat=True)) == CATEGORIES


def test_three_leading_and_four_support_roles() -> None:
    assert [(role.name, role.is_lead, len(role.responsibilities)) for role in ResponseRole.objects.all()] == ROLES


def test_leading_roles_have_the_codes_the_portal_knows() -> None:
    leads = ResponseRole.objects.filter(is_lead=True).values_list("code", "name")
    assert list(leads) == ResponseRole.Code.choices


def test_escalation_path_has_five_levels_with_their_delays() -> None:
    levels = EscalationPath.objects.get().levels.values_list("number", "name", "delay", "is_on_call")
    assert list(levels) == LEVELS


def test_four_phases_have_their_windows() -> None:
    phases = Procedure.objects.filter(kind=Procedure.Kind.PHASE)
    assert list(phases.values_list("name", "window_starts", "window_ends")) == PHASES


@pytest.mark.parametrize("number", STEPS)
def test_step_of_a_phase_has_its_title_and_its_lines(number: str) -> None:
    step = phase_steps().get(number=number)
    assert (step.text, step.sub_steps.count()) == STEPS[number]


def test_the_phases_have_ten_steps_between_them() -> None:
    found = phase_steps().filter(parent=None).values_list("procedure__position", "number")
    phase_of = {"1": 1, "2": 1, "3": 1, "4": 2, "5": 2, "6": 2, "7": 3, "8": 3, "9": 3, "10": 4}
    assert sorted(found) == sorted((phase, number) for number, phase in phase_of.items())


@pytest.mark.parametrize("number", BULLETS)
def test_bullets_below_a_line_of_a_phase(number: str) -> None:
    line = phase_steps().get(number=number)
    assert [bullet.text for bullet in line.sub_steps.all()] == BULLETS[number]


def test_six_recovery_procedures_stand_in_order() -> None:
    recoveries = Procedure.objects.filter(kind=Procedure.Kind.RECOVERY)
    assert list(recoveries.values_list("name", flat=True)) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_recovery_procedure_has_the_runbooks_exact_commands(name: str) -> None:
    assert [(step.text, step.command.splitlines()) for step in steps_of(name)] == COMMANDS[name]


def test_only_recovery_procedures_have_commands() -> None:
    with_command = ProcedureStep.objects.exclude(command="")
    assert set(with_command.values_list("procedure__kind", flat=True)) == {Procedure.Kind.RECOVERY}


def test_eight_incident_procedures_stand_in_order() -> None:
    procedures = Procedure.objects.filter(kind=Procedure.Kind.INCIDENT)
    assert list(procedures.values_list("name", "category__name")) == [row[:2] for row in INCIDENT_PROCEDURES]


@pytest.mark.parametrize(("name", "category", "count", "first", "last"), INCIDENT_PROCEDURES)
def test_incident_procedure_has_its_steps(name: str, category: str, count: int, first: str, last: str) -> None:
    steps = steps_of(name)
    assert (len(steps), steps[0].text, steps[-1].text) == (count, first, last)


@pytest.mark.parametrize("kind", TEMPLATES)
def test_template_has_its_heading_and_labels_in_order(kind: str) -> None:
    heading, *lines = MessageTemplate.objects.get(kind=kind).body.strip().splitlines()
    labels = [line.partition(":")[0] for line in lines if line]
    assert (heading, labels) == TEMPLATES[kind]


def test_there_are_three_templates() -> None:
    assert MessageTemplate.objects.count() == len(TEMPLATES)


def test_stakeholder_rules_name_audience_and_time() -> None:
    found = StakeholderRule.objects.values_list(
        "severity__code", "audience__name", "within", "is_immediate", "to_affected_teams", "is_documented_only"
    )
    assert {code: tuple(rest) for code, *rest in found} == RULES


def test_nine_kpi_targets_stand_in_order() -> None:
    found = KpiTarget.objects.values_list("name", "comparison", "value", "unit", "severity__code")
    assert [(name, tuple(rest)) for name, *rest in found] == list(KPIS.items())


def test_every_kind_of_list_is_there_once() -> None:
    assert sorted(Checklist.objects.values_list("kind", flat=True)) == sorted(CHECKLISTS)


@pytest.mark.parametrize("kind", CHECKLISTS)
def test_list_has_the_runbooks_entries_in_order(kind: str) -> None:
    assert [entry.text for entry in Checklist.objects.get(kind=kind).entries.all()] == CHECKLISTS[kind]


def test_contacts_have_the_runbooks_addresses() -> None:
    assert dict(Contact.objects.values_list("name", "email")) == CONTACTS


def test_every_contact_is_a_placeholder_that_no_letter_reaches() -> None:
    assert (Contact.objects.placeholders().count(), Contact.objects.reachable().count()) == (len(CONTACTS), 0)


def everything() -> dict[str, list[tuple[object, ...]]]:
    """All rows of the apps that definitions live in."""
    labels = ("contacts", "incidents")
    found = [model for label in labels for model in apps.get_app_config(label).get_models()]
    return {model._meta.label: list(model._default_manager.order_by("pk").values_list()) for model in found}


def test_loading_again_changes_no_row() -> None:
    before = everything()
    runbook.load(now=NOW)
    assert everything() == before


def test_loading_again_says_that_everything_was_there() -> None:
    result = runbook.load(now=NOW)
    data = tomllib.loads(runbook.FILE.read_text())
    in_file = sum(len(data[array]) for array in runbook.LOADERS)
    assert (result.created, result.skipped, LoadedDefinition.objects.count()) == (0, in_file, in_file)


def test_an_edit_survives_a_second_load() -> None:
    SeverityPolicy.objects.filter(code="SEV-1").update(name="Grave", acknowledge_within=m(5))
    runbook.load(now=NOW)
    policy = SeverityPolicy.objects.get(rank=1)
    assert (policy.name, policy.acknowledge_within) == ("Grave", m(5))


def test_a_changed_key_brings_no_second_row() -> None:
    Category.objects.filter(name="Network").update(key="networks", name="Networks")
    runbook.load(now=NOW)
    assert Category.objects.count() == len(CATEGORIES)


def test_a_deletion_survives_a_second_load() -> None:
    Procedure.objects.get(name="Storage Issues").delete()
    Contact.objects.get(name="Domain Registrar").delete()
    runbook.load(now=NOW)
    assert not Procedure.objects.filter(name="Storage Issues").exists()
    assert not Contact.objects.filter(name="Domain Registrar").exists()


def test_a_deleted_step_survives_a_second_load() -> None:
    ProcedureStep.objects.get(procedure__name="Storage Issues", number="5").delete()
    runbook.load(now=NOW)
    assert len(steps_of("Storage Issues")) == 4


@pytest.mark.parametrize(("text", "length"), [("15m", m(15)), ("4h", h(4)), ("7d", d(7)), (None, None)])
def test_duration_is_one_number_and_one_unit(text: str | None, length: timedelta | None) -> None:
    assert runbook.duration(text) == length


@pytest.mark.parametrize("text", ["", "15", "m", "15 m", "1h30m", "-5m"])
def test_any_other_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        runbook.duration(text)
