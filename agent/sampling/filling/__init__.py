"""Filling a PostgreSQL database in the proportions of production, set by set, from the rows of its seed."""

from database_specialist.agent.sampling.filling.filler import Filled, fill
from database_specialist.agent.sampling.filling.sizes import sample_sizes

__all__ = ["Filled", "fill", "sample_sizes"]
