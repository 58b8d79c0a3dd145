from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from workbench.demand.models.regression import least_squares, regression_on_drivers, regression_on_year
from workbench.demand.models.trend import anchored_linear_trend


def test_longley_coefficients_and_errors_are_those_certified_by_nist() -> None:
    # NIST Statistical Reference Datasets, Longley (higher difficulty), certified values.
    data = sm.datasets.longley.load_pandas()
    found = least_squares(data.endog.to_numpy()[None, :], data.exog.to_numpy()[None, :, :])
    certified = [-3482258.63459582, 15.0618722713733, -0.0358191792925910, -2.02022980381683]
    certified += [-1.03322686717359, -0.0511041056535807, 1829.15146461355]
    deviations = [890420.383607373, 84.9149257747669, 0.0334910077722432, 0.488399681651699]
    deviations += [0.214274163161675, 0.226073200069370, 455.478499142212]
    assert found.coefficients[0] == pytest.approx(certified, rel=1e-6)
    assert found.errors[0] == pytest.approx(deviations, rel=1e-6)
    assert found.r_squared[0] == pytest.approx(0.995479004577296, rel=1e-9)


def test_regression_on_year_passes_through_the_last_actual() -> None:
    # The free line would start below the last actual although it rises: the jump that planners complain about.
    history = np.array([[100, 110, 120, 130, 140, 200.0]])
    anchored = regression_on_year(history, 1)[0, 0]
    free = regression_on_year(history, 1, anchored=False)[0, 0]
    slope = np.polyfit(np.arange(6), history[0], 1)[0]
    assert anchored == pytest.approx(200 + slope)
    assert free < 200


def test_regression_on_drivers_follows_their_paths() -> None:
    rng = np.random.default_rng(3)
    drivers = np.cumsum(rng.uniform(1, 2, (15, 2)), axis=0)
    history = 5 + drivers @ np.array([2.0, -0.5])
    future = drivers[-1] + np.cumsum(rng.uniform(1, 2, (4, 2)), axis=0)
    forecast = regression_on_drivers(history[None, :], 4, drivers[None], future[None])
    assert forecast[0] == pytest.approx(5 + future @ np.array([2.0, -0.5]))


def test_collinear_drivers_still_give_a_defined_forecast() -> None:
    x = np.arange(1.0, 13.0)
    drivers = np.stack([x, 2 * x], axis=1)[None]
    future = np.stack([np.array([13.0, 14.0]), np.array([26.0, 28.0])], axis=1)[None]
    forecast = regression_on_drivers((3 * x + 1)[None, :], 2, drivers, future)
    assert forecast[0] == pytest.approx([40, 43])


def test_missing_driver_years_are_left_out_and_not_filled_with_a_mean() -> None:
    x = np.arange(1.0, 13.0)
    missing = x.copy()
    missing[:4] = np.nan
    found = least_squares((3 * x + 1)[None, :], missing[None, :, None])
    assert found.coefficients[0] == pytest.approx([1.0, 3.0])
    assert np.isnan(found.fitted[0, :4]).all()


def test_linear_trend_is_not_bent_by_one_bad_year() -> None:
    history = np.array([[100, 102, 104, 106, 20, 110, 112, 114.0]])
    assert anchored_linear_trend(history, 3)[0] == pytest.approx([116, 118, 120])
