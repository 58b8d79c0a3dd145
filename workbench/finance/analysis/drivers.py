"""Leading indicators of a figure: permutation importance on later months, without looking ahead."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Floats
from workbench.finance.analysis.relations import changes

__all__ = ["DriverAnalysis", "leading_indicators"]


LAGS = (1, 2, 3)
MIN_TRAINED = 18
FOLDS = 4
SHUFFLES = 30
MIN_GAIN = 0.05
"""A smaller gain is nothing that a reader could use."""


@dataclass(frozen=True, slots=True)
class DriverAnalysis:
    """Leading indicators of the changes of one figure.

    Parameters
    ----------
    target
        The figure.
    gain
        Share of the squared error of "no change to be seen" that the model avoids on months it did not know.
    importance
        By figure: by how much the squared error rises when its past is shuffled, as a share of the target's
        variance.
    tested
        Months on which that was measured.
    reason
        Why there is nothing to show; empty when there is.
    """

    target: str
    gain: float
    importance: Mapping[str, float]
    tested: int
    reason: str = ""


def leading_indicators(
    series: Mapping[str, Floats],
    target: str,
    *,
    parts: Collection[str] = (),
    season: int = 12,
    rng: np.random.Generator | int = 0,
) -> DriverAnalysis:
    """Measure which figures' past changes predict the changes of a target.

    Nothing leaks: only changes of earlier periods are used, figures that the target is computed from are left out,
    and importance is measured on periods later than those the model was trained on.

    Parameters
    ----------
    series
        Figures by name, all by the same periods.
    target
        Which is to be predicted.
    parts
        Figures from which the target is computed, such as revenue and costs of profit.
    season
        Periods in a year.
    rng
        For the shuffles.

    References
    ----------
    Breiman (2001), *Machine Learning* 45, 5-32, section 10; model: ridge regression.
    """
    names = [name for name in series if name != target and name not in parts]
    moved = {name: changes(series[name], season) for name in (target, *names)}
    moved = {name: values for name, values in moved.items() if np.isfinite(values).sum() >= MIN_TRAINED}
    names = [name for name in names if name in moved]
    if target not in moved or not names:
        return DriverAnalysis(target, float("nan"), {}, 0, "too few periods, or no other figure to use")
    features = np.concatenate([_lagged(moved[name]) for name in names], axis=1)
    outcome = moved[target]
    whole = np.flatnonzero(np.isfinite(features).all(axis=1) & np.isfinite(outcome))
    if len(whole) < MIN_TRAINED + FOLDS:
        return DriverAnalysis(target, float("nan"), {}, 0, f"only {len(whole)} periods have all figures")
    errors, plain, raised, tested = _out_of_time(
        features[whole], outcome[whole], len(names), np.random.default_rng(rng)
    )
    gain = 1 - errors / plain if plain > 0 else float("nan")
    importance = {name: float(value / plain) for name, value in zip(names, raised, strict=True)}
    if not gain > MIN_GAIN:
        reason = "the past of the other figures does not help to predict it"
        return DriverAnalysis(target, gain, {}, tested, reason)
    ordered = sorted(importance, key=lambda name: (-importance[name], name))
    return DriverAnalysis(target, gain, {name: importance[name] for name in ordered}, tested)


def _lagged(values: Floats) -> Floats:
    columns = []
    for lag in LAGS:
        column = np.full(len(values), np.nan)
        column[lag:] = values[:-lag]
        columns.append(column)
    return np.stack(columns, axis=1)


def _out_of_time(
    features: Floats, outcome: Floats, figures: int, rng: np.random.Generator
) -> tuple[float, float, Floats, int]:
    """Squared error of the model, of predicting no change, and the rise with each figure shuffled; test periods."""
    from sklearn.linear_model import RidgeCV

    test_size = (len(outcome) - MIN_TRAINED) // FOLDS
    errors, plain, raised = 0.0, 0.0, np.zeros(figures)
    for fold in range(FOLDS):
        start = MIN_TRAINED + fold * test_size
        known, later = slice(0, start), slice(start, start + test_size)
        middle, spread = features[known].mean(axis=0), features[known].std(axis=0)
        scaled = (features - middle) / np.where(spread > 0, spread, 1.0)
        model = RidgeCV(alphas=np.logspace(0, 4, 9)).fit(scaled[known], outcome[known])
        tested = scaled[later]
        own = float(((outcome[later] - model.predict(tested)) ** 2).sum())
        errors += own
        plain += float(((outcome[later] - outcome[known].mean()) ** 2).sum())
        for figure in range(figures):
            columns = slice(figure * len(LAGS), (figure + 1) * len(LAGS))
            total = 0.0
            for _ in range(SHUFFLES):
                shuffled = tested.copy()
                shuffled[:, columns] = shuffled[rng.permutation(len(tested)), columns]
                total += float(((outcome[later] - model.predict(shuffled)) ** 2).sum())
            raised[figure] += total / SHUFFLES - own
    return errors, plain, raised, FOLDS * test_size
