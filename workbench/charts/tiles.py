"""The few numbers that matter most, in large type: first on every page of a result and in its report."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Tile", "tiles_html"]

MAX_LARGE = 12
"""Characters that fit beside other tiles in the largest type."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A number in large type.

    Parameters
    ----------
    name
        What it is.
    value
        The number, formatted; a dash where it is missing.
    unit
        Its unit.
    detail
        One line below: a comparison, a year.
    """

    name: str
    value: str
    unit: str = ""
    detail: str = ""


def tiles_html(tiles: Sequence[Tile]) -> str:
    """Write tiles as HTML; nothing when there are none."""
    if not tiles:
        return ""
    return f'<div class="workbench-tiles">{"".join(map(_tile, tiles))}</div>'


def _tile(tile: Tile) -> str:
    unit = f"<small>{html.escape(tile.unit)}</small>" if tile.unit else ""
    detail = f"<span>{html.escape(tile.detail)}</span>" if tile.detail else ""
    name, value = html.escape(tile.name), html.escape(tile.value)
    size = ' class="long"' if len(tile.value) > MAX_LARGE else ""
    return f'<div class="workbench-tile"><span>{name}</span><b{size}>{value}{unit}</b>{detail}</div>'
