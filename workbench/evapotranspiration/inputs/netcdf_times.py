"""Times of NetCDF files, and values that are sums since another time than that of their row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats
from workbench.data.problems import Problems
from workbench.errors import UnreadableFile

if TYPE_CHECKING:
    import xarray as xr

DAY = pd.Timedelta(days=1)
FEWEST_FALLS = 2
"""Days needed to tell a sum since midnight from an amount."""
_FLUX = ("kg m-2 s-1", "kg m**-2 s**-1", "kg/m2/s", "kg/m^2/s", "mm s-1", "mm/s")


@dataclass(frozen=True, slots=True)
class Clock:
    """Times of a file.

    Parameters
    ----------
    dim
        Name of the dimension.
    times
        In UTC where they are hours, days else.
    step
        Between two.
    """

    dim: str
    times: pd.DatetimeIndex
    step: pd.Timedelta

    @property
    def is_hours(self) -> bool:
        """Whether the rows are parts of days."""
        return self.step < DAY

    def local(self, longitude: float) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
        """Give the times on the clock of a place, days as they are."""
        if not self.is_hours:
            return self.times.normalize().to_numpy()
        return (self.times + pd.Timedelta(hours=round(longitude / 15.0))).to_numpy()


def clock_of(data: xr.Dataset, path: Path) -> Clock:
    """Find the times of a file.

    Raises
    ------
    UnreadableFile
        When it has none, days of a calendar that is none of ours, or steps of more than a day.
    """
    name = next((n for n in ("time", "valid_time", "day", "date", "Times") if n in data.variables), "")
    name = name or next(
        (str(n) for n, one in data.variables.items() if one.attrs.get("standard_name") == "time"), ""
    )
    if not name or data[name].ndim != 1:
        raise UnreadableFile(
            f"{path.name}: there is no dimension of times; expected a variable 'time'.", path
        )
    values = data[name].to_numpy()
    if not np.issubdtype(values.dtype, np.datetime64):
        calendar = str(getattr(values[0], "calendar", "unknown")) if len(values) else "unknown"
        if calendar not in ("noleap", "365_day", "standard", "gregorian", "proleptic_gregorian"):
            raise UnreadableFile(
                f"{path.name}: its times are of the calendar '{calendar}', which has other days; convert it.",
                path,
            )
        values = np.array([f"{one:%Y-%m-%dT%H:%M:%S}" for one in values], dtype="datetime64[s]")
    times = pd.DatetimeIndex(values.astype("datetime64[s]"))
    step = pd.Series(times).diff().median() if len(times) > 1 else DAY
    if step > DAY:
        raise UnreadableFile(
            f"{path.name}: its times are {step.days} days apart, expected days or hours.", path
        )
    return Clock(str(data[name].dims[0]), times, step)


def of_steps(values: Floats, header: str, clock: Clock, problems: Problems) -> tuple[str, Floats]:
    """Give fluxes of water as amounts of their rows, and sums since the begin of the day as those of their rows.

    Parameters
    ----------
    values
        Shape (cells, times).
    header
        Of the column, with its unit.
    clock
        Of the rows.
    problems
        Takes what was changed.

    Returns
    -------
    str
        The header, with the unit of what is given.
    ndarray
        Same shape.
    """
    name, _, unit = header.removesuffix("]").partition(" [")
    if name in ("precip", "eto") and unit in _FLUX:
        hours = clock.step / pd.Timedelta(hours=1)
        problems.change(f"'{name}': a flux in {unit}, made amounts of {hours:g} h.")
        return f"{name} [mm]", values * clock.step.total_seconds()
    if not clock.is_hours or name not in ("rs", "precip"):
        return header, values
    falls = np.flatnonzero((np.diff(values, axis=1) < 0).any(axis=0))
    # What falls at one and the same hour only has grown through the day.
    if len(falls) < FEWEST_FALLS or len(set(clock.times[falls + 1].time)) > 1:
        return header, values
    problems.change(
        f"'{name}' is summed up through the day of UTC (as in ERA5-Land), and was made that of each row."
    )
    grown = np.diff(values, axis=1, prepend=np.nan)
    return header, np.where(grown < 0, values, grown)
