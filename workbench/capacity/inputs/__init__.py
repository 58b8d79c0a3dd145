"""Workbooks, plant lists, hourly sheets and saved networks: read, checked, and their templates."""
