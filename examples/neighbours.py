"""The agents on either side of the database specialist in a pipeline, as small as they can be and still be real.

The architect turns a short text into `ai_docs/`. The security specialist reads nothing but the result's contract and
writes `security-design.md`: grants, row-level policies to consider, and what needs protection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from database_specialist.agent.contract import DatabaseDesign, RoleAccess, SecurityNotes

WISH = """\
Town library
The town library lends books to its members.
Roles: librarian, member.
The librarian registers members with a name, an e-mail address and a card number. The card number is unique.
The librarian adds books with a title, an ISBN and a number of pages. The ISBN is unique.
A member borrows a book: a loan has a due date and refers to one member and one book.
A member lists the own loans, newest first.
Every change to a member is recorded in an audit log that nobody may change.
Names and e-mail addresses are personal data under the GDPR.
Loans are kept for 2 years.
There are 8,000 members, 40,000 books and 300 loans a day.
The system runs on PostgreSQL behind a web application.
"""
_TECHNOLOGY = re.compile(r"\b(PostgreSQL|SQLite|MySQL|MariaDB|runs on|web application)\b")


def write_documents(wish: str, folder: Path) -> None:
    """Write requirements.md and architecture.md: a title, then one numbered requirement for each line."""
    title, summary, *lines = [line.strip() for line in wish.splitlines() if line.strip()]
    roles = [role.strip(" .") for line in lines if line.startswith("Roles:") for role in line[6:].split(",")]
    technical = [line for line in lines if _TECHNOLOGY.search(line)]
    rest = [line for line in lines if not line.startswith("Roles:") and line not in technical]
    figures = [line for line in rest if re.search(r"\d", line)]
    functions = [line for line in rest if line not in figures]
    requirements = [f"# {title}", summary, "## User roles", _listed(f"**{role}**" for role in roles)]
    requirements += ["## Functional requirements", _numbered("FR", functions)]
    requirements += ["## Numbers", _numbered("NFR", figures)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "requirements.md").write_text("\n\n".join(requirements) + "\n", encoding="utf-8")
    architecture = [f"# Architecture of {title}", *technical]
    (folder / "architecture.md").write_text("\n\n".join(architecture) + "\n", encoding="utf-8")


def _numbered(prefix: str, lines: Iterable[str]) -> str:
    return "\n".join(f"- {prefix}-{number}: {line}" for number, line in enumerate(lines, 1))


def write_security_design(database_design: Any, folder: Path) -> Path:
    """Write security-design.md from the result of the database specialist; return its path.

    Raises:
        ValueError: there is no accepted design to secure.
    """
    design = DatabaseDesign.load(database_design)
    if design.status != "accepted" or design.security is None:
        raise ValueError(f"nothing to secure: {design}")
    notes = design.security
    parts = [
        "# Security design",
        f"Secures `{design.document_path}`, SHA-256 `{design.document_sha256}`, contract {design.version}.",
        "## Grants",
        "```sql\n" + "\n".join(grants(notes)) + "\n```",
        "## Row-level security",
        _listed(map(_row_note, (path for path in notes.access if path.narrowed_by))),
        "## Columns to protect",
        _listed(
            f"`{each.table}.{each.column}`: {each.classification}{', personal' if each.personal else ''}"
            for each in notes.sensitive_columns
        ),
        "## Audit",
        _listed(f"`{each.table}`{' (append-only)' if each.append_only else ''}: {each.holds}" for each in notes.audit),
        "## Retention",
        _listed(f"{each.subject}: {each.period.value:g} {each.period.unit}" for each in notes.retention),
        "## Duties",
        _listed(f"{each.text} ({each.source})" for each in notes.compliance),
        "## To be asked",
        _listed(f"{gap.question}" for gap in design.open_questions),
    ]
    path = folder / "security-design.md"
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return path


def grants(notes: SecurityNotes) -> list[str]:
    """Return the statements that give each role what its queries do, and nothing more."""
    roles = list(dict.fromkeys(path.role for path in notes.access))
    create = [f"CREATE ROLE {_quoted(role)} NOLOGIN;" for role in roles]
    give = [
        f"GRANT {', '.join(path.operations).upper()} ON {_quoted(path.table)} TO {_quoted(path.role)};"
        for path in notes.access
    ]
    return create + give


def _row_note(path: RoleAccess) -> str:
    columns = " and ".join(f"`{column}`" for column in path.narrowed_by)
    return f"{path.role} reaches `{path.table}` only by {columns} ({', '.join(path.queries)}): a policy can hold that."


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines) or "None."


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
