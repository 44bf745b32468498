"""What the design does not hold may be obsolete, renamed, or only not written about: only people can tell.

https://martinfowler.com/bliki/ParallelChange.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.change import Change
from database_specialist.agent.rules.rule import Objection, rule


@rule("MIG009", "info", "Left in place by the change", owner="plan_operations")
def left_in_place(change: Change) -> Iterator[Objection]:
    """Point at tables and columns of the existing schema that the design does not hold and no step takes away."""
    for each in change.left:
        if each.question and each.element.startswith(("table ", "column ")):
            yield Objection(
                place=each.element,
                message=f"The {each.element} is in the existing schema and not in the design; it is left in place "
                "with what it holds.",
                help="Name what became of it: give --rename OLD=NEW where it was renamed; else keep it, or drop it "
                "on a later day.",
            )
