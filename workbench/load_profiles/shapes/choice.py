"""Hours of a future year before its targets are met: a real year on another calendar, or put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from workbench.data.arrays import Booleans, Floats, Integers, Times
from workbench.errors import InvalidData, SettingError
from workbench.hourly_loads.day_matrix import DayMatrix
from workbench.hourly_loads.year_hours import YearHours
from workbench.load_profiles.config import ShapeMethod
from workbench.load_profiles.model.targets import BaseMonths
from workbench.load_profiles.shapes.alignment import align_days, same_position
from workbench.load_profiles.shapes.day_types import DayTypes, day_kinds
from workbench.load_profiles.shapes.decomposition import (
    SeasonalParts,
    compose,
    compose_seasonal,
    decompose,
    seasonal_parts,
)
from workbench.load_profiles.shapes.similar_day import daily_warmth, similar_days


@dataclass(frozen=True, slots=True, eq=False)
class ShapeSource:
    """What shapes are made from.

    Parameters
    ----------
    method
        How.
    years
        Base year -> its loads by day and hour [MW], complete.
    holidays
        Days that are holidays, of all years.
    types
        Learned kinds of days.
    warmth
        Year -> its temperatures by day and hour [°C].
    weather_year
        Year whose temperatures recur.
    seed
        Of the drawn residuals.
    """

    method: ShapeMethod
    years: Mapping[int, DayMatrix]
    holidays: Times
    types: DayTypes
    warmth: Mapping[int, DayMatrix] = field(default_factory=dict)
    weather_year: int | None = None
    seed: int = 0

    def is_holiday(self, days: Times) -> Booleans:
        """Whether each day is a holiday."""
        return np.isin(days, self.holidays)

    @property
    def latest(self) -> int:
        """Latest base year."""
        return max(self.years)


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The hours of a year before its targets are met.

    Parameters
    ----------
    load
        [MW] of the base year.
    base_year
        The base year; the latest where several are used.
    base_days
        The base day of each day; ``NaT`` where there is no single one.
    """

    load: Floats
    base_year: int
    base_days: Times

    def months(self, hours: YearHours) -> BaseMonths:
        """What the shape has by itself in each month."""
        return base_months(self.load, hours)


def base_months(load: Floats, hours: YearHours) -> BaseMonths:
    """Energy, load factor and lowest value of each month of a load, by the hour or by equal parts of it."""
    parts = len(load) // len(hours)
    starts = hours.month_bounds[:-1] * parts
    energy = np.add.reduceat(load, starts) / parts
    mean = energy / hours.hours_by_month
    return BaseMonths(
        energy, mean / np.maximum.reduceat(load, starts), np.minimum.reduceat(load, starts) / mean
    )


class ShapeMaker:
    """Makes shapes of target years; keeps what is the same for all of them.

    Parameters
    ----------
    source
        What they are made from.

    Raises
    ------
    SettingError
        When the method needs what is not there: temperatures, or more than one base year.
    """

    def __init__(self, source: ShapeSource) -> None:
        self._source = source
        self._order = sorted(source.years)
        self._seasonal: SeasonalParts | None = None
        for matrix in source.years.values():
            if matrix.grid.min() < 0 and source.method in (ShapeMethod.DECOMPOSITION, ShapeMethod.STL):
                raise SettingError(
                    f"The base year that begins {matrix.days[0]} is of a net load with hours below zero, which the "
                    f"shape '{source.method}' cannot take apart; replay it instead.",
                    "shape",
                    source.method,
                )
            # Where hours are below zero, one may be zero too.
            if matrix.grid.min() == 0 or np.isnan(matrix.grid).any():
                raise InvalidData(
                    f"The base year that begins {matrix.days[0]} has hours without load; choose another base "
                    f"year, or "
                    "restore its outages."
                )
        if source.method is ShapeMethod.SIMILAR_DAY:
            self._require_warmth()

    def make(self, hours: YearHours, turn: int = 0) -> Shape:
        """Make the shape of one year.

        Parameters
        ----------
        hours
            The hours of that year.
        turn
            Its number among the target years, for base years in turn.
        """
        method, latest = self._source.method, self._source.latest
        if method is ShapeMethod.ROTATING_YEARS:
            return self._replay(hours, self._order[turn % len(self._order)])
        if method is ShapeMethod.MEAN_OF_YEARS:
            shapes = [self._replay(hours, year).load for year in self._order]
            mean = np.mean([load / load.mean() for load in shapes], axis=0) * shapes[-1].mean()
            return Shape(
                mean, latest, np.full(len(hours.days), np.datetime64("NaT", "D"), dtype="datetime64[D]")
            )
        if method is ShapeMethod.DECOMPOSITION:
            return self._decomposed(hours, latest)
        if method is ShapeMethod.STL:
            return self._drawn(hours, latest)
        if method is ShapeMethod.SIMILAR_DAY:
            return self._similar(hours)
        return self._replay(hours, latest)

    def aligned(self, hours: YearHours, base_year: int) -> Integers:
        """Position in the base year of the day that represents each day."""
        base = self._source.years[base_year]
        flags = [self._source.is_holiday(days) for days in (hours.days, base.days)]
        return align_days(hours.days, base.days, flags[0], flags[1], self._source.types.rest_day)

    def _replay(self, hours: YearHours, base_year: int) -> Shape:
        base, aligned = self._source.years[base_year], self.aligned(hours, base_year)
        return Shape(base.grid[aligned[hours.day], hours.clock], base_year, base.days[aligned])

    def _decomposed(self, hours: YearHours, base_year: int) -> Shape:
        base, aligned = self._source.years[base_year], self.aligned(hours, base_year)
        parts = decompose(base, self._source.is_holiday(base.days))
        days = compose(parts, hours.days, self._source.is_holiday(hours.days), aligned)
        return Shape(days[hours.day, hours.clock], base_year, base.days[aligned])

    def _drawn(self, hours: YearHours, base_year: int) -> Shape:
        base, aligned = self._source.years[base_year], self.aligned(hours, base_year)
        if self._seasonal is None:
            self._seasonal = seasonal_parts(base)
        flags = [self._source.is_holiday(days) for days in (hours.days, base.days)]
        # Seeded by the year too: the same year comes out the same, whichever others are made beside it.
        rng = np.random.default_rng([self._source.seed, hours.year])
        days = compose_seasonal(self._seasonal, hours.days, flags[0], flags[1], aligned, rng)
        return Shape(days[hours.day, hours.clock], base_year, base.days[aligned])

    def _similar(self, hours: YearHours) -> Shape:
        source = self._source
        weather = source.warmth[source.weather_year or source.latest]
        wanted = daily_warmth(weather)[same_position(hours.days, weather.days)]
        target_types = source.types.types[day_kinds(hours.days, source.is_holiday(hours.days))]
        best_gap = np.full(len(hours.days), np.inf)
        load = np.empty((len(hours.days), 24))
        chosen = np.empty(len(hours.days), dtype="datetime64[D]")
        latest_mean = source.years[source.latest].grid.mean()
        for year in reversed(self._order):
            base, warm = source.years[year], daily_warmth(source.warmth[year])
            types = source.types.types[day_kinds(base.days, source.is_holiday(base.days))]
            place, found = similar_days(
                hours.days, target_types, wanted, base.days, types, warm, self.aligned(hours, year)
            )
            gap = np.where(found, np.abs(warm[place] - wanted).sum(axis=1), 1e6)
            better = gap < best_gap
            best_gap[better], chosen[better] = gap[better], base.days[place[better]]
            load[better] = base.grid[place[better]] * (latest_mean / base.grid.mean())
        return Shape(load[hours.day, hours.clock], source.latest, chosen)

    def _require_warmth(self) -> None:
        needed = {*self._source.years, self._source.weather_year or self._source.latest}
        missing = sorted(needed - set(self._source.warmth))
        if missing:
            raise SettingError(
                f"Similar days need hourly temperatures of {', '.join(map(str, missing))}; add a column "
                f"'temperature' to "
                "the hourly history, or choose another shape.",
                "shape",
                "similar_day",
            )
