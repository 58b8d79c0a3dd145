"""From residuals to outliers: how far off is far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.data.arrays import Floats
from workbench.finance.anomalies.breaks import level_breaks
from workbench.finance.anomalies.expected import Expected, expected_values

__all__ = ["MIN_PERIODS", "Outliers", "find_outliers", "score_limit"]

MIN_PERIODS = 18
"""With fewer, trend and spread are too uncertain to call anything unusual."""
MAX_PERSISTENCE = 0.4
"""Autocorrelation of residuals above which a series has no trend to return to and continues from its last value."""


@dataclass(frozen=True, slots=True)
class Outliers:
    """What stands out in one series.

    Parameters
    ----------
    expected
        The regression.
    limit
        Score from which a period stands out.
    outlying
        Which do, shape ``(periods,)``.
    breaks
        First periods of new levels.
    """

    expected: Expected
    limit: float
    outlying: npt.NDArray[np.bool_]
    breaks: tuple[int, ...]


def find_outliers(
    values: Floats,
    season: int = 12,
    false_alarms: float = 0.05,
    *,
    stock: bool = False,
    returns: bool = False,
) -> Outliers | None:
    """Find the periods that do not fit trend and season, and the levels that changed for good.

    A series that continues from its last value, such as accumulating cash, is judged by its changes.

    Parameters
    ----------
    values
        One series by period, ``nan`` for gaps.
    season
        Periods in a year.
    false_alarms
        About how many periods of a series without anything unusual may stand out.
    stock
        Whether it is a stock, whose changes are amounts and not shares.
    returns
        Whether it is known to return to its level, as the share of one figure in another does.

    Returns
    -------
    Outliers or None
        None for fewer than 18 known periods.
    """
    known = int(np.isfinite(values).sum())
    if known < MIN_PERIODS:
        return None
    breaks, expected = level_breaks(values, season)
    if not returns and _persistence(expected.residual) > MAX_PERSISTENCE:
        return _judged_by_changes(values, season, false_alarms, expected.logs and not stock)
    coefficients = 2 + (season - 1 if known >= 2 * season + 2 else 0) + len(values) // 48 + len(breaks)
    limit = score_limit(known, coefficients, false_alarms)
    scores = np.nan_to_num(np.abs(expected.scores))
    return Outliers(expected, limit, scores > limit, breaks)


def _persistence(residual: Floats) -> float:
    known = np.nan_to_num(residual)
    # Single outliers would hide how the others hang together.
    limit = 3 * float(np.median(np.abs(known)))
    held = np.clip(known, -limit, limit)
    power = float((held**2).sum())
    return float((held[1:] * held[:-1]).sum()) / power if power > 0 else 0.0


def _judged_by_changes(values: Floats, season: int, false_alarms: float, logs: bool) -> Outliers:
    """Expect of each period the one before and the usual change of the month."""
    scaled = np.log(values) if logs else values
    changes = np.concatenate([[np.nan], np.diff(scaled)])
    fit = expected_values(changes, season, logs=False)
    value = np.concatenate([values[:1], scaled[:-1] + fit.value[1:]])
    value[1:] = np.exp(value[1:]) if logs else value[1:]
    known = int(np.isfinite(changes).sum())
    coefficients = 2 + (season - 1 if known >= 2 * season + 2 else 0) + len(values) // 48
    limit = score_limit(known, coefficients, false_alarms)
    scores = np.nan_to_num(fit.scores)
    outlying = np.abs(scores) > limit
    # The way back after a single unusual period is not unusual itself.
    back = np.abs(scores[1:] + scores[:-1]) <= np.sqrt(2) * limit
    for place in np.flatnonzero(outlying[1:] & outlying[:-1] & back) + 1:
        outlying[place] = not outlying[place - 1]
    return Outliers(Expected(value, fit.residual, fit.spread, (), logs), limit, outlying, ())


def score_limit(periods: int, coefficients: int, false_alarms: float) -> float:
    """Give the score from which a period stands out.

    Student's t at the level at which ``false_alarms`` periods of a normal series pass, both sides together;
    wider by what the uncertainty of a median adds when coefficients are many for the periods (found by simulation).
    """
    from scipy.stats import t

    spare = max(periods - coefficients, 3)
    inflation = 1 + 2.5 * (coefficients / periods) ** 2
    return float(t.ppf(1 - min(false_alarms, 0.5) / (2 * periods), spare) * inflation)
