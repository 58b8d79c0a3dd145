"""The words that everything made of made-up data carries, and the names of made-up sources."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["MADE_UP", "MADE_UP_NOTE", "MADE_UP_SOURCE", "any_made_up"]

MADE_UP = "Made-up data"
MADE_UP_NOTE = f"{MADE_UP}: computed as an example; no real place, institution or measurement is behind them."
MADE_UP_SOURCE = "made_up"
"""What the name of a made-up source in an input begins with."""


def any_made_up(sources: Iterable[object]) -> bool:
    """Tell whether a source of an input is made up."""
    return any(str(source).startswith(MADE_UP_SOURCE) for source in sources)
