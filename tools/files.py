"""Files that are whole or not there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

STRAY = ".database-specialist-"
"""What the name of a file begins with that was not finished."""


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader, also after a crash, finds the old content or the new.

    Raises:
        OSError: the disk or the rights do not allow it; the old file is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=STRAY, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
