from __future__ import annotations

import numpy as np
import pytest
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.forecasting.theta import ThetaModel

from workbench.forecasting.smoothing import damped_holt
from workbench.forecasting.theta import yearly_theta as theta

# Consumption of electricity in a growing region, made to be irregular: index numbers, 18 years.
HISTORY = np.array(
    [100, 105, 109, 117, 121, 124, 133, 141, 144, 153, 160, 163, 171, 182, 184, 190, 201, 207], dtype=float
)


def test_damped_holt_is_close_to_the_maximum_likelihood_fit_of_statsmodels() -> None:
    peer = ETSModel(np.log(HISTORY), error="add", trend="add", damped_trend=True).fit(disp=False)
    ours = damped_holt(HISTORY[None, :], 5)[0]
    assert np.log(ours) == pytest.approx(np.asarray(peer.forecast(5)), abs=0.02)


def test_theta_is_close_to_statsmodels() -> None:
    peer = ThetaModel(np.log(HISTORY), period=1, deseasonalize=False, use_test=False).fit()
    ours = theta(HISTORY[None, :], 5)[0]
    assert np.log(ours) == pytest.approx(np.asarray(peer.forecast(5)), abs=0.01)


def test_a_straight_line_in_logarithms_is_continued_and_damped() -> None:
    steady = 100 * np.exp(0.04 * np.arange(15))[None, :]
    forecast = damped_holt(steady, 3)[0]
    # The line fits exactly with the least damping of the grid, 0.98.
    assert np.log(forecast / steady[0, -1]) == pytest.approx(
        0.04 * np.cumsum(0.98 ** np.arange(1, 4)), rel=0.15
    )


@pytest.mark.parametrize("model", [damped_holt, theta])
def test_many_series_at_once_give_what_each_gives_alone(model: object) -> None:
    other = HISTORY[::-1].copy()
    short = np.concatenate([[np.nan] * 8, HISTORY[8:]])
    together = model(np.vstack([HISTORY, other, short]), 4)  # type: ignore[operator]
    for row, alone in zip(together, (HISTORY, other, HISTORY[8:]), strict=True):
        assert row == pytest.approx(model(alone[None, :], 4)[0])  # type: ignore[operator]
