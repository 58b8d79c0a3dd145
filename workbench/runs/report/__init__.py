"""The run report: what happened when, as one page."""
