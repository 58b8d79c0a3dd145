"""Saved evapotranspiration: tables, figures, report and export."""
