"""The numbers that stand first on the page of a result."""

from __future__ import annotations

import ipywidgets

from workbench.ui.headline import Tile, tiles_html
from workbench.ui.notes import with_notes


def test_a_tile_has_name_number_unit_and_detail_and_is_escaped() -> None:
    written = tiles_html([Tile("Peak <2037>", "9,507", "MW", "+4.5 % a year"), Tile("Places", "4")])
    assert written.count('class="workbench-tile"') == 2
    assert "<span>Peak &lt;2037&gt;</span><b>9,507<small>MW</small></b><span>+4.5 % a year</span>" in written
    assert "<span>Places</span><b>4</b></div>" in written
    assert '<b class="long">35,928 to 78,351<small>' in tiles_html([Tile("95 %", "35,928 to 78,351", "MU")])
    assert tiles_html([]) == ""


def test_tiles_come_above_a_view_that_has_some() -> None:
    class View(ipywidgets.HTML):  # type: ignore[misc]
        def headline(self) -> list[Tile]:
            return [Tile("Peak", "9,507", "MW")]

    tiles, view = with_notes(object(), View()).children
    assert "9,507" in tiles.value
    assert isinstance(view, View)
    plain = ipywidgets.HTML()
    assert with_notes(object(), plain) is plain
