from __future__ import annotations

import numpy as np
import pytest

from workbench.demand.model.choices import ShockHandling
from workbench.demand.models.catalogue import MODELS, DriverPaths
from workbench.demand.models.growth import compound_growth, damped_growth
from workbench.demand.models.shocks import winsorised_history
from workbench.demand.sectors.backtest import (
    DriverKnowledge,
    Preparation,
    covered,
    errors_known_then,
    pooled_errors,
    rolling_origin,
)
from workbench.forecasting.series import log_growth

RNG = np.random.default_rng(10)
HISTORY = 100 * np.exp(np.cumsum(RNG.normal(0.05, 0.03, (1, 16)), axis=1))


def test_every_origin_uses_only_what_was_known_there() -> None:
    test = rolling_origin(MODELS["damped_growth"], HISTORY, 2025, horizon=3, first=6)
    assert sorted(test.cuts) == list(range(1, 11))
    for row, cut in enumerate(test.cuts):
        known = winsorised_history(HISTORY[:, : 16 - cut])
        assert test.forecast[row] == pytest.approx(damped_growth(known, 3)[0])
        after = HISTORY[0, 16 - cut : 16 - cut + 3]
        assert test.actual[row, : len(after)] == pytest.approx(after)
        assert np.isnan(test.actual[row, len(after) :]).all()


def test_the_future_does_not_change_the_past_of_a_backtest() -> None:
    changed = HISTORY.copy()
    changed[0, -1] *= 3
    before = rolling_origin(MODELS["damped_growth"], HISTORY, 2025, horizon=3)
    after = rolling_origin(MODELS["damped_growth"], changed, 2025, horizon=3)
    assert after.forecast == pytest.approx(before.forecast)


def test_a_perfect_model_has_no_error_and_a_full_coverage() -> None:
    steady = (100 * 1.04 ** np.arange(15))[None, :]
    test = rolling_origin(MODELS["cagr"], steady, 2025, horizon=5)
    assert test.forecast[np.isfinite(test.actual)] == pytest.approx(test.actual[np.isfinite(test.actual)])
    inside = covered(test, log_growth(steady)[0], 0.8)
    assert np.nanmean(inside) == 1.0


def test_several_series_at_once_give_what_each_gives_alone() -> None:
    other = np.concatenate([[np.nan] * 5, HISTORY[0, 5:] * 2])
    both = rolling_origin(MODELS["theta"], np.vstack([HISTORY[0], other]), 2025, horizon=4)
    alone = rolling_origin(MODELS["theta"], other[None, 5:], 2025, horizon=4)
    mine = both.owners == 1
    assert both.forecast[mine] == pytest.approx(alone.forecast)
    assert list(both.cuts[mine]) == list(alone.cuts)


def test_drivers_as_forecast_then_know_nothing_of_later_years() -> None:
    years = np.arange(16)
    drivers = np.stack([1.05**years, 1.01**years], axis=1)[None]
    boom = drivers.copy()
    boom[0, 12:, 0] *= 2.0
    model = MODELS["growth_elasticities"]
    found = {}
    for name, levels in (("calm", drivers), ("boom", boom)):
        paths = DriverPaths(("income", "people"), levels, np.empty((1, 0, 2)))
        for knowledge in (DriverKnowledge.FORECAST, DriverKnowledge.ACTUAL):
            test = rolling_origin(model, HISTORY, 2025, horizon=3, drivers=paths, knowledge=knowledge)
            found[name, knowledge] = test.forecast[test.cuts == 5][0]
    assert found["boom", DriverKnowledge.FORECAST] == pytest.approx(found["calm", DriverKnowledge.FORECAST])
    assert (found["boom", DriverKnowledge.ACTUAL][1:] > found["calm", DriverKnowledge.ACTUAL][1:] * 1.2).all()


def test_listed_shock_years_follow_the_calendar_at_every_origin() -> None:
    steady = 100 * 1.05 ** np.arange(14)
    dipped = steady.copy()
    dipped[9] *= 0.5
    plan = Preparation(ShockHandling.YEARS, (2021,))
    test = rolling_origin(MODELS["cagr"], dipped[None, :], 2025, horizon=1, preparation=plan)
    after = test.cuts <= 3
    assert test.forecast[after, 0] == pytest.approx(steady[-test.cuts[after]])
    assert compound_growth(dipped[None, :9], 1)[0, 0] == pytest.approx(test.forecast[test.cuts == 5][0, 0])


def test_errors_not_yet_known_at_an_origin_are_left_out_of_its_interval() -> None:
    test = rolling_origin(MODELS["naive"], HISTORY, 2025, horizon=4)
    every = np.isfinite(pooled_errors(test)).sum()
    known = np.isfinite(errors_known_then(test)[test.cuts == 5]).sum()
    assert known == sum(min(4, cut - 5) for cut in test.cuts if cut > 5)
    assert known < every


def test_years_before_a_zero_are_not_learned_from() -> None:
    broken = HISTORY.copy()
    broken[0, 4] = 0.0
    test = rolling_origin(MODELS["damped_growth"], broken, 2025, horizon=1, first=6)
    assert max(test.cuts) == 5


def test_a_history_too_short_for_any_origin_gives_an_empty_backtest() -> None:
    test = rolling_origin(MODELS["damped_growth"], HISTORY[:, :5], 2025, first=6)
    assert test.forecast.shape == (0, 10)
