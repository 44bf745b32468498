"""The files of our servers: run folders, their sweep, the caches, and copies of them.

<temp>/dbspec-XXXXXXXX/      one run; `lock` is held while its process lives
    lock  log
    data/                    0700, the server's
    s/                       0700, the server's: the socket
    shims/extension/         stand-ins for extensions
<cache>/pgdata-KEY/          an initialised data directory, never run in place
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from database_specialist.agent.errors import SandboxError

if sys.platform != "win32":
    import fcntl

_PREFIX = "dbspec-"
_NEW = "new-dbspec-"
_LONGEST_SOCKET = 103 - len(f"/{_PREFIX}12345678/s/.s.PGSQL.5432")
_ABANDONED_SECONDS = 3600
_KEPT_CACHES = 3
_MEMORY = Path("/dev/shm")
_MEMORY_BYTES = 4 << 30
"""Free memory below which runs stay on disk: a database may grow to its quota."""


def make_run_folder(user: int | None) -> tuple[Path, int]:
    """Make a run's folder. Return it with the descriptor whose lock says that the run lives.

    It gets its name only when it is locked, so that no sweep can take it for an abandoned one.
    """
    base = run_base(user)
    new = Path(tempfile.mkdtemp(prefix=_NEW, dir=base))
    descriptor = os.open(new / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    for name in ("data", "s"):
        (new / name).mkdir(mode=0o700)
        if user is not None:
            os.chown(new / name, user, user)
    if user is not None:
        new.chmod(0o711)
    folder = base / new.name.removeprefix("new-")
    new.rename(folder)
    return folder, descriptor


def run_base(user: int | None) -> Path:
    """Return the folder for run folders: short enough for a socket's address, and open to the server's user."""
    for base in _run_bases():
        is_short = len(os.fsencode(base)) <= _LONGEST_SOCKET
        if base.is_dir() and is_short and _has_room(base) and (user is None or is_open_to_all(base)):
            return base
    raise SandboxError(f"{tempfile.gettempdir()} cannot hold the server's socket. Remedy: set TMPDIR to a short path.")


def _run_bases() -> tuple[Path, ...]:
    """Return where run folders may lie, in memory first: a data directory is 700 files, slow to make on some disks."""
    temporary = tuple(dict.fromkeys((Path(tempfile.gettempdir()).resolve(), Path("/tmp").resolve())))
    return temporary if os.environ.get("TMPDIR") else (_MEMORY, *temporary)


def _has_room(base: Path) -> bool:
    if base != _MEMORY:
        return True
    room = os.statvfs(base)
    return room.f_bavail * room.f_frsize >= _MEMORY_BYTES and os.access(base, os.W_OK)


def is_open_to_all(path: Path) -> bool:
    """Return whether every user may go through this folder and all above it."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def sweep() -> None:
    """End the servers, and remove the folders, of runs that were killed together with their keeper."""
    for base in _run_bases():
        for folder in sorted(base.glob(f"{_PREFIX}*")):
            if _is_ours(folder) and _is_abandoned(folder):
                _end_server(folder / "data")
                remove(folder)
        for folder in sorted(base.glob(f"{_NEW}*")):
            if _is_ours(folder) and _is_old(folder):
                remove(folder)


def _is_ours(folder: Path) -> bool:
    try:
        return folder.lstat().st_uid == os.geteuid() and not folder.is_symlink()
    except FileNotFoundError:  # another process sweeps too
        return False


def _is_old(folder: Path) -> bool:
    try:
        return time.time() - folder.stat().st_mtime > _ABANDONED_SECONDS
    except FileNotFoundError:
        return False


def _is_abandoned(folder: Path) -> bool:
    try:
        descriptor = os.open(folder / "lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _end_server(data: Path) -> None:
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    for number, seconds in ((signal.SIGQUIT, 6.0), (signal.SIGKILL, 1.0)):
        deadline = time.monotonic() + seconds
        if _works_in(pid, data):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        while _works_in(pid, data) and time.monotonic() < deadline:
            time.sleep(0.01)


def _works_in(pid: int, data: Path) -> bool:
    """Return whether the process is a server on this data directory: a recorded id may be another's by now."""
    if sys.platform.startswith("linux"):
        try:
            return Path(os.readlink(f"/proc/{pid}/cwd")) == data
        except OSError:
            return False
    listed = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return str(data) in listed.stdout


def remove(folder: Path) -> None:
    """Remove a folder with all in it; what another process removes at the same time is no error."""
    shutil.rmtree(folder, ignore_errors=True)


def cache_folder(preferred: Path | None) -> Path:
    """Return a folder of ours that can be written: `preferred`, the user's cache, else one below the temp folder."""
    for candidate in _cache_candidates(preferred):
        with contextlib.suppress(OSError):
            candidate.mkdir(parents=True, exist_ok=True, mode=0o700)
            if candidate.lstat().st_uid != os.geteuid():
                continue  # someone else made it: what lies there is not ours to run
            with tempfile.TemporaryFile(dir=candidate):
                return candidate
    raise SandboxError(f"{tempfile.gettempdir()} cannot be written. Remedy: set TMPDIR or XDG_CACHE_HOME.")


def shared_shelf() -> Path:
    """Return a folder of ours on disk that others may read through: memory is often mounted without execution."""
    for base in _run_bases():
        if base != _MEMORY and base.is_dir() and is_open_to_all(base):
            shelf = cache_folder(base / f"database-specialist-{os.geteuid()}")
            shelf.chmod(0o711)
            return shelf
    raise SandboxError(f"{tempfile.gettempdir()} is closed to other users. Remedy: do not run as root.")


def _cache_candidates(preferred: Path | None) -> Iterator[Path]:
    if preferred is not None:
        yield preferred
    if os.environ.get("XDG_CACHE_HOME"):
        yield Path(os.environ["XDG_CACHE_HOME"]) / "database-specialist"
    if os.environ.get("HOME"):
        yield Path(os.environ["HOME"]) / ".cache" / "database-specialist"
    yield Path(tempfile.gettempdir()) / f"database-specialist-{os.geteuid()}"


def publish(target: Path, build: Callable[[Path], None]) -> Path:
    """Build a folder beside `target` and rename it into place; of several at once, one wins and all use it."""
    if target.is_dir():
        return target
    for abandoned in target.parent.glob("building-*"):
        if _is_old(abandoned):
            remove(abandoned)
    building = Path(tempfile.mkdtemp(prefix="building-", dir=target.parent))
    try:
        build(building)
        building.rename(target)
    except OSError:
        if not target.is_dir():
            raise
    finally:
        remove(building)
    return target


def prune(kept: Path, pattern: str) -> None:
    """Remove what older releases left beside `kept`, but the newest few and what was used within the hour."""
    with contextlib.suppress(OSError):  # a cache that cannot be written is as good as before
        os.utime(kept)
    dated: list[tuple[float, Path]] = []
    for folder in kept.parent.glob(pattern):
        with contextlib.suppress(FileNotFoundError):  # another process prunes too
            dated.append((folder.stat().st_mtime, folder))
    for _, folder in sorted(dated, reverse=True)[_KEPT_CACHES:]:
        if folder != kept and _is_old(folder):
            remove(folder)


def copy_tree(source: Path, target: Path, user: int | None) -> None:
    """Copy the files below `source` into the existing folder `target`, and give them to `user`."""
    for entry in sorted(os.scandir(source), key=lambda entry: entry.name):
        copied = target / entry.name
        if entry.is_dir(follow_symlinks=False):
            copied.mkdir(mode=0o700)
            copy_tree(Path(entry.path), copied, user)
        else:
            shutil.copyfile(entry.path, copied, follow_symlinks=False)
        if user is not None:
            os.chown(copied, user, user)
