"""A sector: its actuals, and the path that is given for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.data.arrays import Floats
from workbench.demand.model.roles import Role

__all__ = ["Sector"]


@dataclass(frozen=True, slots=True)
class Sector:
    """One sector: actuals, and values that lie after them and are projections."""

    name: str
    role: Role
    first_year: int
    energy: Floats
    """Actuals in GWh without a gap; solar and savings as positive numbers."""
    given: Mapping[int, float]
    """Values of the workbook after the last actual, GWh by year."""
    drivers: tuple[str, ...]
    sheet: str = ""
    cells: Mapping[int, str] = field(default_factory=dict)
    """Cell of each year's value, actual and given; a year that was interpolated has none."""

    @property
    def last_year(self) -> int:
        """Last actual year."""
        return self.first_year + len(self.energy) - 1

    @property
    def years(self) -> range:
        """Actual years."""
        return range(self.first_year, self.last_year + 1)

    @property
    def filled(self) -> tuple[int, ...]:
        """Actual years that were missing in the workbook and are interpolated."""
        return tuple(year for year in self.years if self.cells and year not in self.cells)
