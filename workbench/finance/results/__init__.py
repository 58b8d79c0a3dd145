"""Saved finance reports: tables, text, figures and export."""
