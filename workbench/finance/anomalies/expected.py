"""What a month should have been: a robust regression on trend and month, that outliers cannot pull."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.data.arrays import Floats

__all__ = ["Expected", "expected_values"]


BISQUARE = 4.685
"""Tuning constant: 95 % as efficient as least squares with normal errors."""
CONSISTENT = 0.6745
ROUNDS = 60
MIN_YEARS = 2
PERIODS_A_BEND = 48
"""The trend may bend once for each stretch of this length after the first."""
MAX_LEVERAGE = 0.95
MAX_CONDITION = 1e10
MIN_SPREAD = 0.01
"""Of logarithms: a percent of the level."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What was expected of each period, and how far off it was.

    Parameters
    ----------
    value
        Expected, in the unit of the series, shape ``(periods,)``.
    residual
        Actual less expected on the scale of the fit (logs when ``logs``); ``nan`` for gaps.
    spread
        Robust standard deviation of a residual, for each period, shape ``(periods,)``: a period that decides
        much of its own expectation stays nearer to it.
    steps
        Height of the step at each break, on the scale of the fit, and its standard error.
    logs
        Whether the fit is on logarithms.
    """

    value: Floats
    residual: Floats
    spread: Floats
    steps: tuple[tuple[float, float], ...]
    logs: bool

    @property
    def scores(self) -> Floats:
        """Residuals in standard deviations."""
        found = np.zeros_like(self.residual)
        np.divide(self.residual, self.spread, out=found, where=self.spread > 0)
        return found

    def bounds(self, limit: float) -> tuple[Floats, Floats]:
        """Give the expected range: ``limit`` standard deviations to both sides."""
        width = limit * float(self.spread.max(initial=0.0))
        if self.logs:
            return self.value * np.exp(-width), self.value * np.exp(width)
        return self.value - width, self.value + width


def expected_values(
    values: Floats, season: int = 12, breaks: tuple[int, ...] = (), *, logs: bool | None = None
) -> Expected:
    """Fit trend and month effects by M-estimation with Tukey's bisquare.

    Positive series are fitted on logarithms, so that season and spread are shares of the level.

    Parameters
    ----------
    values
        One series by period, ``nan`` for gaps.
    season
        Periods in a year; month effects need two years.
    breaks
        Periods at which the level changes for good; each gets its own step.
    logs
        Whether to fit on logarithms; for positive series when left out.

    Returns
    -------
    Expected
        With a spread of 0 when the fit is perfect.

    References
    ----------
    Beaton and Tukey (1974), *Technometrics* 16, 147-185; Huber and Ronchetti (2009), *Robust statistics*, 2nd ed.,
    sections 7.8 (iterated weights) and 7.9 (scale corrected for the number of coefficients).
    """
    known = np.isfinite(values)
    if logs is None:
        logs = bool(known.any()) and bool((values[known] > 0).all())
    scaled = np.log(np.where(known & (values > 0), values, 1.0)) if logs else np.where(known, values, 0.0)
    design = _design(len(values), season, known, breaks)
    fit = _robust_fit(design[known], scaled[known])
    fitted = design @ fit.coefficients
    # A series that is almost a formula would make every rounding an event.
    spread = np.full(len(values), max(fit.spread, MIN_SPREAD) if logs and fit.spread > 0 else fit.spread)
    spread[known] *= np.sqrt(1 - fit.leverage)
    deviations = fit.deviations[2 : 2 + len(breaks)]
    steps = tuple(zip(fit.coefficients[2 : 2 + len(breaks)].tolist(), deviations.tolist(), strict=True))
    residual = np.where(known, scaled - fitted, np.nan)
    return Expected(np.exp(fitted) if logs else fitted, residual, spread, steps, logs)


def _design(periods: int, season: int, known: npt.NDArray[np.bool_], breaks: tuple[int, ...]) -> Floats:
    """Constant, trend, steps, bends of the trend, months."""
    time = np.arange(periods, dtype=float)
    columns = [np.ones(periods), (time - time.mean()) / max(periods - 1, 1)]
    columns += [(time >= place).astype(float) for place in breaks]
    bends = np.linspace(0, periods, max(1, periods // PERIODS_A_BEND) + 1)[1:-1]
    columns += [np.maximum(time - bend, 0) / periods for bend in bends]
    if season > 1 and known.sum() >= MIN_YEARS * season + len(columns):
        months = np.arange(periods) % season
        columns += [(months == month).astype(float) - (months == 0) for month in range(1, season)]
    return np.stack(columns, axis=1)


@dataclass(frozen=True, slots=True)
class _Fit:
    coefficients: Floats
    deviations: Floats
    leverage: Floats
    spread: float


def _robust_fit(matrix: Floats, target: Floats) -> _Fit:
    weights = np.ones(len(target))
    coefficients = np.zeros(matrix.shape[1])
    spread, leverage = 0.0, np.zeros(len(target))
    inverse: Floats = np.zeros((matrix.shape[1], matrix.shape[1]))
    nothing = 1e-12 * max(float(np.abs(target).max(initial=0.0)), 1e-300)
    for turn in range(ROUNDS):
        before = coefficients
        weighted = matrix * weights[:, None]
        inverse = _inverse(matrix.T @ weighted)
        coefficients = inverse @ (weighted.T @ target)
        leverage = np.minimum(weights * ((matrix @ inverse) * matrix).sum(axis=1), MAX_LEVERAGE)
        residual = np.abs(target - matrix @ coefficients) / np.sqrt(1 - leverage)
        spread = float(np.median(residual)) / CONSISTENT if len(residual) else 0.0
        if spread <= nothing:
            spread = 0.0
            break
        ratio = residual / spread
        # Huber's weights first: they have one solution, from which the bisquare finds the right one.
        weights = np.minimum(1, 1.345 / np.maximum(ratio, 1e-12)) if turn < 8 else _bisquare(ratio)
        if turn > 9 and (np.abs(before - coefficients) <= 1e-10 + 1e-8 * np.abs(coefficients)).all():
            break
    deviations = spread * np.sqrt(np.maximum(np.diag(inverse), 0))
    return _Fit(coefficients, deviations, leverage, spread)


def _inverse(gram: Floats) -> Floats:
    """Invert, or give the pseudo-inverse, which takes ten times as long, where the weights leave a month out."""
    try:
        inverse = np.linalg.inv(gram)
    except np.linalg.LinAlgError:
        inverse = np.full_like(gram, np.inf)
    if not np.abs(inverse).max(initial=0.0) * np.abs(gram).max(initial=0.0) < MAX_CONDITION:
        inverse = np.linalg.pinv(gram, hermitian=True)
    return np.asarray(inverse, dtype=np.float64)


def _bisquare(ratio: Floats) -> Floats:
    return np.where(ratio < BISQUARE, (1 - (np.minimum(ratio, BISQUARE) / BISQUARE) ** 2) ** 2, 0.0)
