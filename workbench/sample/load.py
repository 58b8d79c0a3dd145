"""The hourly load of the sample state: three fiscal years that add up to its yearly requirement.

A stamp begins its hour and is wall time of the state (Indian Standard Time, no daylight saving).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workbench.capacity.inputs.demand_source import LOAD_SHEET
from workbench.data.arrays import Floats
from workbench.data.workbooks.writing import Column, writing_workbook

LOAD_YEARS = (2023, 2024, 2025)
HOLIDAYS_SHEET = "Holidays"


# Days and months of the public holidays; the movable ones differ from year to year, as in a calendar.
_FIXED_HOLIDAYS = ((1, 26), (5, 1), (8, 15), (10, 2), (12, 25))
_MOVABLE_HOLIDAYS = {
    2022: ((4, 15), (5, 3), (7, 10), (8, 31), (9, 8), (10, 5), (10, 24)),
    2023: ((3, 8), (4, 7), (4, 22), (6, 29), (9, 19), (10, 24), (11, 13)),
    2024: ((3, 25), (3, 29), (4, 11), (6, 17), (9, 7), (10, 12), (10, 31)),
    2025: ((1, 14), (2, 26), (3, 14), (3, 31)),
}
_MONTHS = np.array([0.985, 1.03, 1.105, 1.115, 1.065, 0.965, 0.915, 0.925, 0.945, 0.965, 0.985, 0.98])
_WEEKDAYS = np.array([1.005, 1.015, 1.015, 1.015, 1.01, 1.0, 0.935])
# Shares of the mean at each hour: a hot humid night, an office day, an evening peak of light and cooling.
_MORNING = (0.965, 0.925, 0.895, 0.875, 0.870, 0.895, 0.945, 0.955, 0.940, 0.950, 0.965, 0.975)
_EVENING = (0.980, 0.975, 0.990, 1.005, 1.015, 1.030, 1.090, 1.185, 1.180, 1.160, 1.120, 1.045)
_DAY = np.array([*_MORNING, *_EVENING])
_HOLIDAY_FACTOR = 0.93


@dataclass(frozen=True, slots=True)
class HourlyLoad:
    """An hourly load.

    Parameters
    ----------
    start
        First hour; hours follow each other without a gap, wall time.
    megawatts
        Mean load of each hour [MW].
    years
        Fiscal year of each hour.
    holidays
        Public holidays in the period.
    """

    start: datetime.datetime
    megawatts: Floats
    years: NDArray[np.int64]
    holidays: tuple[datetime.date, ...]

    def load_factors(self) -> dict[int, float]:
        """Average over peak load of each fiscal year [%]."""
        years = np.unique(self.years)
        loads = [self.megawatts[self.years == year] for year in years]
        return {
            int(year): float(100 * load.mean() / load.max()) for year, load in zip(years, loads, strict=True)
        }


def sample_load(requirement: Mapping[int, float], rng: np.random.Generator) -> HourlyLoad:
    """Make the hourly load whose sum in each fiscal year is the requirement.

    Parameters
    ----------
    requirement
        Fiscal year -> energy fed into the grid [MWh]; years follow each other.
    rng
        Source of the weather noise.
    """
    first, last = min(requirement), max(requirement)
    start = datetime.datetime(first - 1, 4, 1)  # noqa: DTZ001 - wall time, as the utility logs it
    hours = np.arange(np.datetime64(start, "h"), np.datetime64(f"{last}-04-01T00", "h"))
    days = hours.astype("datetime64[D]")
    month = days.astype("datetime64[M]").astype(int) % 12
    years = days.astype("datetime64[Y]").astype(int) + 1970 + (month >= 3)
    holidays = _holidays(first, last)
    shape = _seasons(days) * _kinds_of_day(days[::24], holidays) * _DAY[hours.astype(int) % 24]
    shape *= _weather(hours.size, rng) * _growth(hours.size, requirement)
    shape *= 1 - _solar_dip(hours.astype(int) % 24, years - first)
    for year in np.unique(years):
        shape[years == year] *= requirement[int(year)] / shape[years == year].sum()
    return HourlyLoad(start, np.round(shape, 1), years, holidays)


def write_load(path: Path | str, load: HourlyLoad) -> Path:
    """Write the load as a workbook with a sheet of hours and a sheet of holidays.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    # Excel counts days from here; numbers with a date format are written ten times faster than dates.
    first_day = (load.start.date() - datetime.date(1899, 12, 30)).days
    hours = np.arange(load.megawatts.size)
    with writing_workbook(path, {"title": "Hourly load"}) as book:
        sheet = book.sheet(LOAD_SHEET)
        sheet.table(
            [
                Column(
                    "date",
                    (first_day + hours // 24).tolist(),
                    note="Indian Standard Time",
                    number_format="yyyy-mm-dd",
                ),
                Column(
                    "time",
                    (hours % 24 / 24).tolist(),
                    note="Begin of the hour, Indian Standard Time",
                    number_format="hh:mm",
                ),
                Column("demand", load.megawatts.tolist(), "MW", "Mean of the hour, at the grid", "0.0"),
            ]
        )
        sheet.freeze(1, 2)
        holidays = book.sheet(HOLIDAYS_SHEET)
        holidays.table([Column("Holiday", load.holidays, note="Public holidays in the period.")])
        holidays.freeze(1)
    return Path(path)


def _holidays(first: int, last: int) -> tuple[datetime.date, ...]:
    begin, end = datetime.date(first - 1, 4, 1), datetime.date(last, 3, 31)
    days = [
        datetime.date(year, month, day)
        for year in range(first - 1, last + 1)
        for month, day in (*_FIXED_HOLIDAYS, *_MOVABLE_HOLIDAYS.get(year, ()))
    ]
    return tuple(sorted(day for day in days if begin <= day <= end))


def _seasons(days: NDArray[np.datetime64]) -> Floats:
    """Share of the mean, smooth between the middles of the months."""
    month = days.astype("datetime64[M]")
    day = (days - month).astype(float)
    following = month + np.timedelta64(1, "M")
    length = (following.astype("datetime64[D]") - month.astype("datetime64[D]")).astype(float)
    position = month.astype(int) % 12 + (day + 0.5) / length
    return np.asarray(np.interp(position, np.arange(-0.5, 13), _MONTHS[[-1, *range(12), 0]]))


def _kinds_of_day(days: NDArray[np.datetime64], holidays: Sequence[datetime.date]) -> Floats:
    """Factor of each hour for weekdays and holidays; one day passes into the next between 22 and 6 o'clock."""
    factor = _WEEKDAYS[(days.astype(int) + 3) % 7]
    factor[np.isin(days, np.array(holidays, dtype="datetime64[D]"))] *= _HOLIDAY_FACTOR
    hour = np.arange(factor.size * 24)
    knots = np.add.outer(np.arange(factor.size) * 24, (6, 22)).ravel()
    return np.asarray(np.interp(hour, knots, np.repeat(factor, 2)))


def _weather(hours: int, rng: np.random.Generator) -> Floats:
    """Hot and cool spells: a daily first-order autoregression (0.8), and a small noise of the hour."""
    days = hours // 24 + 2
    shocks = 0.018 * rng.standard_normal(days)
    spell = np.empty(days)
    spell[0] = shocks[0]
    for day in range(1, days):
        spell[day] = 0.8 * spell[day - 1] + shocks[day]
    daily = np.interp(np.arange(hours) / 24, np.arange(days), spell)
    return np.asarray(np.exp(daily + 0.006 * rng.standard_normal(hours)))


def _growth(hours: int, requirement: Mapping[int, float]) -> Floats:
    """Growth inside the years, so that a new year does not begin with a step."""
    values = list(requirement.values())
    rate = (values[-1] / values[0]) ** (1 / (len(values) - 1)) if len(values) > 1 else 1.0
    return np.asarray(rate ** (np.arange(hours) / 8766))


def _solar_dip(hour: NDArray[np.int64], year: NDArray[np.int64]) -> Floats:
    """Rooftop solar takes from the midday load, more every year."""
    sun = np.clip(np.cos((hour - 12) / 12 * np.pi), 0, None)
    return np.asarray(sun * (0.03 + 0.015 * year))
