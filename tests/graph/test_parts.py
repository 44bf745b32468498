"""The parts of a design in the state: small, readable, and whole again when they are loaded."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.runtime import Runtime

from database_specialist.agent.app import design
from database_specialist.agent.config import Context
from database_specialist.agent.errors import OutputError, StateError
from database_specialist.agent.model.change import Change, ChangeItem, Existing, LeftInPlace
from database_specialist.agent.model.design import Design
from database_specialist.agent.model.operations import Migration
from database_specialist.graph.build import build_graph
from database_specialist.graph.parts import KIB, SHARES, STATE_BYTES, Parts
from database_specialist.graph.references import fitted, size, whole
from database_specialist.graph.state import Input
from database_specialist.tools.files import STRAY
from database_specialist.tools.values import KEPT_DAYS, ValueFolder

SAMPLE = Path(__file__).parents[2] / "ai_docs"


@pytest.fixture
def values(tmp_path: Path) -> ValueFolder:
    return ValueFolder(tmp_path, ".state/values")


def part(**sizes: int) -> dict[str, Any]:
    return {name: [{"name": f"{name}{n}"} for n in range(count)] for name, count in sizes.items()}


# the sample


def sample(folder: Path) -> Path:
    """Write the sample's documents into a folder of their own."""
    folder.mkdir()
    for document in ("requirements.md", "architecture.md"):
        shutil.copy(SAMPLE / document, folder)
    return folder


def run_sample(folder: Path) -> list[Any]:
    """Design the sample; return what stood in the state after each step, the latest last."""
    graph = build_graph().compile(checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "sample"}, "recursion_limit": 100}
    given: Any = Input(folder=str(folder)).model_dump()
    graph.invoke(given, config, context=Context(research="off"), durability="sync")
    return [each.values for each in reversed(list(graph.get_state_history(config)))]


def test_the_state_of_the_sample_is_small_at_every_step_and_nothing_of_it_is_lost(tmp_path: Path) -> None:
    folder = sample(tmp_path / "ai_docs")
    steps = run_sample(folder)
    sizes = [len(json.dumps(each, ensure_ascii=False).encode()) for each in steps]
    assert len(sizes) == 13
    assert max(sizes) < STATE_BYTES, sizes
    at_the_critic = steps[-2]
    for key in ("brief", "entity_model", "workload", "indexes"):
        assert "kept_in" not in json.dumps(at_the_critic[key]), f"{key} cannot be edited in its place"
    assert steps[-1]["database_design"]["design"]["relational_schema"]["tables"]
    values = ValueFolder(folder, ".database-specialist/values")
    made = Design.load(json.loads((folder / "database-design.json").read_text()))
    for state in (at_the_critic, steps[-1]):
        for key in set(SHARES) - {"schema_review", "existing", "change"}:
            loaded = type(getattr(made, key)).load(whole(state[key], lambda: values))
            assert loaded == getattr(made, key), key


class Cut(Exception):
    """The process ends here, as far as the run can tell."""


def test_a_run_that_was_cut_off_finds_what_lies_beside_its_state_and_leaves_nothing(tmp_path: Path) -> None:
    folder = sample(tmp_path / "ai_docs")
    quick = Context(research="off", depth="quick")
    told: list[str] = []

    def cut(node: str, doing: str, elapsed: float) -> None:
        if node == "critic":
            raise Cut

    with pytest.raises(Cut):
        design(folder, quick, progress=cut)
    run = folder / ".database-specialist" / "run"
    assert len(list((run / "values").glob("*.json"))) > 3
    outcome = design(folder, quick, progress=lambda node, doing, elapsed: told.append(node))
    assert outcome.status == "accepted"
    assert told == ["resumed", "critic", "write_document"]
    assert not run.exists()
    whole_design = Design.load(json.loads((folder / "database-design.json").read_text()))
    assert (outcome.schema, outcome.evidence) == (whole_design.relational_schema, whole_design.evidence)


# a part


def test_a_part_within_its_room_stays_as_it_is(values: ValueFolder) -> None:
    given = part(routines=100)
    assert fitted(given, size(given), lambda: values) == given
    assert not values.folder.exists()


def test_of_a_part_that_is_too_large_the_largest_fields_go_apart_first(values: ValueFolder) -> None:
    given = part(small=60, large=300) | {"kind": "x"}
    made = fitted(given, size(given) - 100, lambda: values)
    assert (made["small"], made["kind"]) == (given["small"], "x")
    assert made["large"].pop("outline").startswith("300: large0, large1, ")
    sha256 = made["large"]["sha256"]
    assert made["large"] == {
        "kept_in": f".state/values/{sha256}.json",
        "sha256": sha256,
        "bytes": size(given["large"]),
    }
    assert json.loads((values.folder / f"{sha256}.json").read_text()) == given["large"]


def test_what_a_person_edits_goes_apart_last(values: ValueFolder) -> None:
    given = part(entities=300, examples=60)
    made = fitted(given, size(given) - 100, lambda: values)
    assert (made["entities"], set(made["examples"])) == (
        given["entities"],
        {"kept_in", "sha256", "bytes", "outline"},
    )


def test_texts_within_a_field_go_apart_and_the_rest_of_it_stays(values: ValueFolder) -> None:
    given = {"seed": {"sql": "INSERT INTO a VALUES (1);\n" * 200, "rows": {"a": 200}}}
    made = fitted(given, 1000, lambda: values)
    assert made["seed"]["rows"] == {"a": 200}
    assert made["seed"]["sql"]["outline"] == "200 lines: INSERT INTO a VALUES (1);"


@pytest.mark.parametrize("room", [0, 1_000, 5_000])
def test_what_was_put_apart_comes_back_equal_and_once_only(values: ValueFolder, room: int) -> None:
    given = part(tables=300, routines=200) | {"deep": part(plans=100)}
    made = fitted(fitted(given, room, lambda: values), room, lambda: values)
    assert whole(made, lambda: values) == given
    assert "kept_in" not in "".join(path.read_text() for path in values.folder.glob("*.json"))


def test_a_part_takes_what_those_to_come_leave_free(tmp_path: Path) -> None:
    schema = Design.load(json.loads((SAMPLE / "database-design.json").read_text())).relational_schema
    runtime: Runtime[Context] = Runtime(context=Context())
    state: Any = {"folder": str(tmp_path), "brief": {"facts": []}}
    alone = Parts(state, runtime).kept(relational_schema=schema)
    crowded = Parts({**state, "topics": ["x" * 220_000]}, runtime).kept(relational_schema=schema)
    assert SHARES["relational_schema"] < size(alone["relational_schema"]) < STATE_BYTES - sum(SHARES.values()) + 60_000
    assert size(crowded["relational_schema"]) <= SHARES["relational_schema"]
    assert crowded["tables"] == alone["tables"]
    assert any(line.startswith("visits(") for line in alone["tables"])


def test_an_existing_schema_and_the_change_from_it_are_small_in_the_state_and_come_back(tmp_path: Path) -> None:
    statements = tuple(f"CREATE TABLE table_{n} (id bigint PRIMARY KEY, name text NOT NULL)" for n in range(400))
    existing = Existing(origin="old.sql", engine="postgresql", statements=statements)
    change = Change(
        origin="old.sql",
        items=tuple(
            ChangeItem(element=f"column table_{n}.name", change="added", steps=("0001_a",)) for n in range(300)
        ),
        left=tuple(LeftInPlace(element=f"table table_{n}", why="The design has none.") for n in range(300)),
        migrations=tuple(Migration(number=n, name=f"step_{n}", up="SELECT 1;", down="SELECT 1;") for n in range(300)),
    )
    runtime: Runtime[Context] = Runtime(context=Context())
    state: Any = {"folder": str(tmp_path), "topics": ["x" * 240_000]}
    state |= Parts(state, runtime).kept(existing=existing)
    state |= Parts(state, runtime).kept(change=change)
    assert all(size(state[key]) <= SHARES[key] for key in ("existing", "change"))
    assert (Parts(state, runtime).existing, Parts(state, runtime).change) == (existing, change)
    assert state["change"]["items"]["outline"].startswith("300: column table_0.name, ")


def test_the_shares_of_all_parts_fit_into_a_state() -> None:
    assert sum(SHARES.values()) + 8 * KIB <= STATE_BYTES


# the files


def test_a_value_that_is_lost_or_changed_is_said(values: ValueFolder) -> None:
    sha256 = values.keep({"a": 1})
    values.path(sha256).write_text('{"a": 2}')
    with pytest.raises(StateError, match=f"{sha256}.json: a part of the run's state is lost or damaged; begin"):
        values.find(sha256)
    with pytest.raises(StateError, match="is lost or damaged"):
        values.find("../outside")


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / ".state").write_text("a file in place of the folder")
    with pytest.raises(OutputError, match=r"cannot be written \(.*\); make room, then go on"):
        ValueFolder(tmp_path, ".state/values").keep([1])


def test_half_a_character_survives(values: ValueFolder) -> None:
    assert values.find(values.keep("a\ud800b")) == "a\ud800b"


def test_what_no_run_has_written_for_long_is_swept(values: ValueFolder) -> None:
    old, again, new = values.keep("old"), values.keep("again"), values.keep("new")
    past = time.time() - (KEPT_DAYS + 1) * 24 * 60 * 60
    for each in (old, again):
        os.utime(values.path(each), (past, past))
    begun = values.folder / f"{STRAY}x"
    begun.write_text("half")
    os.utime(begun, (past, past))
    values.keep("again")
    values.sweep()
    assert [values.path(each).exists() for each in (old, again, new)] == [False, True, True]
    assert not begun.exists()
