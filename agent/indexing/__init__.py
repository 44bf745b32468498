"""Index planning: what the queries ask of each table, the candidates that follow, and the choice among them."""

from database_specialist.agent.indexing.plan import plan_indexes, required_extensions

__all__ = ["plan_indexes", "required_extensions"]
