"""A private MariaDB from the programs on PATH: socket only, never as root, gone with this process."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from database_specialist.agent.errors import SandboxError
from database_specialist.tools import postgres_files as files
from database_specialist.tools.private_server import START_SECONDS, await_socket, environment, launch

NOBODY = 65534
MEMORY_BYTES = 2 << 30


@dataclass(frozen=True)
class MariaBinaries:
    """The programs of a MariaDB installation."""

    server: Path
    install: Path


def find_mariadb(search_path: str | None = None) -> MariaBinaries | None:
    """Return the MariaDB on PATH (or `search_path`), or None."""
    path = os.environ.get("PATH", "") if search_path is None else search_path
    # Debian keeps servers in /usr/sbin, which is on root's PATH only.
    wide = os.pathsep.join((path, "/usr/sbin")) if search_path is None else path
    server = shutil.which("mariadbd", path=wide)
    install = shutil.which("mariadb-install-db", path=wide)
    return MariaBinaries(Path(server).resolve(), Path(install).resolve()) if server and install else None


@contextmanager
def running_mariadb(binaries: MariaBinaries) -> Iterator[Path]:
    """Run a private server for the length of the block; its socket is yielded. The login is root, without password.

    Raises:
        SandboxError: it does not start.
    """
    files.sweep()
    user = NOBODY if os.geteuid() == 0 else None
    run, lock = files.make_run_folder(user)
    keeper: subprocess.Popen[bytes] | None = None
    try:
        (run / "empty").mkdir(mode=0o755)
        _install(binaries, run, user)
        socket = run / "s" / "sql"
        keeper = launch(_command(binaries, run), run, user=user, memory_bytes=MEMORY_BYTES)
        await_socket(keeper, run, socket, name="mariadbd", remedy="give a server with --mysql-dsn")
        yield socket
    finally:
        if keeper is not None:
            keeper.communicate(timeout=START_SECONDS)
        files.remove(run)
        os.close(lock)


def _base(binaries: MariaBinaries) -> Path:
    return binaries.server.parent.parent


def _install(binaries: MariaBinaries, run: Path, user: int | None) -> None:
    command = [
        *(str(binaries.install), "--no-defaults", f"--basedir={_base(binaries)}", f"--datadir={run / 'data'}"),
        *("--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"),
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=run / "data",
        env=environment(),
        timeout=START_SECONDS,
        check=False,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        raise SandboxError(f"mariadb-install-db failed: {lines[-1]}. Remedy: give a server with --mysql-dsn.")


def _command(binaries: MariaBinaries, run: Path) -> list[str]:
    return [
        *(str(binaries.server), "--no-defaults", f"--basedir={_base(binaries)}", f"--datadir={run / 'data'}"),
        *(f"--socket={run / 's' / 'sql'}", f"--pid-file={run / 'data' / 'postmaster.pid'}", "--skip-networking"),
        *("--skip-name-resolve", f"--secure-file-priv={run / 'empty'}", "--local-infile=0", "--max-connections=10"),
        *("--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=16M"),
        *("--performance-schema=off", "--key-buffer-size=1M", "--skip-log-bin", "--default-time-zone=+00:00"),
    ]
