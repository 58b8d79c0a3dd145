"""How far a generated year is from the year that really came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Floats, Integers
from workbench.hourly_loads.year_hours import YearHours, weekdays

TOP_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Errors of a profile beside what really came; all in %.

    Parameters
    ----------
    hourly_mape
        Mean of |profile - actual| / actual over the hours with a load; of the mean load where it is a net load,
        which may be near zero.
    peak
        Error of the annual peak, signed.
    monthly_peak
        Mean absolute error of the twelve peaks.
    duration_curve
        Mean absolute difference of the two sorted loads, of the mean load.
    top_hours
        Mean absolute error of the highest 1 % of the duration curve, of the actual's.
    ramp_p99
        Error of the 99th percentile of the absolute hour-to-hour change, signed.
    day_type
        Mean absolute error of the mean load by weekday, Sunday to Monday and holidays, of the mean load.
    """

    hourly_mape: float
    peak: float
    monthly_peak: float
    duration_curve: float
    top_hours: float
    ramp_p99: float
    day_type: float


def accuracy_of(
    profile: Floats, actual: Floats, hours: YearHours, day_kind: Integers | None = None
) -> Accuracy:
    """Compare a profile with what really came.

    Parameters
    ----------
    profile, actual
        One value an hour [MW].
    hours
        The hours of that year.
    day_kind
        Number of the kind of each day (weekday 0 to 6, holiday 7); weekdays when left out.
    """
    kinds = weekdays(hours.days) if day_kind is None else day_kind
    by_hour = kinds[hours.day]
    count = np.bincount(by_hour, minlength=8)
    seen = count > 0
    means = [np.bincount(by_hour, load, 8)[seen] / count[seen] for load in (profile, actual)]
    starts = hours.month_bounds[:-1]
    peaks = [np.maximum.reduceat(load, starts) for load in (profile, actual)]
    sorted_loads = [np.sort(load) for load in (profile, actual)]
    top = slice(len(actual) - max(1, round(TOP_SHARE * len(actual))), None)
    loaded = actual > 0
    measure = np.full(len(actual), actual.mean()) if (actual < 0).any() else actual
    if (actual < 0).any():
        loaded = np.ones(len(actual), dtype=bool)
    ramps = [np.quantile(np.abs(np.diff(load)), 0.99) for load in (profile, actual)]
    return Accuracy(
        hourly_mape=float(100 * np.mean(np.abs(profile - actual)[loaded] / measure[loaded])),
        peak=float(100 * (profile.max() / actual.max() - 1)),
        monthly_peak=float(100 * np.mean(np.abs(peaks[0] / peaks[1] - 1))),
        duration_curve=float(100 * np.mean(np.abs(sorted_loads[0] - sorted_loads[1])) / actual.mean()),
        top_hours=float(100 * np.mean(np.abs(sorted_loads[0][top] / sorted_loads[1][top] - 1))),
        ramp_p99=float(100 * (ramps[0] / ramps[1] - 1)),
        day_type=float(100 * np.mean(np.abs(means[0] - means[1])) / actual.mean()),
    )
