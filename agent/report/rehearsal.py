"""What of "Backup and Recovery" was rehearsed: the commands that ran, and what they gave back."""

from __future__ import annotations

from database_specialist.agent.model.evidence import Evidence
from database_specialist.agent.model.operations import BackupJob
from database_specialist.agent.operations import backup_commands as commands
from database_specialist.agent.report.context import Context, outcome
from database_specialist.agent.report.markdown import code, fence, heading, marked, number, sections, table, text

_STEPS = {
    "base backup": (commands.BASE, commands.VERIFY),
    "incremental backup": (commands.INCREMENT, commands.COMBINE, "pg_verifybackup $combined"),
    "logical backup": (commands.DUMP, commands.RESTORE),
}
_REHEARSED = (("pg_dump ", "logical backup", "packed by gzip"), (".backup ", "copy", "by the same API"))
NOT_EXECUTED = "NOT CHECKED: not executed in this run"


def rehearsal(context: Context) -> str:
    """Say what was rehearsed, on what, by which commands, and what a rehearsal does not show."""
    records = [record for record in context.design.evidence.records if record.kind == "recovery"]
    ran = [record for record in records if record.status == "EXECUTED"]
    return sections(
        heading(3, "Rehearsal"),
        _opening(context, records, ran),
        table(
            ("Step", "Claim", "Outcome", "What came back"),
            ((_name(each), text(each.claim), outcome(each), text(each.detail)) for each in records),
        ),
        *(_commands(ran) if ran and _is_server(context) else ()),
        _objectives(context) if ran else "",
    )


def job_note(context: Context, job: BackupJob) -> str:
    """Return whether the commands of a job were run: the words behind its name."""
    for prefix, subject, how in _REHEARSED:
        proof = context.evidence("recovery", subject)
        if "EXECUTED" in proof and any(prefix in command for command in job.commands):
            return f"rehearsed, {how}: {proof}"
    return NOT_EXECUTED


def _name(record: Evidence) -> str:
    return f"{record.id} {code(record.subject)}"


def _opening(context: Context, records: list[Evidence], ran: list[Evidence]) -> str:
    if not records:
        return "Nothing of this section was rehearsed: the run was asked for depth `quick`."
    if not ran:
        return "Nothing of this section was rehearsed; the table says why."
    seed = context.design.operations.seed
    rows = f"{number(sum(seed.rows.values()))} rows of `database/seed.sql`"
    place = f"Rehearsed on {text(ran[0].engine)}, with the schema, the indexes and the {rows}"
    compared = (
        "Before the disaster and after each restore every table was compared by the number of its rows and a hash of "
        "them, and the catalog was read back."
    )
    if not _is_server(context):
        return f"{place}, by SQLite's backup API. {compared}"
    return (
        f"{place}, on two servers of the run's own. Part of the rows went in after the base backup, so that only the "
        f"log could bring them back. {compared}"
    )


def _is_server(context: Context) -> bool:
    return context.design.relational_schema.engine == "postgresql"


def _commands(ran: list[Evidence]) -> tuple[str, ...]:
    done = [command for record in ran for command in _STEPS.get(record.subject, ())]
    major = int(ran[0].engine.split()[-1].split(".")[0])
    settings = commands.primary_settings(major)
    primary = "\n".join(f"{name} = '{value}'" for name, value in settings.items())
    restored = "\n".join(f"{name} = '{value}'" for name, value in commands.RECOVERY_SETTINGS.items())
    return (
        "The commands that ran, the places as variables:",
        fence("bash", "\n".join(done)),
        "The server that was backed up ran with:",
        fence("ini", primary),
        "The restored server was started on a copy of the backup, with an empty file `recovery.signal` in its data "
        "directory, and with:",
        fence("ini", restored),
    )


def _objectives(context: Context) -> str:
    """Set what was asked for against what a rehearsal can show of it, and say what it cannot."""
    backup = context.design.operations.backup
    recovered = context.evidence("recovery", "recovery to a time" if _is_server(context) else "restore of the copy")
    lost = "after the last segment that left the primary" if _is_server(context) else "after the copy"
    moment = "the moment asked for" if _is_server(context) else "the copy"
    rows = (
        (
            "RPO",
            marked(backup.rpo),
            f"no row committed before {moment} was lost ({recovered}); what comes {lost} is not covered",
        ),
        (
            "RTO",
            marked(backup.rto),
            f"the procedure ends by itself ({recovered}); its time at production volume is the estimate above: NOT "
            "CHECKED",
        ),
    )
    return sections(table(("Objective", "Asked for", "Rehearsed"), rows), _not_executed(context))


def _not_executed(context: Context) -> str:
    platform = next((d for d in context.design.operations.backup.decisions if d.id == "OP-backup-platform"), None)
    named = f"The commands of {text(platform.choice)} were not executed. " if platform else ""
    return f"{named}Times of the rehearsal stand in `database/measurements.md`."
