"""What no step makes stays as it was, and the release that counts on it fails on it.

https://martinfowler.com/articles/evodb.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.change import Change
from database_specialist.agent.rules.rule import Objection, rule


@rule("MIG007", "warning", "Part of the design that no step makes", owner="plan_operations")
def part_of_design_that_no_step_makes(change: Change) -> Iterator[Objection]:
    """Object to each element of the design that the change from the existing schema does not reach."""
    for each in change.undone:
        yield Objection(
            place=each.element,
            message=f"No step of the change makes {each.element} as it is designed: {each.why.rstrip('.')}. A release "
            "that counts on it fails.",
            help=f"Write the step for {each.element} by hand, try it on a copy, and run it before the new release.",
        )
