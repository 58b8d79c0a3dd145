"""Saved demand forecasts: tables, figures, report and export."""
