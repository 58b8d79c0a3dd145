"""The value types of a market: its description, clock, periods, tables and answers."""
