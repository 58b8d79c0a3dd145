"""Sectors that look wrong beside each other or beside their own other years."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise

import numpy as np

from workbench.data.arrays import Floats
from workbench.data.problems import Answer, Problems
from workbench.demand.model.roles import REDUCING
from workbench.demand.model.sector import Sector
from workbench.forecasting.robust import MAD_TO_SD

__all__ = ["check_sectors"]

Energy = Mapping[int, float]
SAME = 1e-3
"""Share by which a sector and the sum of others may differ in a year and be called the same."""
MIN_YEARS = 3
MIN_YEARS_OF_SOME = 5
"""Years that a sum of some of the others needs: with fewer, one among many combinations may fit by chance."""
MAX_OTHERS = 12
"""Sectors of which every combination is tried."""
FAR = 3.0
"""A year that is this many times its neighbours, or one part in as many, looks mistyped."""
STEP = 5.0
"""A jump by this factor that stays looks like another unit."""
MIN_GROWTHS = 5
"""Yearly growths that tell what is usual."""
ODD, ODD_LEAST = 5.0, 0.25
"""Growth this many robust standard deviations, and this much in logarithms, from the median is not usual."""
SHOCK, SHOCK_LEAST = 3.0, 0.08
"""The same for the last year, from which the forecast starts."""


def check_sectors(sectors: Mapping[str, Sector], problems: Problems) -> None:
    """Refuse a sector that is the sum of others, and doubt years that do not fit those around them.

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
        parts = _parts_of(name, sectors, energies)
        if parts:
            problems.error(
                f"the sector '{name}' is the sum of {', '.join(parts)} in every year, so that all would count "
                "twice; take it off the list ~Consumption_Sectors, or name it in the setting left_out.",
                sheet=sector.sheet,
            )
            problems.offer(Answer("left_out", name, f"Leave out {name}"))
        far = _doubt_far_years(sector, energies[name], problems)
        _doubt_growth(sector, energies[name], far, problems)


def _parts_of(name: str, sectors: Mapping[str, Sector], energies: Mapping[str, Energy]) -> Sequence[str]:
    """Give the sectors of which one is the sum; none where it is not."""
    mine = energies[name]
    others = [other for other in sectors if other != name and any(energies[other].values())]
    adding = [other for other in others if sectors[other].role not in REDUCING]
    alike = [other for other in adding if sectors[other].role is sectors[name].role]
    lowered = [other for other in others if other not in adding]
    for added, less in ((alike, []), (adding, []), (adding, lowered)):
        if (
            len(added) > 1
            and len(mine) >= MIN_YEARS
            and _same(_values(mine, mine), _sum_of(added, energies, mine) - _sum_of(less, energies, mine))
        ):
            return added
    return _some_of(mine, alike, energies)


def _some_of(mine: Energy, alike: Sequence[str], energies: Mapping[str, Energy]) -> Sequence[str]:
    """Give the two or more of the others that sum to a sector, such as industry of high and low voltage."""
    own = _values(mine, mine)
    # A part of a sum is never larger than the sum.
    small = [other for other in alike if (_values(energies[other], mine) <= own * (1 + SAME)).all()]
    if np.count_nonzero(own) < MIN_YEARS_OF_SOME or not 1 < len(small) <= MAX_OTHERS:
        return ()
    columns = np.stack([_values(energies[other], mine) for other in small])
    for count in range(2, len(small)):
        for chosen in combinations(range(len(small)), count):
            if _same(own, columns[list(chosen)].sum(axis=0)):
                return [small[place] for place in chosen]
    return ()


def _values(energy: Energy, years: Energy) -> Floats:
    return np.array([energy.get(year, 0.0) for year in years])


def _sum_of(names: Sequence[str], energies: Mapping[str, Energy], years: Energy) -> Floats:
    total = np.zeros(len(years))
    for name in names:
        total += _values(energies[name], years)
    return total


def _same(own: Floats, total: Floats) -> bool:
    return bool(own.any() and (np.abs(own - total) <= SAME * np.abs(total)).all())


def _doubt_far_years(sector: Sector, energy: Energy, problems: Problems) -> set[int]:
    """Name each year that is far from both its neighbours, which are near each other."""
    found = set()
    for (before, year), (_, after) in pairwise(pairwise(sorted(energy))):
        low, value, high = energy[before], energy[year], energy[after]
        if min(low, value, high) <= 0 or max(low, high) > 2 * min(low, high):
            continue
        times = value / math.sqrt(low * high)
        if not 1 / FAR < times < FAR:
            found.add(year)
            problems.warning(
                f"{year} is {times:,.2g} times the years before and after it; correct it if it is mistyped.",
                sheet=sector.sheet,
                cell=sector.cells.get(year, ""),
            )
            problems.offer(_blank(sector, year))
    return found


def _doubt_growth(sector: Sector, energy: Energy, far: set[int], problems: Problems) -> None:
    """Name a first year that may be a part of one, a jump that stays, and a last year out of the ordinary."""
    years = [year for year in sorted(energy) if year not in far]
    pairs = [(a, b) for a, b in pairwise(years) if energy[a] > 0 and energy[b] > 0]
    growth = np.array([math.log(energy[b] / energy[a]) / (b - a) for a, b in pairs])
    if len(growth) < MIN_GROWTHS:
        return
    usual = float(np.median(growth))
    spread = MAD_TO_SD * float(np.median(np.abs(growth - usual)))
    for (before, year), value in zip(pairs, growth.tolist(), strict=True):
        away, times = abs(value - usual), energy[year] / energy[before]
        shock = year == years[-1] and not sector.given and away > max(SHOCK * spread, SHOCK_LEAST)
        odd = away > max(ODD * spread, ODD_LEAST)
        text, answers = "", (_blank(sector, year),)
        if before == years[0] and odd and value > usual:
            text, year = (
                f"{before} is only {1 / times:,.2g} times {year}: leave it blank if a part is missing",
                before,
            )
            answers = (_blank(sector, before),)
        elif shock and not 1 / FAR < times < FAR:
            text = (
                f"{year}, where the forecast starts, is {times:,.2g} times {before}; correct it if mistyped"
            )
        elif shock:
            text = (
                f"{year}, where the forecast starts, changed by {100 * (times - 1):+.0f} %, and "
                f"{100 * math.expm1(usual):+.0f} % is usual; if that passes, name the sector in return_to_trend"
            )
            answers = (Answer("return_to_trend", sector.name, "Return to the trend"),)
        elif odd and not 1 / STEP < times < STEP:
            text = (
                f"{year} is {times:,.4g} times {before} and the later years stay there: is it in another unit"
            )
            earlier = [known for known in years if known < year]
            answers = (_blank(sector, *earlier),)
        if text:
            problems.warning(f"{text}.", sheet=sector.sheet, cell=sector.cells.get(year, ""))
            problems.offer(*answers)


def _blank(sector: Sector, *years: int) -> Answer:
    """Offer to take years of a sector as missing."""
    said = str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
    return Answer("blank_years", json.dumps({sector.name: years}), f"Take {said} of {sector.name} as missing")
