from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database_specialist.agent.answers.lines import Fault
from database_specialist.agent.answers.volume_lines import parse_volume, print_volume
from database_specialist.agent.model.entities import Volume

NUMBERS = st.integers(0, 10**9).map(float) | st.sampled_from([0.8, 2.5, 0.04])


@st.composite
def volumes(draw: st.DrawFn) -> Volume:
    said: dict[str, Any] = {"subject": draw(st.sampled_from(["order_line", "session.helper"]))}
    form = draw(st.sampled_from(["rows", "flow", "both", "each"]))
    if form == "each":
        said |= {"each": draw(NUMBERS), "per": "order"}
    if form in ("rows", "both"):
        said["rows"] = draw(NUMBERS)
    if form in ("flow", "both"):
        said |= {"flow": draw(NUMBERS), "period": draw(st.sampled_from(["day", "week", "month", "quarter", "year"]))}
    said["meaning"] = draw(st.sampled_from(["", "those of the old system", 'a "first" one -- and [more]']))
    return Volume(**said, facts=draw(st.sampled_from([(), ("F1", "F12")])))


@given(volumes())
def test_what_is_printed_of_a_volume_reads_as_the_same_volume(volume: Volume) -> None:
    assert parse_volume(print_volume(volume)) == volume


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("order: 2,000 rows, about 40 per day", "order: 2000, 40 a day"),
        ("order: 2_000 + 40/day", "order: 2000, 40 a day"),
        ("line: 3 for each order", "line: 3 per order"),
        ("session . helper: ~2 per session", "session.helper: 2 per session"),
        ("order: 40 a day [because two shops sell]", "order: 40 a day -- two shops sell"),
    ],
)
def test_a_volume_may_be_said_in_other_words(line: str, same: str) -> None:
    assert parse_volume(line) == parse_volume(same)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("many orders", "a volume is written order: 2000"),
        ("order: -- many", "it names no number"),
        ("order: several", "'several' is no number"),
        ("line: 5, 3 per order", "not both"),
    ],
)
def test_a_fault_of_a_volume_shows_the_right_form(line: str, said: str) -> None:
    with pytest.raises(Fault) as fault:
        parse_volume(line)
    assert said in str(fault.value)
    assert "a volume is written order: 2000, 40 a day" in str(fault.value)
