"""Hourly loads as files give them: found, read, cleaned and judged, with the years that are whole."""
