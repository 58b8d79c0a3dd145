"""How high the peaks of a year and of its months may be, from how high they were in the years that were measured.

The logarithm of peak over mean of the year is taken as normal, with unknown mean and spread: its quantiles are
those of the predictive Student distribution, centre + t sqrt(1 + 1/n) spread. A spread from a few years is shrunk
towards the mean of the year's and the months', after Smyth (2004), Stat. Appl. Genet. Mol. Biol. 3(1), eq. 3,
doi:10.2202/1544-6115.1027, with the weight of four years.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from workbench.data.arrays import Floats
from workbench.hourly_loads.year_hours import YearHours
from workbench.load_profiles.shapes.peak_weather import PeakWeather

__all__ = ["LEVELS", "PeakChances", "learn_peak_chances", "peak_ratios", "with_weather"]

LEVELS = (10, 50, 90)
"""Percent of years whose peak is not above it."""
PRIOR_YEARS = 4
MIN_YEARS = 2
MIN_YEARS_TRIED = 2
"""Years before one on which the quantiles are tried."""


@dataclass(frozen=True, slots=True, eq=False)
class PeakChances:
    """Predictive distribution of ln(peak / mean of the year): of the year, then of its twelve months.

    Parameters
    ----------
    centre, spread
        Shape (13,), in logarithms.
    years
        Years of the history that it was learned from.
    tried, held
        How often a P90 from the years before one could be compared with that year and its months, and the share
        [%] of these peaks that was not above it; nan where none could.
    """

    centre: Floats
    spread: Floats
    years: int
    tried: int = 0
    held: float = np.nan

    def ratios(self, percent: float) -> Floats:
        """Peak over the mean of the year that is not exceeded in so many percent of years, shape (13,)."""
        quantile = special.stdtrit(self.years - 1 + PRIOR_YEARS, percent / 100)
        return np.asarray(np.exp(self.centre + quantile * self.spread * np.sqrt(1 + 1 / self.years)))


def peak_ratios(load: Floats, hours: YearHours) -> Floats:
    """Peak of the year and of its twelve months over the mean of the year, shape (13,)."""
    months = np.maximum.reduceat(load, hours.month_bounds[:-1])
    return np.asarray(np.concatenate([[load.max()], months]) / load.mean())


def learn_peak_chances(ratios: Mapping[int, Floats]) -> PeakChances | None:
    """Learn the distribution, and try it on each year with enough before it.

    Parameters
    ----------
    ratios
        By complete year of the history, as :func:`peak_ratios` gives them.

    Returns
    -------
    PeakChances or None
        None with less than two years.
    """
    if len(ratios) < MIN_YEARS:
        return None
    rows = np.log([ratios[year] for year in sorted(ratios)])
    held = list(_held(rows))
    centre, spread = _fit(rows)
    share = 100 * float(np.mean(held)) if held else np.nan
    return PeakChances(centre, spread, len(rows), len(held), share)


def with_weather(
    chances: PeakChances | None, weather: PeakWeather, measured: Mapping[int, Floats]
) -> PeakChances:
    """Learn the distribution from the measured years in all weathers, and try it as without.

    Parameters
    ----------
    chances
        From the measured years as they were.
    weather
        Those years in all weathers.
    measured
        As :func:`learn_peak_chances` takes them.
    """
    held = list(_held_in_weathers(weather, measured))
    centre, spread = _fit_weathers([weather.ratios[year] for year in sorted(weather.ratios)])
    share = 100 * float(np.mean(held)) if held else np.nan
    tried = PeakChances(centre, spread, len(weather.weathers), len(held), share)
    return tried if held or chances is None else replace(tried, tried=chances.tried, held=chances.held)


def _fit_weathers(rows: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Centre over all; the spread is that of the weathers in a year, and of the years in the same weather."""
    of_weather = np.mean([row.var(axis=0, ddof=1) for row in rows], axis=0)
    freedom = len(rows[0]) - 1
    shrunk = (freedom * of_weather + PRIOR_YEARS * of_weather.mean()) / (freedom + PRIOR_YEARS)
    means = np.array([row.mean(axis=0) for row in rows])
    of_years = means.var(axis=0, ddof=1) if len(rows) > 1 else np.zeros(means.shape[1])
    return np.asarray(means.mean(axis=0)), np.asarray(np.sqrt(shrunk + of_years))


def _held_in_weathers(weather: PeakWeather, measured: Mapping[int, Floats]) -> Iterator[bool]:
    """Whether the P90 from the years and weathers before one held its peaks."""
    years = sorted(weather.ratios)
    for place in range(MIN_YEARS_TRIED, len(years)):
        known = [at for at, other in enumerate(weather.weathers) if other < years[place]]
        before = [weather.ratios[year][known] for year in years[:place]]
        if len(known) >= MIN_YEARS_TRIED:
            made = PeakChances(*_fit_weathers(before), len(known))
            yield from (measured[years[place]] <= made.ratios(90)).tolist()


def _fit(rows: Floats) -> tuple[Floats, Floats]:
    variance = np.asarray(rows.var(axis=0, ddof=1))
    freedom = len(rows) - 1
    shrunk = (freedom * variance + PRIOR_YEARS * variance.mean()) / (freedom + PRIOR_YEARS)
    return np.asarray(rows.mean(axis=0)), np.asarray(np.sqrt(shrunk))


def _held(rows: Floats) -> Iterator[bool]:
    for place in range(MIN_YEARS_TRIED, len(rows)):
        before = PeakChances(*_fit(rows[:place]), place)
        yield from (np.exp(rows[place]) <= before.ratios(90)).tolist()
