"""How many there are, each as one line.

customer: 2000, 5 a day -- those of the old system [F12]
visit: 900 a week [F14]
order_line: 3 per order
session.helper: 2 per session
"""

from __future__ import annotations

import re
from typing import Any

from database_specialist.agent.answers.lines import Cursor, Fault, Ground, split_ground, with_ending
from database_specialist.agent.model.entities import PERIOD_DAYS, Volume

FORM = "order: 2000, 40 a day -- why [F1], or order_line: 3 per order -- why [F1]"
_NUMBER = r"(\d+(?:[_,]\d{3})*(?:\.\d+)?)"


def parse_volume(line: str) -> Volume:
    """Read how many there are of an entity, or of the links of a many-to-many relationship.

    Raises:
        Fault: the line says something that a volume cannot be.
    """
    head, ground = split_ground(line)
    cursor = Cursor(head)
    subject = cursor.take(r"(\w+(?:\s*\.\s*\w+)?)\s*:")
    if subject is None:
        raise Fault(f"a volume is written {FORM}")
    given: dict[str, Any] = {"subject": re.sub(r"\s", "", subject[1])}
    while not cursor.is_done:
        _count(cursor, given)
    if set(given) == {"subject"}:
        raise Fault(f"it names no number; a volume is written {FORM}")
    if "each" in given and {"rows", "flow"} & set(given):
        raise Fault(f"it counts for each {given['per']} or by itself, not both; a volume is written {FORM}")
    rests_on = ground or Ground()
    given |= {"meaning": cursor.meaning() or rests_on.because or "", "facts": rests_on.facts}
    return Volume.model_validate(given)


def _count(cursor: Cursor, given: dict[str, Any]) -> None:
    if cursor.take(r"[,;+]|and\b|about\b|~"):
        return
    found = cursor.take(_NUMBER)
    if found is None:
        raise Fault(f"{cursor.rest.split()[0]!r} is no number; a volume is written {FORM}")
    value = float(re.sub(r"[_,]", "", found[1]))
    period = cursor.take(rf"(?:a|an|per|each|every|/)\s*({'|'.join(PERIOD_DAYS)})\b")
    owner = None if period else cursor.take(r"(?:per|for\s+each|for\s+every|each|/)\s*(\w+)")
    if period:
        given |= {"flow": value, "period": period[1].lower()}
    elif owner:
        given |= {"each": value, "per": owner[1]}
    else:
        cursor.take(r"(?:rows|now|at launch)\b")
        given["rows"] = value


def print_volume(volume: Volume) -> str:
    """Write a volume as a line; `parse_volume` reads the same one from it."""
    counts = [f"{volume.rows:.15g}"] if volume.rows is not None else []
    counts += [f"{volume.flow:.15g} a {volume.period}"] if volume.flow is not None else []
    counts += [f"{volume.each:.15g} per {volume.per}"] if volume.each is not None else []
    ground = Ground(volume.facts) if volume.facts else None
    return with_ending(f"{volume.subject}: {', '.join(counts)}", volume.meaning or None, ground)
