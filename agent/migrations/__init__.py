"""The migrations in the layouts of the tools that run them, one tool a file."""
