from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = ("agent", "graph", "prompts", "tools")


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_every_package_is_listed() -> None:
    found = {
        "database_specialist." + ".".join(path.parent.relative_to(ROOT).parts)
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("__init__.py")
    }
    setuptools = project()["tool"]["setuptools"]  # type: ignore[index]
    assert set(setuptools["packages"]) == found


def test_every_data_file_is_installed_with_its_package() -> None:
    kinds = {".md", ".toml", ".json", ".sql", ".control", ".txt"}
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in kinds and path.is_file():
                relative = path.relative_to(ROOT / folder)
                installed = resources.files(f"database_specialist.{folder}").joinpath(*relative.parts)
                assert installed.is_file(), f"{folder}/{relative} is not packaged"


def test_no_dependency_of_the_core_is_under_the_gpl() -> None:
    from importlib.metadata import distribution

    names = [str(d).split(">")[0].split("[")[0].split("=")[0] for d in project()["project"]["dependencies"]]  # type: ignore[index]
    for name in names:
        metadata = distribution(name).metadata
        licences = [metadata.get("License-Expression") or "", *(metadata.get_all("Classifier") or [])]
        text = " ".join(licence for licence in licences if "License" in licence or "GPL" in licence)
        assert "GNU General Public" not in text, name
