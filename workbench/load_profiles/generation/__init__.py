"""Generating the hours of a year that meet its targets."""
