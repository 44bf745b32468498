"""From the Schema to the SQL text of its engine."""
