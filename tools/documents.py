"""The documents of a project, read from its folder."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from database_specialist.agent.errors import DocumentError
from database_specialist.agent.reading.raw import RawDocument
from database_specialist.tools.output import is_sealed

_PROSE = (".md", ".markdown", ".mdx", ".txt", ".text")
_FORMATS = (".sql", ".ddl", ".mmd", ".mermaid", ".dbml", ".prisma", ".yaml", ".yml", ".json", ".graphql", ".gql")
SUFFIXES = frozenset((*_PROSE, *_FORMATS))
MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_FILES = 500
MAX_DEPTH = 8

# Written by this product: never its own input. Other files of ours are known by their seal.
_OWN_FILE = "database-design"


def read_folder(folder: Path) -> tuple[RawDocument, ...]:
    """Read every document below `folder`, in the order of their paths.

    Hidden files, our own earlier output and files of other kinds are passed over. A file that cannot be
    decoded is returned with empty text and the problem.

    Raises:
        DocumentError: there is no such folder, or it holds no readable document.
    """
    require_folder(folder)
    root = folder.resolve()
    read = (_read(root, path) for path in _paths(root))
    documents = tuple(document for document in read if not is_sealed(document.text))
    if not any(document.text.strip() for document in documents):
        problems = "; ".join(f"{d.path}: {p}" for d in documents for p in d.problems)
        raise DocumentError(
            f"{folder}: no readable document in it"
            + (f" ({problems})" if problems else "")
            + "; put requirements.md (Markdown, text, SQL, Mermaid, DBML, Prisma, OpenAPI or GraphQL) there"
        )
    return documents


def find_folder(names: Sequence[str]) -> str | None:
    """Return the first of the names that is a folder, or the folder of one that is a file.

    Where there is none: the first that can only be a path, so that it is refused by its name and not passed over.
    """
    for name in names:
        path = Path(name).expanduser()
        if path.is_dir():
            return str(path)
        if path.is_file():
            return str(path.parent)
    return next((name for name in names if name.startswith(("/", "~", "./", "../"))), None)


def read_file(path: Path) -> str:
    """Return the text of one file.

    Raises:
        DocumentError: it cannot be opened or is no text.
    """
    try:
        text, _ = _decode(_bytes(path.resolve().parent, path.resolve()))
    except _Unreadable as problem:
        raise DocumentError(f"{path}: {problem}") from problem
    if not text.strip():
        raise DocumentError(f"{path}: no text in it")
    return text


def require_folder(folder: Path) -> None:
    """Raise a DocumentError unless `folder` is a folder."""
    if not folder.is_dir():
        what = "not a folder" if folder.exists() else "no such folder"
        raise DocumentError(f"{folder}: {what}; give the folder that holds requirements.md and architecture.md")


def _paths(root: Path) -> list[Path]:
    found: list[Path] = []
    for parent, folders, files in os.walk(root, followlinks=False):
        below = Path(parent).relative_to(root)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and len(below.parts) < MAX_DEPTH)
        found += [Path(parent, name) for name in sorted(files) if _is_document(name)]
    if len(found) > MAX_FILES:
        raise DocumentError(f"{root}: {len(found)} documents; at most {MAX_FILES} are read, give a smaller folder")
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())


def _is_document(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES and not name.lower().startswith(_OWN_FILE)


def _read(root: Path, path: Path) -> RawDocument:
    name = PurePosixPath(path.relative_to(root)).as_posix().encode("utf-8", "replace").decode()
    try:
        data = _bytes(root, path)
    except _Unreadable as problem:
        return RawDocument(path=name, text="", sha256=hashlib.sha256(b"").hexdigest(), problems=(str(problem),))
    text, problems = _decode(data)
    return RawDocument(path=name, text=text, sha256=hashlib.sha256(data).hexdigest(), problems=problems)


class _Unreadable(Exception):
    pass


def _bytes(root: Path, path: Path) -> bytes:
    if path.is_symlink() and not path.resolve().is_relative_to(root):
        raise _Unreadable("a link that leads out of the folder; copy the file here")
    try:
        # A FIFO would block for ever without O_NONBLOCK; the check is made on the opened file.
        handle = os.open(path.resolve(), os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise _Unreadable("not a regular file")
            if status.st_size > MAX_FILE_BYTES:
                raise _Unreadable(f"larger than {MAX_FILE_BYTES // 1024 // 1024} MiB; split it")
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise _Unreadable(f"cannot be opened ({error.strerror})") from error


def _decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _strict(data, encoding)
    if b"\x00" in data[:8192]:
        return "", ("binary content; save it as UTF-8 text",)
    return _strict(data, "utf-8")


def _strict(data: bytes, encoding: str) -> tuple[str, tuple[str, ...]]:
    try:
        return data.decode(encoding), ()
    except UnicodeDecodeError as error:
        text = data.decode("cp1252" if encoding == "utf-8" else encoding, "replace")
        return text, (
            f"not valid {encoding.upper()} at byte {error.start}; read as best as could be, save it as UTF-8",
        )
