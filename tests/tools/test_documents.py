from __future__ import annotations

import os
from pathlib import Path

import pytest

from database_specialist.agent.errors import DocumentError
from database_specialist.tools.documents import MAX_FILE_BYTES, read_folder
from database_specialist.tools.output import OutputFolder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "requirements.md").write_text("# Shop\n\n- Customers order products.\n")
    return tmp_path


def paths(folder: Path) -> list[str]:
    return [document.path for document in read_folder(folder)]


def test_documents_come_in_the_order_of_their_paths(folder: Path) -> None:
    (folder / "a").mkdir()
    (folder / "a" / "api.yaml").write_text("openapi: 3.0.0")
    (folder / "architecture.md").write_text("# Architecture")
    assert paths(folder) == ["a/api.yaml", "architecture.md", "requirements.md"]


def test_hidden_files_and_other_kinds_are_passed_over(folder: Path) -> None:
    (folder / ".secret.md").write_text("x")
    (folder / "logo.png").write_bytes(b"\x89PNG")
    (folder / ".git").mkdir()
    (folder / ".git" / "notes.md").write_text("x")
    assert paths(folder) == ["requirements.md"]


def test_our_own_output_is_not_read(folder: Path) -> None:
    OutputFolder(folder).write(
        {"database-design.md": "# Design\n", "database-design.json": "{}", "database/schema.sql": "SELECT 1;\n"}
    )
    (folder / "database-design.new.md").write_text("x")
    assert paths(folder) == ["requirements.md"]


def test_a_missing_folder_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"nowhere: no such folder; give the folder"):
        read_folder(tmp_path / "nowhere")


def test_a_file_in_place_of_the_folder_is_named(folder: Path) -> None:
    with pytest.raises(DocumentError, match="not a folder"):
        read_folder(folder / "requirements.md")


def test_a_folder_without_documents_says_what_belongs_there(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no readable document"):
        read_folder(tmp_path)


def test_blank_documents_count_as_none(tmp_path: Path) -> None:
    (tmp_path / "requirements.md").write_text("  \n\n")
    with pytest.raises(DocumentError, match="no readable document"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbf# Caf\xc3\xa9", "# Café"),
        ("# Café".encode("utf-16"), "# Café"),
        ("# Café".encode("utf-16-be"), None),
    ],
    ids=["utf-8 with a mark", "utf-16 with a mark", "utf-16 without a mark"],
)
def test_encodings(folder: Path, data: bytes, text: str | None) -> None:
    (folder / "x.md").write_bytes(data)
    document = next(d for d in read_folder(folder) if d.path == "x.md")
    if text is None:
        assert document.text == ""
        assert "binary content" in document.problems[0]
    else:
        assert document.text == text
        assert document.problems == ()


def test_broken_utf8_is_read_as_far_as_possible_and_said(folder: Path) -> None:
    (folder / "x.md").write_bytes(b"Caf\xe9 orders")
    document = next(d for d in read_folder(folder) if d.path == "x.md")
    assert document.text == "Café orders"
    assert "not valid UTF-8 at byte 3" in document.problems[0]


def test_a_pipe_does_not_hang_the_run(folder: Path) -> None:
    os.mkfifo(folder / "pipe.md")
    document = next(d for d in read_folder(folder) if d.path == "pipe.md")
    assert document.problems == ("not a regular file",)


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.md"
    outside.write_text("secret")
    (folder / "link.md").symlink_to(outside)
    (folder / "folder").symlink_to(outside.parent)
    document = next(d for d in read_folder(folder) if d.path == "link.md")
    assert document.text == ""
    assert "leads out of the folder" in document.problems[0]
    assert "folder/secret.md" not in paths(folder)


def test_a_huge_file_is_named_and_not_read(folder: Path) -> None:
    with (folder / "huge.md").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    document = next(d for d in read_folder(folder) if d.path == "huge.md")
    assert document.problems == ("larger than 4 MiB; split it",)
