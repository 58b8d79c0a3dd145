"""Soils: the water that they hold.

References
----------
.. [1] Allen et al. (1998). FAO Irrigation and Drainage Paper 56, chapter 7 and table 19.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["TEXTURES", "Soil"]


@dataclass(frozen=True, slots=True)
class Soil:
    """A soil, the same in all its depth.

    Parameters
    ----------
    field_capacity, wilting_point
        Water content [m3 m-3].
    readily_evaporable
        Water that evaporates before the soil slows it, REW [mm].
    surface_depth
        Depth that dries by evaporation, Ze [m].
    """

    field_capacity: float
    wilting_point: float
    readily_evaporable: float
    surface_depth: float = 0.10

    @property
    def available(self) -> float:
        """Water between field capacity and wilting point [mm per m of depth]."""
        return 1000.0 * (self.field_capacity - self.wilting_point)

    @property
    def evaporable(self) -> float:
        """Water that can evaporate from the surface layer, TEW [mm] ([1], equation 73)."""
        return 1000.0 * (self.field_capacity - 0.5 * self.wilting_point) * self.surface_depth


TEXTURES: Mapping[str, Soil] = {
    "sand": Soil(0.12, 0.045, 4.5),
    "loamy sand": Soil(0.15, 0.065, 6.0),
    "sandy loam": Soil(0.23, 0.11, 8.0),
    "loam": Soil(0.25, 0.12, 9.0),
    "silt loam": Soil(0.29, 0.15, 9.5),
    "silt": Soil(0.32, 0.17, 9.5),
    "silt clay loam": Soil(0.335, 0.205, 9.5),
    "silty clay": Soil(0.36, 0.23, 10.0),
    "clay": Soil(0.36, 0.22, 10.0),
}
"""Middle of the ranges of table 19 of FAO-56; a soil that was measured counts before them."""
