"""The shape of a year of load: which one, aligned by day type."""
