"""The rules designer: from the Brief to the EntityModel and the Workload, without a language model."""
