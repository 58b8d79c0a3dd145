"""Hourly loads from the files that hold them: every usual layout, one series of readings."""
