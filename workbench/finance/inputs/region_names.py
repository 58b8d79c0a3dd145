"""Names of regions as most companies have them, by which a column, or a row of headers, is told to hold regions."""

from __future__ import annotations

__all__ = ["REGION_NAMES"]

_NAMES = """
nam emea apac latam north south east west europe asia america americas africa na eu us uk dach mena anz
central northeast northwest southeast southwest international domestic germany france india china japan
"""
REGION_NAMES = frozenset(_NAMES.split())
