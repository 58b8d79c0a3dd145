"""Delimited text as people have it: from bytes to cells and a table, with evidence for each decision."""
