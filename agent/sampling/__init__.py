"""Rows that satisfy a Schema: seed data, example rows, parameter values."""
