"""Ways to call the database specialist; each module is run with `python -m examples.NAME`."""
