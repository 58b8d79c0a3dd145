"""Hourly histories and targets: read, cleaned and checked."""
