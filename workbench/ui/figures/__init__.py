"""Figures and tables in notebooks."""
