"""The run panel."""
