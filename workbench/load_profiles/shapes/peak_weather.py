"""What the peaks of measured years would have been in the weather of others, where temperatures are known.

The daily peak and the daily mean of a year, over the mean of the year, are taken as a yearly rhythm, a level of
each kind of day, and straight lines in the temperature above a warm and below a cool threshold, as heating and
cooling degree days have them (McSharry et al. 2005, IEEE Trans. Power Syst. 20(2), 1166,
doi:10.1109/TPWRS.2005.846071; Hyndman and Fan 2010, IEEE Trans. Power Syst. 25(2), 1142,
doi:10.1109/TPWRS.2009.2036017, simulate peaks from past temperatures in this way). The temperature of a day is
that of the day with a share of the day before. What the lines say about the difference of two weathers is added to
what was measured, day by day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Booleans, Floats, Integers, Times
from workbench.hourly_loads.day_matrix import DayMatrix
from workbench.load_profiles.shapes.alignment import same_position
from workbench.load_profiles.shapes.day_types import day_kinds

__all__ = ["PeakWeather", "Response", "learn_peak_weather"]

OF_THE_DAY_BEFORE = 0.3
COOL, WARM = (0.1, 0.25, 0.4), (0.5, 0.65, 0.8)
"""Quantiles of the daily temperatures that are tried as thresholds."""
SHIFTS = (-6, -3, 0, 3, 6)
"""Days by which a weather is moved: its hottest day may fall on any weekday."""
MIN_EXPLAINED = 0.1
"""Share of the scatter around rhythm and kinds of days that the temperature has to explain."""
MIN_WEATHERS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """How the day answers to its temperature.

    Parameters
    ----------
    cool, warm
        Thresholds [degrees Celsius].
    slopes
        Of the daily peak and of the daily mean, per degree below and above, of the mean of the year. Shape (2, 2).
    explained
        Share of the scatter of the daily peak around rhythm and kinds of days that they explain.
    """

    cool: float
    warm: float
    slopes: Floats
    explained: float

    def of(self, temperature: Floats) -> Floats:
        """Give what temperatures add to peak and mean, shape (2, days), of the mean of the year."""
        return np.asarray(self.slopes @ _degrees(temperature, self.cool, self.warm).T)


@dataclass(frozen=True, slots=True, eq=False)
class PeakWeather:
    """Peaks of measured years in several weathers.

    Parameters
    ----------
    response
        To temperature.
    weathers
        Years whose temperatures are known.
    ratios
        Measured year -> ln(peak / mean of the year) in each weather, of the year and of its twelve months. Shape
        (weathers, 13).
    """

    response: Response
    weathers: tuple[int, ...]
    ratios: Mapping[int, Floats]

    def normal(self, year: int) -> float:
        """Peak over mean of a measured year in the middle of the weathers."""
        return float(np.exp(np.median(self.ratios[year][:, 0])))


def learn_peak_weather(
    loads: Mapping[int, DayMatrix],
    warmth: Mapping[int, DayMatrix],
    is_holiday: Callable[[Times], Booleans],
) -> PeakWeather | None:
    """Put the measured years into every weather that is known.

    Parameters
    ----------
    loads
        Measured years by day and hour [MW], complete.
    warmth
        Temperatures of years by day and hour [degrees Celsius]; also of years without loads.
    is_holiday
        Tells holidays among days.

    Returns
    -------
    PeakWeather or None
        None where fewer than two weathers are known, no measured year has temperatures, or these explain little.
    """
    measured = [year for year in sorted(loads) if year in warmth and loads[year].grid.mean() > 0]
    if len(warmth) < MIN_WEATHERS or not measured:
        return None
    felt = {year: _felt(matrix) for year, matrix in warmth.items()}
    kinds = {year: day_kinds(loads[year].days, is_holiday(loads[year].days)) for year in measured}
    response = _fit(
        [_daily(loads[year]) for year in measured],
        [felt[year][: len(loads[year])] for year in measured],
        [kinds[year] for year in measured],
    )
    if response is None or response.explained < MIN_EXPLAINED:
        return None
    weathers = tuple(sorted(warmth))
    ratios = {
        year: np.array(
            [_ratios(loads[year], felt[year], warmth[other], felt[other], response) for other in weathers]
        )
        for year in measured
    }
    return PeakWeather(response, weathers, ratios)


def _daily(matrix: DayMatrix) -> Floats:
    """Daily peak and daily mean over the mean of the year, shape (2, days)."""
    return np.asarray(np.stack([matrix.grid.max(axis=1), matrix.grid.mean(axis=1)]) / matrix.grid.mean())


def _felt(matrix: DayMatrix) -> Floats:
    daily = matrix.grid.mean(axis=1)
    before = np.concatenate([daily[:1], daily[:-1]])
    return np.asarray((1 - OF_THE_DAY_BEFORE) * daily + OF_THE_DAY_BEFORE * before)


def _degrees(temperature: Floats, cool: float, warm: float) -> Floats:
    return np.asarray(
        np.stack([np.maximum(cool - temperature, 0.0), np.maximum(temperature - warm, 0.0)], axis=1)
    )


def _fit(daily: list[Floats], felt: list[Floats], kinds: list[Integers]) -> Response | None:
    values, temperature = np.concatenate(daily, axis=1), np.concatenate(felt)
    # A level of each year: the mean that it is measured by has answered to its weather too.
    years = np.repeat(np.eye(len(kinds))[:, 1:], [len(kind) for kind in kinds], axis=0)
    calendar = np.hstack([np.concatenate([_calendar(kind) for kind in kinds]), years])
    plain = _scatter(calendar, values[0])
    best: tuple[float, Response] | None = None
    for low in np.quantile(temperature, COOL):
        for high in np.quantile(temperature, WARM):
            columns = np.hstack([calendar, _degrees(temperature, float(low), float(high))])
            found = np.linalg.lstsq(columns, values.T, rcond=None)[0]
            # More load in milder weather has another cause.
            slopes = np.maximum(found[-2:].T, 0.0)
            left = _scatter(
                calendar, values[0] - slopes[0] @ _degrees(temperature, float(low), float(high)).T
            )
            if best is None or left < best[0]:
                explained = 1 - left / plain if plain > 0 else 0.0
                best = left, Response(float(low), float(high), slopes, explained)
    return None if best is None else best[1]


def _calendar(kinds: Integers) -> Floats:
    """Columns of a year: kinds of days, and a yearly rhythm of two waves."""
    angle = 2 * np.pi * np.arange(len(kinds)) / len(kinds)
    waves = [wave(order * angle) for order in (1, 2) for wave in (np.sin, np.cos)]
    return np.column_stack([*(kinds == kind for kind in range(8)), *waves]).astype(float)


def _scatter(columns: Floats, values: Floats) -> float:
    found = np.linalg.lstsq(columns, values, rcond=None)[0]
    return float(np.sum((values - columns @ found) ** 2))


def _ratios(
    load: DayMatrix, felt: Floats, other: DayMatrix, felt_there: Floats, response: Response
) -> Floats:
    """ln(peak / mean) of the year and its months in another weather, over the days by which it may be moved."""
    own = _daily(load)
    months = load.days.astype("datetime64[M]").astype(np.int64)
    starts = np.flatnonzero(np.diff(months, prepend=months[0] - 1))
    place = same_position(load.days, other.days)
    found = []
    for shifted in _moved(place, len(other)):
        change = response.of(felt_there[shifted]) - response.of(felt[: len(load)])
        peak, mean = own + change
        monthly = np.maximum.reduceat(peak, starts)
        found.append(np.log(np.concatenate([[peak.max()], monthly]) / mean.mean()))
    return np.asarray(np.mean(found, axis=0))


def _moved(place: Integers, count: int) -> Iterator[Integers]:
    for shift in SHIFTS:
        yield np.clip(place + shift, 0, count - 1)
