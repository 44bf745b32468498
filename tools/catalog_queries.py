"""The queries that read a catalog back from PostgreSQL. Each lists what belongs to no extension."""
