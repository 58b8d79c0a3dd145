"""A map to click on, drawn from what the workbench carries: no tiles, no other host."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from workbench.evapotranspiration.inputs.places.gazetteer import cities_within
from workbench.evapotranspiration.inputs.places.land import land_at
from workbench.evapotranspiration.inputs.places.place import Place

__all__ = ["PlaceMap"]

_FOLDER = Path(__file__).parent
ROWS, COLUMNS = 300, 600
MAX_CITIES = 80
MIN_WIDTH = 0.5


class PlaceMap(anywidget.AnyWidget):
    """A world map: a click picks a point, the wheel zooms, dragging moves.

    Parameters
    ----------
    on_pick
        Called with latitude and longitude [degrees] of a click.
    sites
        Places that are marked.
    """

    _esm = (_FOLDER / "place_map.js").read_text(encoding="utf-8")
    _css = (_FOLDER / "place_map.css").read_text(encoding="utf-8")

    view = traitlets.List([-180.0, -90.0, 180.0, 90.0]).tag(sync=True)
    """Set by the browser: west, south, east, north of what is in sight [degrees]; anything else is passed over."""
    clicked: traitlets.List[Any] = traitlets.List([]).tag(sync=True)
    """Set by the browser: latitude and longitude of the last click."""
    picked: traitlets.List[Any] = traitlets.List([]).tag(sync=True)
    """Latitude and longitude of the chosen place; empty when there is none."""
    sites: traitlets.List[Any] = traitlets.List([]).tag(sync=True)
    """Marked places: name, latitude, longitude."""
    cities: traitlets.List[Any] = traitlets.List([]).tag(sync=True)
    """Largest cities in sight: name, latitude, longitude."""
    land = traitlets.Bytes(b"").tag(sync=True)
    """Land of ``land_shape``: one bit a cell, rows from the north."""
    land_shape = traitlets.Dict({}).tag(sync=True)
    """``rows``, ``columns`` and ``box`` of ``land``; changes after it."""

    def __init__(
        self,
        on_pick: Callable[[float, float], None],
        sites: Sequence[Place] = (),
    ) -> None:
        self._on_pick = on_pick
        super().__init__(sites=[[place.name, place.latitude, place.longitude] for place in sites])
        self._draw((-180.0, -90.0, 180.0, 90.0))
        self.observe(lambda _: self._look(), "view")
        self.observe(lambda _: self._take_click(), "clicked")

    def __repr__(self) -> str:
        return f"<PlaceMap, {self.picked or 'no place yet'}>"

    def mark(self, place: Place | None) -> None:
        """Mark the chosen place; None takes the mark away."""
        self.picked = [] if place is None else [place.latitude, place.longitude]

    def _look(self) -> None:
        box = _box_of(self.view)
        if box is not None:
            self._draw(box)

    def _take_click(self) -> None:
        values = self.clicked
        if len(values) == 2 and _are_numbers(values) and abs(values[0]) <= 90 and abs(values[1]) <= 180:
            self._on_pick(float(values[0]), float(values[1]))

    def _draw(self, box: tuple[float, float, float, float]) -> None:
        west, south, east, north = box
        latitudes = (
            np.linspace(north, south, ROWS, endpoint=False, dtype=np.float64) - (north - south) / ROWS / 2
        )
        longitudes = (
            np.linspace(west, east, COLUMNS, endpoint=False, dtype=np.float64) + (east - west) / COLUMNS / 2
        )
        land = land_at(np.asarray(latitudes), np.asarray(longitudes))
        land[np.abs(latitudes) > 90] = False
        found = cities_within(west, south, east, north, MAX_CITIES)
        with self.hold_sync():
            self.land = np.packbits(land).tobytes()
            self.cities = [[city.name, city.latitude, city.longitude] for city in found]
            self.land_shape = {"rows": ROWS, "columns": COLUMNS, "box": list(box)}


def _box_of(values: Sequence[Any]) -> tuple[float, float, float, float] | None:
    """Give what a browser sent as a box, or None when it is not a box on Earth."""
    if len(values) != 4 or not _are_numbers(values):
        return None
    west, south, east, north = (float(value) for value in values)
    if not (
        west >= -540 and east <= 540 and MIN_WIDTH <= east - west <= 361 and south >= -400 and north <= 400
    ):
        return None
    return (west, south, east, north) if 0.05 <= north - south <= 720 else None


def _are_numbers(values: Sequence[Any]) -> bool:
    return all(
        isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        for value in values
    )
