"""The quarters of the hours of a made year: as they lay in the hours of its base days, with its energy and peak."""

from __future__ import annotations

import numpy as np

from workbench.data.arrays import Floats, Times
from workbench.hourly_loads.cleaning import History
from workbench.hourly_loads.day_matrix import day_matrix
from workbench.hourly_loads.year_hours import YearHours

__all__ = ["quarter_loads", "quarter_pattern"]


def quarter_pattern(history: History, hours: YearHours, base_days: Times) -> Floats | None:
    """Give the load of each quarter over its hour, as measured on the base days.

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
    ndarray, shape (hours, 4), or None
        Per unit, mean 1 in each hour and 1 throughout where the quarters of the base hour are not known; None where
        the history has no quarters, or days have no single base day.
    """
    if not len(history.quarters) or np.isnat(base_days).any():
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        share = history.quarters / history.quarters.mean(axis=1, keepdims=True)
    share[~np.isfinite(share).all(axis=1)] = 1.0
    parts = [day_matrix(history.utc, share[:, quarter], history.zone) for quarter in range(4)]
    at = (base_days.astype("datetime64[D]") - parts[0].days[0]).astype(np.int64)[hours.day]
    found = np.stack([part.grid[at, hours.clock] for part in parts], axis=1)
    found[~np.isfinite(found).all(axis=1)] = 1.0
    return np.asarray(found / found.mean(axis=1, keepdims=True))


def quarter_loads(load: Floats, pattern: Floats, hours: YearHours) -> Floats:
    """Spread each hour over its quarters: its mean is kept, and no quarter leaves the range of its month's hours.

    So energies, peaks and minima that the hours meet are met by the quarters too. An hour whose pattern would leave
    the range has it flattened towards its mean, as far as needed.

    Parameters
    ----------
    load
        Hours of the year [MW].
    pattern
        As :func:`quarter_pattern` gives it, shape (hours, 4).
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
    away = load[:, None] * (pattern - 1)
    top, bottom = away.max(axis=1), away.min(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        room = np.minimum(
            np.where(top > 0, (high - load) / top, 1.0), np.where(bottom < 0, (load - low) / -bottom, 1.0)
        )
    return np.asarray(load[:, None] + away * np.clip(room, 0.0, 1.0)[:, None])
