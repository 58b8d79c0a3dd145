"""The few numbers that matter most as a widget."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets

from workbench.charts.tiles import Tile, tiles_html

__all__ = ["Tile", "tiles_html", "tiles_strip"]


def tiles_strip(tiles: Sequence[Tile]) -> ipywidgets.HTML:
    """Make a row of tiles."""
    return ipywidgets.HTML(tiles_html(tiles))
