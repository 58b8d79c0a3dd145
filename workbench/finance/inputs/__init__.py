"""From the rows of a finance file to a ledger."""
