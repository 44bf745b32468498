"""Readers of machine formats (SQL, Mermaid, DBML, Prisma, OpenAPI, JSON Schema, GraphQL): text to declared entities."""
