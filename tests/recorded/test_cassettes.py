"""What holds for every cassette, whatever is recorded on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from database_specialist.agent.model.design import Design
from tests.recorded import serializer, test_recorded_calls, test_recorded_runs
from tests.recorded.published import CHAT, check
from tests.recorded.recording import KEPT_HEADERS
from tests.recorded.runs import CASSETTES, COMMITTED, HASHES, RUNS

Json = Any
KEYS = {
    "OpenAI": r"\bsk-(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{16,}|\bsk-[A-Za-z0-9]{20,}|\bsk-(proj|svcacct|admin)-",
    "Perplexity": r"pplx-[A-Za-z0-9]{16,}",
    "Context7": r"ctx7sk[-_A-Za-z0-9]{12,}",
    "LangSmith": r"lsv2_[a-z]{2}_\w{16,}",
    "Anthropic": r"sk-ant-[\w-]{16,}",
    "GitHub": r"gh[pousr]_[A-Za-z0-9]{30,}",
    "AWS": r"AKIA[0-9A-Z]{16}",
    "Google": r"AIza[\w-]{30,}",
    "Cloudflare": r"__cf_bm",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "a bearer token": r"(?i)bearer (?=[A-Za-z._-]*\d)[A-Za-z0-9._-]{16,}",
    "an organisation or project": r"\b(org|proj)[-_](?=[A-Za-z]*\d)[A-Za-z0-9]{16,}",
}


def cassettes() -> list[Path]:
    return sorted(path for path in CASSETTES.rglob("*") if path.is_file() and path.name != "README.md")


def names(path: Path) -> str:
    return path.relative_to(CASSETTES).as_posix()


every_cassette = pytest.mark.parametrize("path", cassettes(), ids=names)


def wanted_cassettes() -> Iterator[tuple[str, str]]:
    """Yield the cassette that each test marked `vcr` plays, and the run that records it."""
    for module in (test_recorded_calls, test_recorded_runs):
        for name, function in vars(module).items():
            marks = [mark for mark in getattr(function, "pytestmark", []) if mark.name == "vcr"]
            if marks:
                yield f"{module.__name__.rpartition('.')[2]}/{name}.yaml", marks[0].kwargs["run"]


def test_each_cassette_is_played_by_a_test() -> None:
    wanted = {cassette for cassette, _ in wanted_cassettes()}
    assert len(wanted) >= 7
    orphans = {names(path) for path in cassettes()} - wanted
    assert not orphans, "no test plays these: rename or delete them"


def test_each_test_has_its_cassette() -> None:
    there = {names(path) for path in cassettes()}
    missing = [f"make record RUN={run}" for cassette, run in wanted_cassettes() if cassette not in there]
    if missing:
        pytest.skip(f"not recorded yet: {', '.join(missing)}")


def test_each_run_is_played_by_the_test_that_its_recording_is_named_after() -> None:
    assert {names(run.cassette): name for name, run in RUNS.items()} == {
        cassette: run for cassette, run in wanted_cassettes() if run != "calls"
    }


def test_what_is_kept_to_compare_with_belongs_to_a_run_that_is_recorded() -> None:
    kept = {folder.name for folder in COMMITTED.iterdir()} if COMMITTED.exists() else set()
    assert kept == {name for name, run in RUNS.items() if run.cassette.exists()}


def test_a_recorded_run_was_sent_back_and_mended() -> None:
    recorded = [run for run in RUNS.values() if run.cassette.exists()]
    rounds = {run.name: design(run.folder).verdict.round for run in recorded}
    assert max(rounds.values()) > 1, f"no run needed a second round, so none shows that it helps: {rounds}"


def design(folder: Path) -> Design:
    return Design.load(json.loads((folder / "database-design.json").read_text()))


def test_the_committed_documents_are_whole() -> None:
    for run in RUNS.values():
        if run.cassette.exists():
            assert design(run.folder).verdict.accepted
            assert {"database-design.md", "database-design.json", "database/schema.sql"} <= set(
                json.loads((run.folder / HASHES).read_text())
            )


@every_cassette
def test_no_cassette_holds_the_shape_of_a_key(path: Path) -> None:
    text = path.read_text()
    assert [name for name, shape in KEYS.items() if re.search(shape, text)] == []


KEY_EXAMPLES = [
    "sk-proj-AbCdEfGhIjKlMnOp", "pplx-AbCdEfGhIjKlMnOp", "ctx7sk-0123456789ab", "lsv2_pt_0123456789abcdef",
    "AKIA0123456789ABCDEF", "Bearer 0123456789abcdef", "org-0123456789abcdef", "ghp_" + "a" * 36, "AIza" + "b" * 35,
    "-----BEGIN RSA PRIVATE KEY-----", "__cf_bm=1",
]  # fmt: skip


@pytest.mark.parametrize("key", KEY_EXAMPLES)
def test_the_shapes_of_keys_find_one(key: str) -> None:
    assert any(re.search(shape, f"authorization: {key}\n") for shape in KEYS.values())


@pytest.mark.parametrize("words", ["a risk-assessment-of-each-site", "org_responsibilities", "bearer responsibilities"])
def test_the_shapes_of_keys_are_not_those_of_words(words: str) -> None:
    assert not any(re.search(shape, words) for shape in KEYS.values())


@every_cassette
def test_a_cassette_holds_no_header_but_the_kept_ones(path: Path) -> None:
    for interaction in yaml.safe_load(path.read_text())["interactions"]:
        for side in ("request", "response"):
            assert {name.lower() for name in interaction[side]["headers"]} <= KEPT_HEADERS


@every_cassette
def test_a_cassette_says_where_its_answers_come_from(path: Path) -> None:
    metadata = yaml.safe_load(path.read_text())["metadata"]
    assert re.search(r"written by hand|a chat model behind", metadata["answers"])
    if "test_recorded_runs" in path.parts:
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", metadata["recorded_on"])


@every_cassette
def test_a_cassette_is_as_it_would_be_written(path: Path) -> None:
    text = path.read_text()
    assert serializer.serialize(serializer.deserialize(text)) == text


@every_cassette
def test_what_was_sent_and_answered_is_of_the_published_types(path: Path) -> None:
    for interaction in yaml.safe_load(path.read_text())["interactions"]:
        check(interaction["request"], interaction["response"])


def exchange() -> tuple[dict[str, Json], dict[str, Json]]:
    path = next(path for path in cassettes() if "repaired" in path.name)
    interaction = yaml.safe_load(path.read_text())["interactions"][0]
    return interaction["request"], interaction["response"]


def test_a_request_with_a_field_that_openai_does_not_know_is_noticed() -> None:
    request, response = exchange()
    check(request, response)
    request["parsed_body"]["reasoning"] = "high"
    with pytest.raises(ValidationError, match="reasoning"):
        check(request, response)


def test_an_answer_without_its_choices_is_noticed() -> None:
    request, response = exchange()
    del response["parsed_body"]["choices"]
    with pytest.raises(ValidationError, match="choices"):
        check(request, response)


def test_the_serializer_loses_nothing() -> None:
    awkward = ["tab\tand \n trailing \n", "\n leading", "é ü 漢 \u2028 \x07", "# no comment", "a: b", "", " ", "no"]
    held = {"texts": awkward, "none": None, "number": 1.5, "word": "1e3", "list": [{"a": "x\n  y\n\n"}]}
    body = json.dumps(held, ensure_ascii=False)
    request = {"method": "POST", "uri": CHAT, "headers": {}, "body": body}
    response = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "no JSON: \n x"}}
    cassette = {"version": 1, "metadata": {}, "interactions": [{"request": request, "response": response}]}
    again = serializer.deserialize(serializer.serialize(cassette))
    assert json.loads(again["interactions"][0]["request"]["body"]) == json.loads(body)
    assert again["interactions"][0]["response"] == response
