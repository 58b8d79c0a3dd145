from __future__ import annotations

import numpy as np
import pytest
from statsmodels.tsa.seasonal import MSTL, STL

from workbench.forecasting.seasonal_trend import mstl, stl


def series(count: int, *periods: int) -> np.ndarray:
    time = np.arange(count)
    seasons = sum(0.1 * np.sin(2 * np.pi * time / period) for period in periods)
    return 8 + 1e-4 * time + seasons + np.random.default_rng(1).normal(0, 0.05, count)


@pytest.mark.parametrize(("count", "periods"), [(1000, (24, 168)), (90, (7, 30)), (400, (24, 168))])
def test_parts_of_several_seasons_are_those_of_statsmodels(count: int, periods: tuple[int, ...]) -> None:
    values = series(count, *periods)
    ours, peer = mstl(values, periods), MSTL(values, periods=periods).fit()
    assert ours.trend == pytest.approx(peer.trend, abs=1e-10)
    assert pytest.approx(peer.seasonal, abs=1e-10) == ours.seasons.T
    assert ours.residual == pytest.approx(peer.resid, abs=1e-10)


@pytest.mark.parametrize("count", [36, 37, 200])
def test_one_season_is_that_of_statsmodels_with_whole_and_broken_periods(count: int) -> None:
    values = series(count, 12)
    trend, season = stl(values, 12, 7)
    peer = STL(values, period=12, seasonal=7).fit()
    assert trend == pytest.approx(peer.trend, abs=1e-10)
    assert season == pytest.approx(peer.seasonal, abs=1e-10)


def test_the_parts_add_up_to_the_series() -> None:
    values = series(500, 24, 168)
    parts = mstl(values, (24, 168))
    assert parts.trend + parts.seasons.sum(axis=0) + parts.residual == pytest.approx(values, abs=1e-12)
