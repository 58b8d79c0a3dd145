"""Drivers: their actuals, their breaks, and their paths into the future: always given, never assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Floats
from workbench.forecasting.robust import MAD_TO_SD


@dataclass(frozen=True, slots=True)
class GrowthPath:
    """Assumed growth of a driver.

    Parameters
    ----------
    percent
        Growth in % a year: by year, or one number for all years.
    source
        Where it is given, for the card: a cell range or the name of a setting.
    """

    percent: Mapping[int, float] | float
    source: str

    def of(self, year: int) -> float | None:
        """Growth in % in a year; None where the path does not say."""
        if isinstance(self.percent, Mapping):
            return self.percent.get(year)
        return self.percent


@dataclass(frozen=True, slots=True)
class DriverPath:
    """One driver: level by year, and from which year on it is a path."""

    name: str
    levels: Mapping[int, float]
    last_actual: int
    source: str
    """Where the path comes from; empty without one."""

    @property
    def last_year(self) -> int:
        """Last year with a level."""
        return max(self.levels)

    def reaches(self, year: int) -> bool:
        """Tell whether the driver is known or given up to a year."""
        return self.last_year >= year

    def array(self, years: range) -> Floats:
        """Levels by year, NaN where there is none."""
        return np.array([self.levels.get(year, np.nan) for year in years])


def extend(
    name: str,
    actual: Mapping[int, float],
    *,
    until: int,
    growth: GrowthPath | None = None,
    table: Mapping[int, float] | None = None,
    table_source: str = "",
) -> DriverPath:
    """Lay a path behind the actuals of a driver: by growth, else by the growth inside a table of levels.

    A table is used by its growth from year to year, so it joins the last actual whatever its own level there.
    Where neither says anything for a year, the path ends: nothing is extrapolated.

    Parameters
    ----------
    name
        Name of the driver.
    actual
        Level by year.
    until
        Last year wanted.
    growth
        Assumed growth.
    table
        Levels by year, before and after the last actual.
    table_source
        Where the table is.
    """
    levels = dict(actual)
    last = max(levels)
    source = growth.source if growth is not None else table_source if table else ""
    for year in range(last + 1, until + 1):
        if growth is not None:
            percent = growth.of(year)
            factor = None if percent is None else 1 + percent / 100
        else:
            factor = _table_factor(table or {}, year)
        if factor is None or factor <= 0:
            break
        levels[year] = levels[year - 1] * factor
    return DriverPath(name, levels, last, source if max(levels) > last else "")


def per_person(name: str, total: DriverPath, people: DriverPath) -> DriverPath:
    """Divide one driver by another, year by year, as far as both go."""
    years = sorted(set(total.levels) & set(people.levels))
    levels = {year: total.levels[year] / people.levels[year] for year in years}
    last = min(total.last_actual, people.last_actual)
    return DriverPath(name, levels, last, f"{total.name} / {people.name}")


def breaks(values: Floats, minimum: float = 0.12, cut: float = 3.5) -> list[int]:
    """Find base-year breaks: jumps that the years around do not share and that are not taken back.

    A jump is growth further than max(minimum, cut x 1.4826 MAD) from the median. It is not a break but an event,
    or the recovery from one, when the growth of the year before or after takes back at least half of it, or
    brings the two years together inside that limit.

    Parameters
    ----------
    values
        Level of a driver by year without a gap, shape (years,).
    minimum
        Smallest jump, ln.
    cut
        Limit in robust standard deviations.

    Returns
    -------
    list of int
        Positions of the first year after each break.
    """
    growth = np.diff(np.log(values))
    if len(growth) < 5 or not np.isfinite(growth).all():
        return []
    unusual = growth - np.median(growth)
    limit = max(minimum, cut * MAD_TO_SD * float(np.median(np.abs(unusual))))
    found = []
    for index in np.flatnonzero(np.abs(unusual) > limit):
        around = [other for other in (index - 1, index + 1) if 0 <= other < len(growth)]
        taken_back = any(
            growth[other] * growth[index] < 0 and abs(growth[other]) >= abs(growth[index]) / 2
            for other in around
        )
        recovered = any(abs(unusual[other] + unusual[index]) < limit / 2 for other in around)
        if not (taken_back or recovered):
            found.append(int(index) + 1)
    return found


def splice(values: Floats, positions: list[int]) -> Floats:
    """Move the years before each break to the level after it, with the usual growth across the break.

    Parameters
    ----------
    values
        Level by year, shape (years,).
    positions
        As :func:`breaks` gives them.
    """
    if not positions:
        return values
    growth = np.diff(np.log(values))
    usual = float(np.median(np.delete(growth, [position - 1 for position in positions])))
    growth[[position - 1 for position in positions]] = usual
    back = np.concatenate([growth[::-1].cumsum()[::-1], [0.0]])
    spliced: Floats = values[-1] * np.exp(-back)
    return spliced


def _table_factor(table: Mapping[int, float], year: int) -> float | None:
    if year in table and year - 1 in table and table[year - 1] > 0:
        return table[year] / table[year - 1]
    return None
