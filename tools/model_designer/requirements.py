"""Reading the documents: the program reads, the model corrects."""

from __future__ import annotations

from database_specialist.agent.answers.question import Model
from database_specialist.agent.answers.requirements import RequirementsAnswer
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.reading.correcting import already_read, corrected, extent_of, objections
from database_specialist.tools.model_designer.questions import asked
from database_specialist.tools.model_designer.shard_reading import read_in_shards


def corrected_reading(model: Model, brief: Brief) -> Brief:
    """Return the Brief as the model corrects it; a large one is read in shards."""
    return corrected(brief, read_in_shards(brief, lambda piece: corrections(model, piece, whole=brief)))


def corrections(model: Model, piece: Brief, *, whole: Brief | None = None) -> RequirementsAnswer:
    """Ask what the program read wrongly in one piece; `whole` is the Brief that it was cut from."""
    extent = extent_of(piece, whole or piece)
    question = asked("read_requirements", piece, reading=already_read(piece), extent=extent)
    return model.ask(question, RequirementsAnswer, objections=lambda given: objections(given, piece))
