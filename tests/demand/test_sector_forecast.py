from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from workbench.demand.models.catalogue import MODELS, DriverPaths
from workbench.demand.sectors.backtest import DriverKnowledge, Preparation
from workbench.demand.sectors.sector_forecast import Request, forecast_sector

ENERGY = 1000 * np.exp(np.cumsum(np.random.default_rng(13).normal(0.05, 0.03, 18)))
YEARS = np.arange(30)
ECONOMY = np.stack([1.04**YEARS, 1.01**YEARS], axis=1)[None]


def request(model: str = "damped_growth", energy: np.ndarray = ENERGY, horizon: int = 12) -> Request:
    drivers = None
    if MODELS[model].needs != "nothing":
        n = len(energy)
        drivers = DriverPaths(("income", "people"), ECONOMY[:, :n], ECONOMY[:, n : n + horizon])
    return Request(
        "Homes", model, 2008, energy, horizon, drivers, len(energy), Preparation(), (0.8, 0.95), 10, 6
    )


@pytest.mark.parametrize("model", MODELS)
def test_every_model_gives_positive_finite_numbers_with_intervals_around_them(model: str) -> None:
    found = forecast_sector(request(model))
    for values in (found.base, found.low, found.high):
        assert values.shape == (12,)
        assert np.isfinite(values).all()
        assert (values > 0).all()
    assert (found.half_widths[0.95] > found.half_widths[0.8]).all()
    assert found.accuracy
    assert all(item.origins > 0 for items in found.accuracy.values() for item in items)


@pytest.mark.parametrize(
    "model", [name for name in MODELS if name not in ("damped_holt", "theta", "median_ensemble")]
)
def test_the_first_forecast_year_joins_the_last_actual(model: str) -> None:
    # The replaced system's first year lay 6 to 20 % below the last actual.
    falling_out = ENERGY.copy()
    falling_out[-1] *= 1.15
    found = forecast_sector(request(model, falling_out))
    assert found.base[0] / falling_out[-1] == pytest.approx(1.05, abs=0.06)


def test_models_with_drivers_are_judged_with_drivers_as_forecast_then_and_as_they_turned_out() -> None:
    found = forecast_sector(request("growth_elasticities"))
    assert list(found.accuracy) == [DriverKnowledge.FORECAST, DriverKnowledge.ACTUAL]


def test_accuracy_is_out_of_sample() -> None:
    # A history that breaks after the origin: a fit inside the history would look good, a forecast cannot.
    broken = np.concatenate([1000 * 1.02 ** np.arange(12), 1000 * 1.02**11 * 1.25 ** np.arange(1, 7)])
    found = forecast_sector(request("regression_on_year", broken))
    at = {item.horizon: item for item in found.accuracy[DriverKnowledge.NONE]}
    assert at[5].mape > 20
    assert at[5].bias < -20


def test_coefficients_come_with_their_standard_errors() -> None:
    found = forecast_sector(request("growth_elasticities"))
    by_name = {item.name: item for item in found.coefficients}
    assert 0 < by_name["elasticity on income"].error <= 0.2
    assert by_name["elasticity on people"].unit == "% per %"


def test_a_sector_with_three_years_is_forecast_by_damped_growth_only() -> None:
    short = np.array([100.0, 104.0, 109.0])
    found = forecast_sector(request("damped_growth", short))
    assert 109 < found.base[0] < 115
    assert not np.isfinite(found.r_squared)
    for model, least in (("theta", 4), ("regression_on_drivers", 5)):
        with pytest.raises(
            ValueError, match=f"needs at least {least} years above zero without a gap, found 3"
        ):
            forecast_sector(request(model, short))


def test_sales_of_zero_in_the_last_year_are_refused_with_the_way_out() -> None:
    with pytest.raises(ValueError, match=r"last actual \(year 2010\) is zero.* give the sector a path"):
        forecast_sector(request(energy=np.array([5.0, 3.0, 0.0])))


def test_years_before_a_zero_are_not_used() -> None:
    energy = np.concatenate([[500.0, 400.0, 0.0], ENERGY[:10]])
    found = forecast_sector(request(energy=energy))
    assert found.years_used == 10
    assert found.base == pytest.approx(forecast_sector(request(energy=ENERGY[:10])).base)


def test_a_forecast_that_falls_to_zero_is_a_failure_and_no_number() -> None:
    falling = np.linspace(1000, 100, 12)
    with pytest.raises(ValueError, match=r"Regression on year \(SLR\) gives .* GWh after 100 GWh"):
        forecast_sector(request("regression_on_year", falling))


def test_a_forecast_that_explodes_is_a_failure() -> None:
    wild = np.array([1.0, 2, 4, 8, 16, 32, 64, 128])
    with pytest.raises(ValueError, match="does not fit this sector"):
        forecast_sector(request("cagr", wild))


def test_a_driver_without_a_path_is_a_failure_and_says_so() -> None:
    asked = request("growth_elasticities")
    assert asked.drivers is not None
    future = asked.drivers.future.copy()
    future[0, 5:] = np.nan
    with pytest.raises(ValueError, match="a driver has no path there"):
        forecast_sector(replace(asked, drivers=replace(asked.drivers, future=future)))
    with pytest.raises(ValueError, match="needs paths of GDP per person and population"):
        forecast_sector(replace(asked, drivers=None))


def test_the_same_request_gives_the_same_numbers() -> None:
    one, two = forecast_sector(request("combined_growth")), forecast_sector(request("combined_growth"))
    assert (one.base == two.base).all()
    assert (one.half_widths[0.8] == two.half_widths[0.8]).all()
