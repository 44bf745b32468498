"""Alembic: a revision a step, and what its commands need around them.

https://alembic.sqlalchemy.org/en/latest/tutorial.html

Each step is a transaction of its own; one that must run outside of any stands in an `autocommit_block`.
"""

from __future__ import annotations

import re

from database_specialist.agent.migrations.renderer import Renderer
from database_specialist.agent.migrations.steps import Step, Way

_INI = """\
# The address of the database stands in DATABASE_URL, so that no password lies in a file.
[alembic]
script_location = %(here)s
file_template = %%(rev)s_%%(slug)s
path_separator = os
"""
_ENV = '''\
"""Runs the revisions of this folder on the database that DATABASE_URL names."""

import os

from alembic import context
from sqlalchemy import create_engine, pool

url = os.environ.get("DATABASE_URL")
if not url:
    raise SystemExit("DATABASE_URL: not set; give the address of the database, such as postgresql+psycopg:///shop")

if context.is_offline_mode():
    # Named parameters: the others would print each percent sign twice.
    context.configure(
        url=url, literal_binds=True, dialect_opts={"paramstyle": "named"}, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
'''
_MAKO = '''\
"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
'''
# What SQLAlchemy's text() would read as a parameter, and what it would read as one that is escaped.
_PARAMETER = re.compile(r"(?<![:\w$\\]):(?=[\w$]+(?![:\w$]))")
_ESCAPED = re.compile(r"\\(?=:[\w$]*(?![:\w$]))")


def _file(step: Step) -> str:
    return f"versions/{step.label}.py"


def _render(project: str, steps: tuple[Step, ...]) -> dict[str, str]:
    files = {"alembic.ini": _INI, "env.py": _ENV, "script.py.mako": _MAKO}
    before: Step | None = None
    for step in steps:
        files[_file(step)] = _revision(step, before)
        before = step
    return files


def _revision(step: Step, before: Step | None) -> str:
    about = "\n".join(f"# {line}" for line in (f"{step.label}, phase {step.phase}", step.note) if line)
    return (
        f"{about}\n\nfrom alembic import op\n\n"
        f"revision = {step.version!r}\ndown_revision = {before.version if before else None!r}\n"
        "branch_labels = None\ndepends_on = None\n\n\n"
        f"def upgrade() -> None:\n{_body(step.up)}\n\n"
        f"def downgrade() -> None:\n{_body(step.down) if step.down.statements else _refusal(step)}"
    )


def _body(way: Way) -> str:
    if way.transactional:
        return "".join(f"    op.execute({_literal(each)})\n" for each in way.statements) or "    pass\n"
    calls = "".join(f"        op.execute({_literal(each)})\n" for each in way.statements)
    return f"    with op.get_context().autocommit_block():\n{calls}" if calls else "    pass\n"


def _refusal(step: Step) -> str:
    return f"    raise NotImplementedError({f'{step.label} cannot be undone: restore the backup taken before it'!r})\n"


def _literal(statement: str) -> str:
    """Return a statement as a Python literal, what looks like a parameter escaped for SQLAlchemy's text()."""
    text = _PARAMETER.sub(r"\\:", _ESCAPED.sub(r"\\\\", statement))
    # Python reads a carriage return in a file as a line feed.
    if '"""' in text or text.endswith(('"', "\\")) or "\r" in text:
        return repr(text)
    return f'r"""{text}"""' if "\\" in text else f'"""{text}"""'


ALEMBIC = Renderer(_file, _file, _render)
