"""The value types of a finance report: roles, ledgers, changes and questions."""
