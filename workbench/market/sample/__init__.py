"""A made-up market: units, state, dataset and files."""
