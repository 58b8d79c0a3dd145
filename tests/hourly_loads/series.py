"""Series for the tests of load profiles: a made one that is known by formula, and real ones."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Floats, Times
from workbench.hourly_loads.cleaning import History
from workbench.hourly_loads.day_matrix import DayMatrix
from workbench.hourly_loads.reading.hourly_sheet import HourlySheet
from workbench.hourly_loads.year_hours import hours_of_year

INDIA = "Asia/Kolkata"
HOLIDAY_LIST = [
    datetime.date(year, month, day)
    for year in (2023, 2024, 2025)
    for month, day in ((1, 26), (5, 1), (8, 15), (12, 25))
]


def plain_load(times: Times) -> Floats:
    """A load with a daily, a weekly and a yearly rhythm, an evening peak and low Sundays; no two days alike."""
    days = times.astype("datetime64[D]").astype(np.int64)
    hour = (times - times.astype("datetime64[D]")).astype("timedelta64[m]").astype(np.int64) / 60
    day = 1000 + 150 * np.cos((hour - 20) / 24 * 2 * np.pi) + 80 * np.cos((hour - 19) / 12 * 2 * np.pi)
    week = np.where((days + 3) % 7 == 6, 0.9, 1.0)
    year = 1 + 0.1 * np.cos((days % 365.25) / 365.25 * 2 * np.pi)
    wobble = 1 + 0.03 * np.sin(days * 2.399963) + 0.01 * np.sin(hour * days * 0.7)
    return np.asarray(day * week * year * wobble)


def sheet_of(times: Times, load: Floats, temperature: Floats | None = None) -> HourlySheet:
    """Readings as a workbook with a header row would give them, loads in column C."""
    warm = np.empty(0) if temperature is None else temperature
    rows = np.arange(len(times), dtype=np.int64) + 2
    return HourlySheet(
        "load.xlsx", "Hourly", times.astype("datetime64[m]"), "", load, warm, rows, np.full(len(rows), 2)
    )


def local_hours(first: str, last: str, minutes: int = 60) -> Times:
    """Local stamps from the first to the last day, both whole."""
    end = np.datetime64(last, "m") + np.timedelta64(1440, "m")
    return np.arange(np.datetime64(first, "m"), end, np.timedelta64(minutes, "m"))


@dataclass(frozen=True)
class Area:
    """A real series: complete years by number."""

    name: str
    zone: str
    first_month: int
    history: History
    holidays: Times

    def years(self) -> dict[int, DayMatrix]:
        matrix = self.history.days()
        found = {}
        for year in range(2016, 2026):
            hours = hours_of_year(year, self.first_month, self.zone)
            inside = hours.utc[0] >= self.history.utc[0] and hours.utc[-1] <= self.history.utc[-1]
            if inside:
                found[year] = matrix.between(hours.days[0], hours.days[-1])
        return found
