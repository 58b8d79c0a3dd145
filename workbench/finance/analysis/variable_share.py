"""Which share of costs follows revenue, with the interval in which it lies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import theilslopes

from workbench.data.arrays import Booleans, Floats
from workbench.finance.model.series import FigureSeries
from workbench.finance.model.what_if import Baseline

__all__ = ["ShareEstimate", "estimate_variable_share"]

MIN_PERIODS = 13
CONFIDENCE, WIDER = 0.95, 0.98
# Revenue that does not move, as a share of costs, tells nothing.
MIN_MOVE = 1e-6


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


def estimate_variable_share(
    series: Mapping[str, FigureSeries], costs: Sequence[str], baseline: Baseline | None = None
) -> ShareEstimate:
    """Estimate the share of costs (marketing left out) that follows revenue.

    What a unit of revenue adds to costs is the median of pairwise slopes of costs on revenue, so that a spike
    does not count. Both are taken as shares of the trend of costs and without their own trends, because fixed
    costs may grow beside revenue; what is left of revenue is mostly its season. Where the errors hang
    together, as after a step in fixed costs, both are differenced by as much (Cochrane and Orcutt 1949). The
    share is that of the forecast costs.

    Parameters
    ----------
    series
        By figure.
    costs
        Figures that profit is revenue less of.
    baseline
        The forecast to whose costs the share refers; those of the last year of the file when left out.

    References
    ----------
    Theil (1950), Indagationes Mathematicae 12, 85-91; Sen (1968), Journal of the American Statistical Association
    63, 1379-1389 (slope and its interval); Cochrane and Orcutt (1949), Journal of the American Statistical
    Association 44, 32-61; Kendall (1954), Biometrika 41, 403-404 (bias of the correlation of errors).
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
    slopes = _slope(np.where(known, revenue, np.nan), np.where(known, total, np.nan), known)
    if slopes is None:
        return nothing
    year = np.flatnonzero(known)[-12:]
    per_cost = revenue[year].sum() / total[year].sum()
    if baseline is not None:
        ahead = sum(float(baseline.costs[name].sum()) for name in names if name in baseline.costs)
        per_cost = float(baseline.revenue.sum()) / ahead if ahead > 0 else per_cost
    share, low, high = (float(np.clip(slope * per_cost, 0.0, 1.0)) for slope in slopes)
    words = (
        f"estimated from {known.sum()} periods, {100 * low:.0f} to {100 * high:.0f} % with 95 % confidence"
    )
    return ShareEstimate(share, low, high, words)


def _slope(revenue: Floats, costs: Floats, known: Booleans) -> tuple[float, float, float] | None:
    """Costs that a unit of revenue adds, with the interval."""
    trend = _trend(costs, known)
    if (trend <= 0).any():
        trend = np.full(len(costs), float(np.nanmean(costs)))
    x, y = (values / trend for values in (revenue, costs))
    x, y = x - _trend(x, known), y - _trend(y, known)
    if np.ptp(x[known]) <= MIN_MOVE:
        return None
    errors = y - float(theilslopes(y[known], x[known]).slope) * x
    errors -= np.nanmedian(errors)
    hang = _correlation(errors)
    if hang:
        x, y = (values[1:] - hang * values[:-1] for values in (x, y))
    both = np.isfinite(x) & np.isfinite(y)
    if both.sum() < MIN_PERIODS - 1:
        return None
    # How much the errors hang together is estimated, too.
    found = theilslopes(y[both], x[both], WIDER if hang else CONFIDENCE)
    return float(found.slope), float(found.low_slope), float(found.high_slope)


def _trend(values: Floats, known: Booleans) -> Floats:
    at = np.arange(len(values), dtype=float)
    return np.asarray(np.polyval(np.polyfit(at[known], values[known], 1), at))


def _correlation(errors: Floats) -> float:
    """Correlation of each error with the next; 0 where so few may show as much by chance."""
    products = errors[1:] * errors[:-1]
    found = float(np.nansum(products) / max(np.nansum(errors**2), np.finfo(float).tiny))
    count = int(np.isfinite(products).sum())
    if found * math.sqrt(count) <= 1:
        return 0.0
    return min(0.99, found + (1 + 3 * found) / count)
