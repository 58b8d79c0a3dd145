"""Which share of costs follows revenue, with the interval in which it lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import theilslopes

from workbench.data.arrays import Floats
from workbench.finance.model.series import FigureSeries

__all__ = ["ShareEstimate", "estimate_variable_share"]

MIN_PERIODS = 13
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class ShareEstimate:
    """Share of costs that follows revenue.

    Parameters
    ----------
    share, low, high
        Estimate and the ends of its 95 % interval, 0 to 1; ``nan`` when there are too few periods.
    words
        What it rests on.
    """

    share: float
    low: float
    high: float
    words: str


def estimate_variable_share(series: Mapping[str, FigureSeries], costs: Sequence[str]) -> ShareEstimate:
    """Estimate the share of costs (marketing left out) that follows revenue.

    It is the elasticity of costs: the slope of their logarithm on that of revenue, once over the levels and once
    over the changes from period to period, season included, because it moves revenue most. Both are medians of
    pairwise slopes, so that a spike does not count. Fixed costs that grow beside revenue make the slope of the
    levels too steep; it is taken only where the changes agree with it.

    Parameters
    ----------
    series
        By figure.
    costs
        Figures that profit is revenue less of.

    References
    ----------
    Theil (1950), Indagationes Mathematicae 12, 85-91; Sen (1968), Journal of the American Statistical Association
    63, 1379-1389 (slope and its interval).
    """
    nothing = ShareEstimate(float("nan"), float("nan"), float("nan"), "")
    names = [name for name in costs if name in series and name != "marketing"]
    if "revenue" not in series or not names:
        return nothing
    revenue = series["revenue"].company
    total = np.sum([series[name].company for name in names], axis=0)
    known = np.isfinite(revenue) & np.isfinite(total) & (revenue > 0) & (total > 0)
    if known.sum() < MIN_PERIODS:
        return nothing
    logs = np.log(np.where(known, revenue, np.nan)), np.log(np.where(known, total, np.nan))
    levels = _slope(*logs)
    steps = _slope(np.diff(logs[0]), np.diff(logs[1]))
    if steps is None or levels is None:
        return nothing
    agree = levels[1] <= steps[2] and steps[1] <= levels[2]
    # The levels know it better; without agreement their slope is that of a common trend.
    share, low, high = (float(np.clip(value, 0.0, 1.0)) for value in (levels if agree else steps))
    how = "levels and changes" if agree else "changes from period to period; the levels share a trend"
    words = f"estimated from the {how}, {100 * low:.0f} to {100 * high:.0f} % with 95 % confidence"
    return ShareEstimate(share, low, high, words)


def _slope(x: Floats, y: Floats) -> tuple[float, float, float] | None:
    both = np.isfinite(x) & np.isfinite(y)
    if both.sum() < MIN_PERIODS - 1 or np.ptp(x[both]) == 0:
        return None
    found = theilslopes(y[both], x[both], CONFIDENCE)
    return float(found.slope), float(found.low_slope), float(found.high_slope)
