"""Levels that change for good: candidates by change-point search, each kept only if the regression needs it."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.data.arrays import Floats
from workbench.finance.anomalies.expected import Expected, expected_values

__all__ = ["level_breaks"]

MIN_LEVEL = 6
MAX_BREAKS = 4
MIN_SEASONS = 4
"""With fewer, a new level, a bent trend and a season that is hardly known look the same."""
PERIODS_A_BREAK = 24
"""At most one break in each stretch of this length: more would follow the noise."""
MAX_STEP = float(np.log(4))
"""In logs; a step beyond has been bought with a trend the other way."""
MIN_CHANGE = 0.03
"""Share of the level below which a step is not worth a sentence."""
MIN_STEP = 2.5
"""Height of a step, in standard deviations of a single period."""
WINDOW, LEAST_JUMP = 8, 1.0
"""Periods on both sides of a candidate, and the jump between their medians from which it is tried."""
MIN_T = 6.0
"""Height of a step over its own standard error."""


def level_breaks(values: Floats, season: int = 12) -> tuple[tuple[int, ...], Expected]:
    """Find periods from which on the level is another one.

    Candidates come from binary segmentation of the residuals of the robust regression; the one whose step
    stands out most is added to the regression, and the search is repeated until no candidate stands out.

    Parameters
    ----------
    values
        One series by period, ``nan`` for gaps.
    season
        Periods in a year.

    Returns
    -------
    tuple of int
        First periods of the new levels, rising.
    Expected
        The regression with these steps.

    References
    ----------
    Truong, Oudre, Vayatis (2020), *Signal Processing* 167, 107299 (``ruptures``); tests of single steps as in
    Bai and Perron (1998), *Econometrica* 66, 47-78.
    """
    breaks: tuple[int, ...] = ()
    expected = expected_values(values, season)
    while len(breaks) < min(MAX_BREAKS, len(values) // PERIODS_A_BREAK):
        best: tuple[float, tuple[int, ...], Expected] | None = None
        for place in _candidates(expected, breaks, season):
            tried = tuple(sorted((*breaks, place)))
            fit = expected_values(values, season, tried)
            strength = _strength(fit, tried.index(place))
            if strength >= MIN_T and (best is None or strength > best[0]):
                best = (strength, tried, fit)
        if best is None:
            break
        breaks, expected = best[1], best[2]
    return breaks, expected


def _strength(fit: Expected, place: int) -> float:
    step, deviation = fit.steps[place]
    typical = float(np.median(fit.spread))
    if typical <= 0 or deviation <= 0 or abs(step) < MIN_STEP * typical:
        return 0.0
    if fit.logs and not MIN_CHANGE <= abs(step) <= MAX_STEP:
        return 0.0
    return abs(step) / deviation


def _candidates(expected: Expected, breaks: tuple[int, ...], season: int) -> list[int]:
    import ruptures

    known = np.flatnonzero(np.isfinite(expected.residual))
    if len(known) < max(MIN_SEASONS * season, 4 * MIN_LEVEL):
        return []
    # Single outliers would look like short levels of their own.
    limit = 3 * float(np.median(np.abs(expected.residual[known])))
    signal = np.clip(expected.residual[known], -limit, limit)
    if limit <= 0:
        return []
    count = min(6, len(known) // MIN_LEVEL - 1)
    search = ruptures.Binseg(custom_cost=_squares(), min_size=MIN_LEVEL, jump=1).fit(signal)
    found = {int(known[place]) for place in search.predict(n_bkps=count)[:-1]}
    far = (place for place in found if all(abs(place - other) >= MIN_LEVEL for other in breaks))
    return sorted(place for place in far if _jumps(expected, place))


def _squares() -> Any:
    """Cost of a stretch from running sums: the library's own looks at every value again."""
    from ruptures.base import BaseCost

    class RunningSquares(BaseCost):  # type: ignore[misc]
        model = "running squares"
        min_size = 1

        def fit(self, signal: Floats) -> RunningSquares:
            self.signal = signal.reshape(-1, 1)
            self.sums = np.concatenate([[0.0], np.cumsum(signal)])
            self.squares = np.concatenate([[0.0], np.cumsum(signal**2)])
            return self

        def error(self, start: int, end: int) -> float:
            total = self.sums[end] - self.sums[start]
            return float(self.squares[end] - self.squares[start] - total**2 / (end - start))

    return RunningSquares()


def _jumps(expected: Expected, place: int) -> bool:
    """Whether the residuals around a place differ enough to be worth a regression of their own."""
    near = expected.residual[max(0, place - WINDOW) : place], expected.residual[place : place + WINDOW]
    if not all(np.isfinite(side).any() for side in near):
        return False
    jump = abs(float(np.nanmedian(near[1]) - np.nanmedian(near[0])))
    return jump > LEAST_JUMP * float(np.median(expected.spread))
