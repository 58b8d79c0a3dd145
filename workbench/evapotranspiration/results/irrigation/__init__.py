"""Finished irrigation plans: saved, drawn, explained, exported."""
