from __future__ import annotations

import numpy as np
import pytest

from workbench.demand.sectors.backtest import Preparation
from workbench.demand.sectors.many import SERIES_AT_ONCE, forecast_many
from workbench.demand.sectors.sector_forecast import Request, forecast_sector
from workbench.forecasting.series import stack

RNG = np.random.default_rng(14)


def test_many_series_give_what_each_gives_in_a_sector_run() -> None:
    lengths = RNG.integers(8, 25, SERIES_AT_ONCE + 3)
    series = [100 * np.exp(np.cumsum(RNG.normal(0.04, 0.03, n))) for n in lengths]
    found = forecast_many(stack(series), 12)
    for row in (0, 7, SERIES_AT_ONCE + 2):
        alone = forecast_sector(
            Request("s", "damped_growth", 2000, series[row], 12, None, 0, Preparation(), (0.8,), 10, 6)
        )
        assert found.forecast[row] == pytest.approx(alone.base)
        assert found.upper(0.8)[row] == pytest.approx(alone.base * np.exp(alone.half_widths[0.8]))


def test_a_series_that_ends_in_zero_has_no_number_and_disturbs_nobody() -> None:
    good = 100 * 1.05 ** np.arange(12)
    dead = good.copy()
    dead[-1] = 0.0
    found = forecast_many(np.vstack([good, dead]), 3)
    assert np.isfinite(found.forecast[0]).all()
    assert np.isnan(found.forecast[1]).all()


def test_models_with_drivers_are_refused() -> None:
    with pytest.raises(ValueError, match="needs GDP per person"):
        forecast_many(np.ones((1, 9)), 3, model="growth_elasticities")
