"""Saved capacity plans: tables, figures, comparison, report and export."""
