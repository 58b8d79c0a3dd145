"""A field: where and when what grows on which soil, and how it is irrigated.

References
----------
.. [1] Allen et al. (1998). FAO Irrigation and Drainage Paper 56, table 20: share of the surface that is wetted.
.. [2] Brouwer, Prins, Heibloem (1989). Irrigation scheduling. FAO training manual 4, annex I, table 8: field
   application efficiency of surface irrigation 60 %, sprinklers 75 %, drippers 90 %.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.evapotranspiration.model.crops import ROOTS_AT_PLANTING, Crop, Stages
from workbench.evapotranspiration.model.soils import Soil

__all__ = ["SYSTEMS", "Field", "System"]

EARLIEST_HEIGHT = 0.05
"""Height of plants that come up [m]."""


@dataclass(frozen=True, slots=True)
class System:
    """A way to irrigate.

    Parameters
    ----------
    wetted
        Share of the surface that it wets ([1]).
    efficiency
        Share of the applied water that the root zone gets ([2]).
    below_canopy
        Whether it wets the ground below the plants.
    """

    wetted: float
    efficiency: float
    below_canopy: bool = False


SYSTEMS: Mapping[str, System] = {
    "sprinkler": System(1.0, 0.75),
    "basin": System(1.0, 0.60),
    "border": System(1.0, 0.60),
    "furrow": System(0.8, 0.60),
    "alternate furrow": System(0.4, 0.60),
    "drip": System(0.35, 0.90, below_canopy=True),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field and its crop.

    Parameters
    ----------
    name, site
        What the field is called, and whose weather it has.
    crop, stages
        What grows, and the lengths of its stages.
    planting
        Month and day of the planting, and its year; without a year every year of the weather is a season.
    soil
        Its soil.
    system
        How it is irrigated.
    roots
        Greatest depth of the roots [m].
    area
        [ha]; None where it is not known.
    depletion
        Depletion of the root zone at planting over its available water.
    share, depth, leave, limit
        As of :class:`~workbench.evapotranspiration.irrigation.balance.Rule`; None for its missing values.
    curve_number
        Of the runoff; None where no rain runs off.
    """

    name: str
    site: str
    crop: Crop
    stages: Stages
    planting: tuple[int, int, int | None]
    soil: Soil
    system: System
    roots: float
    area: float | None = None
    depletion: float = 0.0
    share: float | None = None
    depth: float | None = None
    leave: float = 0.0
    limit: float | None = None
    curve_number: float | None = None

    @property
    def roots_at_planting(self) -> float:
        """Depth that the crop draws from at first [m]."""
        return self.roots if self.crop.perennial else min(ROOTS_AT_PLANTING, self.roots)

    @property
    def height_at_planting(self) -> float:
        """Height of the crop at first [m]."""
        return self.crop.height if self.crop.perennial else min(EARLIEST_HEIGHT, self.crop.height)

    def planted_in(self, year: int) -> datetime.date:
        """Give the day of planting in a year; 29 February is the last of the month."""
        month, day, _ = self.planting
        try:
            return datetime.date(year, month, day)
        except ValueError:
            return datetime.date(year, month, 28)
