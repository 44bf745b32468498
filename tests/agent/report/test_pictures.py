"""The pictures: well-formed, the same bytes again, nothing cut or covered, and no figure that is not in a table."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.design import Design
from database_specialist.agent.model.operations import Backup, BackupJob, Capacity, TableSize
from database_specialist.agent.model.scale import IndexUse
from database_specialist.agent.report.document import render_document
from database_specialist.agent.report.files import render_files
from database_specialist.agent.report.pictures.drawn import path_of, pictures
from database_specialist.agent.report.pictures.growth import growth
from database_specialist.agent.report.pictures.indexes import MOST, index_savings
from database_specialist.agent.report.pictures.recovery import recovery

SVG = "{http://www.w3.org/2000/svg}"
SAMPLE = Design.load(json.loads((Path(__file__).parents[3] / "ai_docs" / "database-design.json").read_text()))
ODD = "a<b>&\x07" + "ünusually_" * 6 + '"name"'


def figure(value: float, unit: str) -> Figure:
    return Figure(value=value, unit=unit, origin="derived", basis="of the test")


def table(name: str, rows: float) -> TableSize:
    return TableSize(
        table=name,
        row_bytes=figure(100, "bytes"),
        index_bytes_per_row=figure(20, "bytes"),
        rows_now=figure(rows / 10, "rows"),
        rows_per_day=figure(1, "rows/day"),
        rows_year_1=figure(rows, "rows"),
        rows_year_3=figure(rows, "rows"),
        rows_year_5=figure(rows, "rows"),
        bytes_year_1=figure(rows * 120, "bytes"),
        bytes_year_3=figure(rows * 120, "bytes"),
        bytes_year_5=figure(rows * 120, "bytes"),
    )


def capacity(*tables: TableSize) -> Capacity:
    return SAMPLE.operations.capacity.model_copy(update={"tables": tables})


def backup(*jobs: tuple[str, str]) -> Backup:
    made = tuple(
        BackupJob.load(
            {"kind": kind, "frequency": often, "retention": "30 days", "commands": [], "why": "of the test"}
            | {"size": figure(5e11, "bytes").dump()}
        )
        for kind, often in jobs
    )
    return SAMPLE.operations.backup.model_copy(update={"jobs": made})


def use(name: str, factor: float, size: float) -> IndexUse:
    return IndexUse(
        index=name,
        table="t",
        used_by=("Q1",),
        costs_without=factor,
        supports=("t_fkey",),
        deletes_cost_without=factor / 2,
        bytes_now=0,
        bytes_year_3=size,
    )


PICTURES = {
    **{f"sample {name}": drawn for name, drawn in pictures(SAMPLE).items()},
    "growth of tables of one size": growth(capacity(*(table(f"{ODD}{n}", 1e12) for n in range(9)))),
    "growth of one small table": growth(capacity(table("t", 1))),
    "growth over many orders": growth(capacity(*(table(f"t{n}", 10 ** (2 * n)) for n in range(8)))),
    "indexes of one size": index_savings([use(f"{ODD}{n}", 1e9, 1e13) for n in range(50)]),
    "one index that saves nothing": index_savings([use("i", 1, 8192)]),
    "recovery, self-managed": recovery(
        backup(
            ("base", "weekly, Sunday 02:00"),
            ("incremental", "daily 02:00"),
            ("wal", "each 16 MiB segment, at least every 150 s"),
        ),
        (),
    ),
    "recovery from copies": recovery(backup(("snapshot", "daily")), ()),
    "recovery of a platform": recovery(backup(("snapshot", "continuous, with a daily snapshot")), ()),
}


def boxes(picture: str) -> list[tuple[str, float, float, float, float]]:
    """Return each text with where it lies: left, top, right, bottom, in a font that is rather wide."""
    found = []
    for element in ElementTree.fromstring(picture).iter(f"{SVG}text"):
        style = element.get("class", "").split()
        size = 15 if "head" in style else 11 if "small" in style else 12
        width = len(element.text or "") * size * 0.6
        left = float(element.get("x", "")) - {"end": width, "middle": width / 2}.get(element.get("text-anchor", ""), 0)
        bottom = float(element.get("y", ""))
        found.append((element.text or "", left, bottom - size * 0.8, left + width, bottom))
    return found


@pytest.mark.parametrize("name", PICTURES)
def test_no_text_is_cut_by_the_edge_or_covers_another(name: str) -> None:
    root = ElementTree.fromstring(PICTURES[name])
    width, height = float(root.get("width", "")), float(root.get("height", ""))
    texts = boxes(PICTURES[name])
    assert len(texts) > 5
    for words, left, top, right, bottom in texts:
        assert left >= 0, words
        assert top >= 0, words
        assert right <= width, words
        assert bottom <= height, words
    for one, other in combinations(texts, 2):
        apart = one[3] <= other[1] or other[3] <= one[1] or one[4] <= other[2] or other[4] <= one[2]
        assert apart, f"{one[0]} and {other[0]}"


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_it_shows_to_who_cannot_see_it(name: str) -> None:
    root = ElementTree.fromstring(PICTURES[name])
    assert root.get("role") == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert title.text
    assert len(description.text or "") > 60
    assert "prefers-color-scheme: dark" in PICTURES[name]


def test_the_same_design_gives_the_same_bytes() -> None:
    assert pictures(SAMPLE) == pictures(Design.load(SAMPLE.dump()))


@pytest.mark.parametrize("name", sorted(pictures(SAMPLE)))
def test_every_figure_of_a_picture_stands_in_the_document_too(name: str) -> None:
    """Ticks of the axes apart, which are no figures of the design."""
    document = re.sub(r"[`\\]", "", render_document(SAMPLE))
    root = ElementTree.fromstring(pictures(SAMPLE)[name])
    shown = [t.text or "" for t in root.iter(f"{SVG}text") if t.get("text-anchor") != "middle"]
    figures = re.findall(r"\d[\d,.]*(?: [KMGT]iB| rows| min| h\b| days|\u00d7)", " ".join(shown[2:]))
    assert len(figures) > 3 or name == "recovery"
    ticks = {t.text for t in root.iter(f"{SVG}text") if t.get("class") == "quiet small"}
    for each in figures:
        told = each.replace(" rows", "").replace("\u00d7", " times")
        assert told in document or each in ticks, each


def test_the_document_links_to_each_picture_and_to_no_other() -> None:
    files = render_files(SAMPLE, ())
    linked = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", files["database-design.md"])
    assert linked == [path_of(name) for name in ("indexes", "growth", "recovery")]
    assert sorted(linked) == sorted(path for path in files if path.endswith(".svg"))


def test_where_nothing_was_weighed_or_grows_there_is_no_picture() -> None:
    operations = SAMPLE.operations.model_copy(update={"capacity": capacity(), "backup": backup()})
    evidence = SAMPLE.evidence.model_copy(update={"index_uses": ()})
    design = SAMPLE.model_copy(update={"operations": operations, "evidence": evidence})
    assert pictures(design) == {}
    assert "![" not in render_document(design)


def test_a_name_with_markup_stays_text() -> None:
    drawn = growth(capacity(table(ODD, 1e6)))
    assert "a<b>" not in drawn
    assert "\x07" not in drawn
    hover = next(iter(ElementTree.fromstring(drawn).iter(f"{SVG}text[@x='600']")), None)
    assert hover is None or hover.text
    assert ODD.replace("\x07", "") in "".join(ElementTree.fromstring(drawn).itertext())


def test_more_indexes_than_a_picture_holds_are_said_to_be_left_out() -> None:
    drawn = index_savings([use(f"i{n}", 1000 - n, 1e6) for n in range(MOST + 3)])
    assert "The 3 that save least are left out." in drawn
    assert f">i{MOST - 1}<" in drawn
    assert f">i{MOST}<" not in drawn
