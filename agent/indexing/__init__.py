"""From the Schema and the Workload to the index plan."""
