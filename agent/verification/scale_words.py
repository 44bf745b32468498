"""Plans and factors in words: the same in the protocol and in the document."""

from __future__ import annotations

from database_specialist.agent.model.scale import QueryPlan

BYTES = "its saving is not weighed, for text is sorted by bytes here, where a plain index does as well"
"""What is said of an index with a pattern operator class."""
_WHOLE_FROM = 10
_WORTH_TELLING = 1.1


def plan_in_words(plan: QueryPlan) -> str:
    """Say how the tables are read, how many rows are expected, and what the planned indexes change."""
    parts = []
    for read in plan.reads:
        by = f" by {', '.join(read.indexes)}" if read.indexes else ""
        left = f" ({read.partitions} of {read.of_partitions} partitions)" if read.of_partitions else ""
        parts.append(f"{read.way} of {read.table}{left}{by}")
    said = f"{', '.join(parts)}; {plan.rows:,.0f} row{'' if plan.rows == 1 else 's'} expected"
    if plan.pages is not None:
        said += f"; touches {plan.pages:,} page{'' if plan.pages == 1 else 's'} of the sample"
    if plan.costs_without >= _WORTH_TELLING:
        said += f"; {times(plan.costs_without)} the cost without the planned indexes"
    return said


def times(factor: float) -> str:
    """Return a factor without digits that say nothing.

    >>> times(1.44), times(26000.0)
    ('1.4 times', '26,000 times')
    """
    return f"{factor:,.0f} times" if factor >= _WHOLE_FROM else f"{factor:.2g} times"
