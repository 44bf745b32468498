"""The commands of PostgreSQL's own backup tools: those that the rehearsal runs are those that the document prints."""

from __future__ import annotations

import shlex
from string import Template

BASE = "pg_basebackup --pgdata=$base --checkpoint=fast --wal-method=fetch --manifest-checksums=SHA256"
VERIFY = "pg_verifybackup $base"
INCREMENT = (
    "pg_basebackup --incremental=$base/backup_manifest --pgdata=$increment --checkpoint=fast --wal-method=fetch "
    "--manifest-checksums=SHA256"
)
COMBINE = "pg_combinebackup $base $increment --output=$combined"
DUMP = "pg_dump --format=custom --compress=6 --file=$dump --dbname=$database"
RESTORE = "pg_restore --exit-on-error --no-owner --dbname=$restored $dump"

ARCHIVE_COMMAND = "test ! -f $archive/%f && cp %p $archive/%f"
"""Refuses to write over a segment: two servers that archive to one place by mistake would destroy each other's log."""
RESTORE_COMMAND = "cp $archive/%f %p"

INCREMENTS_SINCE = 17
"""The major version from which `pg_basebackup` takes increments."""

RECOVERY_SETTINGS = {
    "archive_mode": "off",
    "restore_command": RESTORE_COMMAND,
    "recovery_target_time": "$target",
    "recovery_target_action": "promote",
}
"""What the restored server is started with, beside an empty file `recovery.signal` in its data directory."""


def primary_settings(major: int) -> dict[str, str]:
    """Return what the server that is backed up runs with.

    >>> "summarize_wal" in primary_settings(16), "summarize_wal" in primary_settings(17)
    (False, True)
    """
    settings = {"wal_level": "replica", "archive_mode": "on", "archive_command": ARCHIVE_COMMAND}
    return settings | ({"summarize_wal": "on"} if major >= INCREMENTS_SINCE else {})


def arguments(command: str, **places: str) -> list[str]:
    """Return the words of a command, with its places filled in.

    >>> arguments("pg_verifybackup $base", base="/backup/base 1")
    ['pg_verifybackup', '/backup/base 1']
    """
    return [Template(word).substitute(places) for word in shlex.split(command)]
