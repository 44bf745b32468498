"""The measurements of the load, as a table: one row a query, without the planned indexes and with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from database_specialist.agent.model.evidence import Measurement
from database_specialist.agent.report.markdown import heading, number, sections, table, text

_SUBJECT = re.compile(r"load (?P<state>without|with) indexes: (?P<query>\S+) (?P<what>count|p50|p95)")
_WHOLE = re.compile(r"load (?P<state>without|with) indexes: (?P<what>.+)")
_STATES = ("without", "with")
_SHOWN = ("count", "p50", "p95")


def is_of_load(measurement: Measurement) -> bool:
    """Say whether a measurement belongs to the load."""
    return _WHOLE.fullmatch(measurement.subject) is not None


def load_tables(measurements: Sequence[Measurement]) -> str:
    """Render what the load gave; nothing where there was none."""
    of_load = [each for each in measurements if is_of_load(each)]
    if not of_load:
        return ""
    queries: dict[str, dict[tuple[str, str], Measurement]] = {}
    whole: dict[str, dict[str, Measurement]] = {}
    for each in of_load:
        if found := _SUBJECT.fullmatch(each.subject):
            queries.setdefault(found["query"], {})[found["state"], found["what"]] = each
        elif found := _WHOLE.fullmatch(each.subject):
            whole.setdefault(found["what"], {})[found["state"]] = each
    return sections(
        heading(2, "The workload under load"),
        "The mix of the workload by its frequencies, from several sessions of pgbench at once, on a filled sample. "
        "Each transaction is one query; what writes is rolled back, and its time holds BEGIN and ROLLBACK. A query "
        "that is asked for less than once in five hundred times is run that often.",
        table(("", "Without the planned indexes", "With them"), _whole(whole)),
        table(
            ("Query", "Times run", "p50", "p95", "Times run with indexes", "p50 with", "p95 with"),
            ((text(name), *_times(found)) for name, found in sorted(queries.items(), key=_by_number)),
        ),
    )


def _by_number(item: tuple[str, object]) -> tuple[int, str]:
    digits = re.sub(r"\D", "", item[0])
    return int(digits or 0), item[0]


def _whole(found: dict[str, dict[str, Measurement]]) -> Iterable[tuple[str, ...]]:
    for what, by_state in found.items():
        shown = (by_state.get(state) for state in _STATES)
        yield text(what), *(f"{number(round(each.value))} {text(each.unit)}".strip() if each else "" for each in shown)


def _times(found: dict[tuple[str, str], Measurement]) -> Iterable[str]:
    for state in _STATES:
        for what in _SHOWN:
            each = found.get((state, what))
            yield "" if each is None else number(each.value) if what == "count" else f"{each.value:.2f} ms"
