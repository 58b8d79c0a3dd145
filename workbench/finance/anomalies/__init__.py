"""Figures that do not fit their own trend and season: single months, runs, and new levels."""
