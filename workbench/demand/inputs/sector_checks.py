"""Sectors that look wrong beside each other or beside their own neighbouring years."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

from workbench.data.problems import Problems
from workbench.demand.model.roles import REDUCING
from workbench.demand.model.sector import Sector

__all__ = ["check_sectors"]

Energy = Mapping[int, float]
SAME = 1e-3
"""Share by which a sector and the sum of others may differ in a year and be called the same."""
MIN_YEARS = 3
FAR = 3.0
"""A year that is this many times its neighbours, or one part in as many, looks mistyped."""


def check_sectors(sectors: Mapping[str, Sector], problems: Problems) -> None:
    """Refuse a sector that is the sum of the others, and doubt a year far from both its neighbours.

    Parameters
    ----------
    sectors
        With their actuals.
    problems
        Collects what was found.
    """
    energies = {
        name: dict(zip(sector.years, sector.energy.tolist(), strict=True)) for name, sector in sectors.items()
    }
    for name, sector in sectors.items():
        if sector.role in REDUCING:
            continue
        others = {
            other: its for other, its in sectors.items() if other != name and any(energies[other].values())
        }
        adding = [other for other, its in others.items() if its.role not in REDUCING]
        alike = [other for other in adding if others[other].role is sector.role]
        lowered = [other for other in others if other not in adding]
        for added, less in ((alike, []), (adding, []), (adding, lowered)):
            if len(added) > 1 and _is_sum(
                energies[name], [energies[other] for other in added], [energies[other] for other in less]
            ):
                problems.error(
                    f"the sector '{name}' is the sum of {', '.join(added)} in every year, so that all would count "
                    "twice; take it off the list ~Consumption_Sectors.",
                    sheet=sector.sheet,
                )
                break
        _doubt_far_years(sector, energies[name], problems)


def _is_sum(mine: Energy, added: list[Energy], less: list[Energy]) -> bool:
    sums = {
        year: sum(energy.get(year, 0.0) for energy in added) - sum(energy.get(year, 0.0) for energy in less)
        for year in mine
    }
    same = [abs(value - sums[year]) <= SAME * abs(sums[year]) for year, value in mine.items()]
    return len(same) >= MIN_YEARS and all(same) and any(mine.values())


def _doubt_far_years(sector: Sector, energy: Energy, problems: Problems) -> None:
    for (before, year), (_, after) in pairwise(pairwise(sorted(energy))):
        low, value, high = energy[before], energy[year], energy[after]
        if min(low, value, high) <= 0 or max(low, high) > 2 * min(low, high):
            continue
        times = value / math.sqrt(low * high)
        if not 1 / FAR < times < FAR:
            problems.warning(
                f"{year} is {times:,.2g} times the years before and after it; correct it if it is mistyped.",
                sheet=sector.sheet,
                cell=sector.cells.get(year, ""),
            )
