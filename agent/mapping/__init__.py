"""From the EntityModel to the Schema of one engine, by rule."""
