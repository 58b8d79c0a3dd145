"""Which column of a finance file means what."""
