from __future__ import annotations

from hourly_loads.hourly_fixtures import kerala, make_book, planning

__all__ = ["kerala", "make_book", "planning"]
