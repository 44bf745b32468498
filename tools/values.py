"""Large values of a run's state, in files of their own: each is named by the hash of its content.

A value that many steps share lies there once; a step that is done again finds what it had written.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from pathlib import Path
from typing import Any

from database_specialist.agent.errors import OutputError, StateError
from database_specialist.tools.files import STRAY, write_whole

KEPT_DAYS = 30
"""A run that waits for a person longer than this, in a folder in which another has begun, cannot go on."""


_SHA256 = re.compile("[0-9a-f]{64}")


class ValueFolder:
    """JSON values in files that a person can read."""

    def __init__(self, output: Path, place: str) -> None:
        """`place` is the path of their folder in the output folder."""
        self.folder = output / place
        self._place = place

    def keep(self, value: Any) -> str:
        """Write the value, if it does not lie there yet, and return the SHA-256 of its file.

        Raises:
            OutputError: the disk or the rights do not allow it.
        """
        content = (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        try:
            if path.exists():
                path.touch()
                return sha256
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / ".gitignore").write_text("*\n")
            write_whole(path, content)
        except OSError as error:
            raise OutputError(f"{self.folder}: cannot be written ({error.strerror}); make room, then go on") from error
        return sha256

    def find(self, sha256: str) -> Any:
        """Return the value whose file has this SHA-256.

        Raises:
            StateError: it is lost or damaged.
        """
        path = self.path(sha256)
        try:
            content = path.read_bytes() if _SHA256.fullmatch(sha256) else b""
        except OSError:
            content = b""
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StateError(f"{path}: a part of the run's state is lost or damaged; begin the run anew (--fresh)")
        return json.loads(content.decode("utf-8", "surrogatepass"))

    def path(self, sha256: str) -> Path:
        """Return where the value lies."""
        return self.folder / f"{sha256}.json"

    def shown(self, sha256: str) -> str:
        """Return the same relative to the output folder."""
        return f"{self._place}/{sha256}.json"

    def sweep(self) -> None:
        """Remove what no run has written for `KEPT_DAYS`, and what a killed one had not finished."""
        until = time.time() - KEPT_DAYS * 24 * 60 * 60
        for path in (*self.folder.glob("*.json"), *self.folder.glob(f"{STRAY}*")):
            try:
                if path.stat().st_mtime < until:
                    path.unlink()
            except OSError:  # another run removes it too, or it is not ours to remove
                continue
