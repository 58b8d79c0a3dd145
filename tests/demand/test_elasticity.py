from __future__ import annotations

import numpy as np
import pytest

from workbench.demand.models.elasticity import fit, growth_elasticities


def made(e1: float, e2: float, years: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    drivers = rng.normal([0.05, 0.01], [0.03, 0.01], (years, 2))
    growth = drivers @ np.array([e1, e2])
    return growth[None, :], drivers[None, :, :]


def test_without_data_the_elasticities_are_the_prior() -> None:
    flat = np.full((1, 6, 2), 0.03)
    found = fit(np.full((1, 6), 0.05), flat)
    assert found.values[0] == pytest.approx([0.6, 1.0])
    assert found.errors[0] == pytest.approx([0.2, 0.2])


def test_much_clear_data_overrules_the_prior() -> None:
    growth, drivers = made(0.9, 0.8, 400, np.random.default_rng(1))
    found = fit(growth, drivers, prior_sd=1.0)
    assert found.values[0] == pytest.approx([0.9, 0.8], abs=0.07)


def test_estimate_is_the_posterior_mean_of_ridge_about_the_prior() -> None:
    # Against the closed form with centred data: (X'X / s2 + I / t2)^-1 (X'y / s2 + prior / t2).
    rng = np.random.default_rng(2)
    growth, drivers = made(0.7, 1.1, 15, rng)
    growth = growth + rng.normal(0, 0.004, growth.shape)
    found = fit(growth, drivers)
    from workbench.forecasting.robust import winsorise

    y = winsorise(growth)[0]
    y, x = y - y.mean(), drivers[0] - drivers[0].mean(axis=0)
    prior = np.array([0.6, 1.0])
    s2 = ((y - x @ prior) ** 2).sum() / 14 + 1e-8
    expected = np.linalg.solve(x.T @ x / s2 + np.eye(2) / 0.04, x.T @ y / s2 + prior / 0.04)
    assert found.values[0] == pytest.approx(expected, rel=1e-9)


def test_more_growth_of_the_economy_gives_more_demand() -> None:
    years = np.arange(20)
    history = (100 * 1.05**years)[None, :]
    past = np.stack([1.04**years, 1.01**years], axis=1)[None]
    ahead = np.arange(20, 30)
    slow, fast = (
        growth_elasticities(
            history, 10, past, np.stack([1.04**19 * g ** (ahead - 19), 1.01**ahead], axis=1)[None]
        )
        for g in (1.03, 1.06)
    )
    assert (fast > slow).all()
    # With equal intercepts the difference is elasticity x difference of logarithmic growth.
    assert np.log(fast / slow)[0, -1] == pytest.approx(0.6 * 10 * np.log(1.06 / 1.03), rel=1e-6)


def test_a_driver_path_that_ends_gives_no_number_there() -> None:
    years = np.arange(12)
    history = (100 * 1.05**years)[None, :]
    past = np.stack([1.04**years, 1.01**years], axis=1)[None]
    future = np.full((1, 5, 2), np.nan)
    future[0, :3] = np.stack([1.04 ** np.arange(12, 15), 1.01 ** np.arange(12, 15)], axis=1)
    forecast = growth_elasticities(history, 5, past, future)[0]
    assert np.isfinite(forecast[:3]).all()
    assert np.isnan(forecast[3:]).all()
