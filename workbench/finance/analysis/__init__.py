"""Checks, measures, bridges, relations and what-if of a ledger."""
