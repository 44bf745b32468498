"""Capacity, scaling, migrations, deployment, backup and NoSQL, derived from the other parts."""
