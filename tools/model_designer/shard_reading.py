"""A large Brief read piece by piece, several at a time."""

from __future__ import annotations

from collections.abc import Callable

from database_specialist.agent.answers.requirements import RequirementsAnswer
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.reading.budget import Budget
from database_specialist.agent.reading.shards import halves, merged, shards
from database_specialist.tools.model_designer.parallel import asked_in_halves, asked_together


def read_in_shards(
    brief: Brief, read: Callable[[Brief], RequirementsAnswer], *, max_tokens: int = Budget.statements
) -> RequirementsAnswer:
    """Return what `read` says of all pieces; the answer does not depend on which piece was ready first.

    The first error of a piece, in the order of the pieces, is raised; pieces that were not begun are left.
    """
    pieces = shards(brief, max_tokens=max_tokens)
    if len(pieces) == 1:
        return read(pieces[0])
    answers = asked_together(pieces, lambda piece: asked_in_halves(piece, read, halves))
    return merged([each for several in answers for each in several])
