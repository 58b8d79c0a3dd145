"""The quarters of the hours of a made year: as they lay in the hours of its base days, with its energy and peak."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Floats, Times
from workbench.hourly_loads.cleaning import History
from workbench.hourly_loads.day_matrix import day_matrix
from workbench.hourly_loads.year_hours import YearHours

__all__ = ["QuarterPattern", "quarter_loads", "quarter_pattern"]


@dataclass(frozen=True, slots=True, eq=False)
class QuarterPattern:
    """How the quarters of each hour differ from its mean.

    Parameters
    ----------
    share
        Shape (hours, 4), mean 0 in each hour; of the load of the hour, or of the highest hour of the year.
    of_peak
        Whether it is of the highest hour: a net load may be near zero.
    """

    share: Floats
    of_peak: bool = False

    def away(self, load: Floats) -> Floats:
        """Give the difference of each quarter from its hour [MW], shape (hours, 4)."""
        return np.asarray(self.share * (load.max() if self.of_peak else load[:, None]))


def quarter_pattern(history: History, hours: YearHours, base_days: Times) -> QuarterPattern | None:
    """Give how the quarters of each hour differ from it, as measured on the base days.

    Parameters
    ----------
    history
        The history.
    hours
        The hours of the year that is made.
    base_days
        The base day of each of its days.

    Returns
    -------
    QuarterPattern or None
        Without a difference where the quarters of the base hour are not known; None where the history has no
        quarters, or days have no single base day.
    """
    if not len(history.quarters) or np.isnat(base_days).any():
        return None
    mean = history.quarters.mean(axis=1, keepdims=True)
    of_peak = history.is_net
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (history.quarters - mean) / (np.nanmax(history.load) if of_peak else mean)
    share[~np.isfinite(share).all(axis=1)] = 0.0
    parts = [day_matrix(history.utc, share[:, quarter], history.zone) for quarter in range(4)]
    at = (base_days.astype("datetime64[D]") - parts[0].days[0]).astype(np.int64)[hours.day]
    found = np.stack([part.grid[at, hours.clock] for part in parts], axis=1)
    found[~np.isfinite(found).all(axis=1)] = 0.0
    return QuarterPattern(found - found.mean(axis=1, keepdims=True), of_peak)


def quarter_loads(load: Floats, pattern: QuarterPattern, hours: YearHours) -> Floats:
    """Spread each hour over its quarters: its mean is kept, and no quarter leaves the range of its month's hours.

    So energies, peaks and minima that the hours meet are met by the quarters too. An hour whose pattern would leave
    the range has it flattened towards its mean, as far as needed.

    Parameters
    ----------
    load
        Hours of the year [MW].
    pattern
        As :func:`quarter_pattern` gives it.
    hours
        The hours of the year.

    Returns
    -------
    ndarray, shape (hours, 4)
        [MW]
    """
    starts = hours.month_bounds[:-1]
    high = np.maximum.reduceat(load, starts)[hours.month]
    low = np.minimum.reduceat(load, starts)[hours.month]
    away = pattern.away(load)
    top, bottom = away.max(axis=1), away.min(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        room = np.minimum(
            np.where(top > 0, (high - load) / top, 1.0), np.where(bottom < 0, (load - low) / -bottom, 1.0)
        )
    return np.asarray(load[:, None] + away * np.clip(room, 0.0, 1.0)[:, None])
