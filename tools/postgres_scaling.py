"""Files of a database made to look as long as in production, without taking the room.

The planner asks the file system how many pages a table has. A file that is extended without being written is
sparse: it says so many pages, and holds only those of the sample. A scan would read all the emptiness, so nothing
reads a table as long as it looks long; a plan that was made then runs when its files are cut back.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from database_specialist.agent.errors import SandboxError

PAGE = 8192
SEGMENT_PAGES = 131072
"""A table's file is continued in another one after 1 GB."""


def inflate(data: Path, pages: Mapping[str, int]) -> None:
    """Extend the files of relations, given by their path in the data directory, to this many pages.

    Raises:
        SandboxError: the file system refuses.
    """
    for path, wanted in pages.items():
        try:
            _extend(data / path, wanted)
        except OSError as error:
            raise SandboxError(
                f"{data / path} cannot be extended: {error.strerror}. Remedy: run with --depth quick."
            ) from error


def deflate(data: Path, pages: Mapping[str, int]) -> None:
    """Cut the files back to this many pages, which must be those that were ever written."""
    for path, wanted in pages.items():
        file = data / path
        os.truncate(file, wanted * PAGE)
        number = 1
        while (part := file.with_name(f"{file.name}.{number}")).exists():
            os.truncate(part, 0)
            number += 1


def _extend(file: Path, pages: int) -> None:
    whole, rest = divmod(pages, SEGMENT_PAGES)
    owner = file.stat()
    for number in range(whole + 1):
        part = file if number == 0 else file.with_name(f"{file.name}.{number}")
        length = (SEGMENT_PAGES if number < whole else rest) * PAGE
        if not part.exists():
            part.touch(mode=0o600)
            _give(part, owner.st_uid, owner.st_gid)
        if part.stat().st_size < length:
            with part.open("r+b") as opened:
                opened.truncate(length)


def _give(file: Path, user: int, group: int) -> None:
    if os.geteuid() == 0:
        os.chown(file, user, group)
