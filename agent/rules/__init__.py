"""The critic: one rule a file, gathered in `RULES`."""
