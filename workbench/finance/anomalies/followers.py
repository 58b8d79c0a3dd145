"""Figures that follow another: what stands out in them is what the other does not explain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Floats
from workbench.finance.anomalies.expected import expected_values
from workbench.finance.model.series import FigureSeries

__all__ = ["Followed", "derived_figures", "followed"]

MAX_LAG = 2
"""Periods by which customers pay, or stocks move, after sales."""
MAX_SPREAD = 0.8
"""Of its own spread, what may be left beside the figure that it follows."""
_FOLLOW = {
    "cost_of_sales": ("revenue",),
    "expenses": ("revenue",),
    "employee_cost": ("revenue",),
    "marketing": ("revenue",),
    "purchases": ("cost_of_sales", "revenue"),
    "collections": ("revenue",),
    "payments": ("purchases", "cost_of_sales"),
    "receivables": ("revenue",),
    "payables": ("purchases", "cost_of_sales"),
    "inventory": ("cost_of_sales", "revenue"),
    "volume": ("revenue",),
}


@dataclass(frozen=True, slots=True)
class Followed:
    """The figure that another one follows, and how many periods later."""

    name: str
    lag: int

    def amounts(self, series: Mapping[str, FigureSeries]) -> Floats:
        """Give its amounts as they count for the follower, shape ``(parts, periods)``."""
        given = series[self.name].amounts
        if self.lag == 0:
            return given
        before = np.full((given.shape[0], self.lag), np.nan)
        return np.concatenate([before, given[:, : -self.lag]], axis=1)


def followed(name: str, series: Mapping[str, FigureSeries], season: int) -> Followed | None:
    """Find the figure that a figure follows: beside it, the own spread of the company and its parts is smaller.

    Parameters
    ----------
    name
        The follower.
    series
        All figures.
    season
        Periods in a year.
    """
    own = series[name]
    best, least = None, MAX_SPREAD * _spread(own.amounts, season)
    for candidate in _FOLLOW.get(name, ()):
        other = series.get(candidate)
        if other is None or other.parts != own.parts or len(other.periods) != len(own.periods):
            continue
        for lag in range(MAX_LAG + 1):
            found = Followed(candidate, lag)
            left = _spread(own.amounts / _positive(found.amounts(series)), season)
            if left < least:
                best, least = found, left
    return best


def derived_figures(series: Mapping[str, FigureSeries]) -> frozenset[str]:
    """Give the figures that follow by arithmetic from others: what stands out in them has its cause there."""
    derived = set()
    if {"revenue", "profit"} <= set(series) and {"expenses", "cost_of_sales"} & set(series):
        derived.add("profit")
    if {"revenue", "collections", "receivables"} <= set(series):
        derived.add("receivables")
    if {"purchases", "payments", "payables"} <= set(series):
        derived.add("payables")
    # What all others add up to says nothing of its own beside them.
    if len(series) > len(_SUMS & set(series)):
        derived |= _SUMS & set(series)
    return frozenset(derived)


_SUMS = frozenset(
    ("assets", "current_assets", "liabilities", "current_liabilities", "equity", "cash", "cash_flow")
)


def _positive(values: Floats) -> Floats:
    return np.where(values > 0, values, np.nan)


def _spread(values: Floats, season: int) -> float:
    """Median over the series of the robust spread around trend and season, in logarithms."""
    spreads = []
    for row in values:
        known = np.isfinite(row)
        if known.sum() > 2 * season and (row[known] > 0).all():
            residual = expected_values(row, season).residual
            spreads.append(float(np.nanmedian(np.abs(np.diff(residual)))))
    return float(np.median(spreads)) if spreads else np.inf
