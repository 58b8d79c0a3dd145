"""Saved load profiles: tables, figures, report and export."""
