from __future__ import annotations

import numpy as np
import pytest

from tests.finance.report_cases import AIR_PASSENGERS, business_series
from workbench.forecasting.naive import seasonal_naive, seasonal_naive_drift
from workbench.forecasting.origin_intervals import measure_intervals
from workbench.forecasting.pool import METHODS, Method, roll
from workbench.forecasting.reconcile import reconcile
from workbench.forecasting.series_forecast import forecast_series, why_not
from workbench.forecasting.smoothing import exponential_smoothing
from workbench.forecasting.theta import season_pattern, theta


def at(*origins: int) -> np.ndarray:
    return np.array(origins, dtype=np.int64)


def test_seasonal_naive_repeats_the_last_season_and_then_itself():
    values = np.arange(1.0, 25.0)[None, :]
    found = seasonal_naive(values, at(24), 14, 12)[0, 0]
    assert found.tolist() == [*range(13, 25), 13, 14]


def test_a_gap_takes_the_value_of_the_same_month_before_and_never_zero():
    values = np.arange(1.0, 25.0)[None, :]
    values[0, 20] = np.nan
    assert seasonal_naive(values, at(24), 12, 12)[0, 0, 8] == 9.0


def test_drift_adds_the_mean_yearly_change_once_for_each_year_ahead():
    values = np.concatenate([np.arange(12.0), np.arange(12.0) + 6])[None, :]
    found = seasonal_naive_drift(values, at(24), 13, 12)[0, 0]
    assert found[:12] == pytest.approx(np.arange(12.0) + 12)
    assert found[12] == pytest.approx(6 + 2 * 6)


def test_without_a_season_drift_is_the_straight_line_through_the_first_and_last_value():
    found = seasonal_naive_drift(np.array([[3.0, 9.0, 5.0, 9.0]]), at(4), 2, 1)[0, 0]
    assert found == pytest.approx([11, 13])


def test_theta_finds_the_pattern_of_a_clean_season_and_none_in_noise():
    time = np.arange(48)
    season = np.sin(2 * np.pi * time / 12)
    rng = np.random.default_rng(2)
    pattern = season_pattern(np.stack([10 + 0.1 * time + season, rng.normal(size=48)]), 12)
    assert pattern[0] == pytest.approx(season[:12], abs=1e-9)
    assert not pattern[1].any()


def test_theta_continues_a_straight_line_with_between_half_and_all_of_its_slope():
    # Hyndman and Billah (2003): simple smoothing with a drift of half the slope; the level catches up.
    found = theta(np.arange(0.0, 30.0)[None, :], at(30), 3, 1)[0, 0]
    assert np.diff(found) == pytest.approx([0.5, 0.5])
    assert 29 <= found[0] <= 30.01


def test_smoothing_continues_trend_and_season_that_are_exact():
    time = np.arange(60)
    series = 100 + 2 * time + 10 * np.sin(2 * np.pi * time / 12)
    found = exponential_smoothing(series[None, :48], at(48), 12, 12)[0, 0]
    assert found == pytest.approx(series[48:], rel=0.03)


def test_smoothing_is_nearly_as_good_as_the_search_of_statsmodels_on_the_airline_series():
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    origins = range(98, 142, 3)
    logs = np.log(AIR_PASSENGERS)
    ours = np.exp(exponential_smoothing(logs[None], at(*origins), 3, 12))[0]
    actual = np.stack([AIR_PASSENGERS[o : o + 3] for o in origins if o + 3 <= 144])
    peers = []
    for origin in origins:
        fit = ExponentialSmoothing(
            logs[:origin], trend="add", damped_trend=True, seasonal="add", seasonal_periods=12
        ).fit()
        peers.append(np.exp(fit.forecast(3)))
    errors = [np.abs(np.asarray(made)[: len(actual)] - actual).sum() / actual.sum() for made in (ours, peers)]
    assert errors[0] <= 1.2 * errors[1]


def test_what_is_forecast_at_an_origin_does_not_change_with_what_comes_after():
    values, _ = business_series(np.random.default_rng(4), 60)
    changed = values.copy()
    changed[50:] *= 3
    before, after = roll(values[None], 6), roll(changed[None], 6)
    place = 50 - before.origins[0]
    assert np.array_equal(before.forecasts[:, :, : place + 1], after.forecasts[:, :, : place + 1])
    assert np.array_equal(before.choices[:, : place + 1], after.choices[:, : place + 1])


def test_noise_has_no_skill_and_the_naive_forecast_is_used_and_named():
    # A random walk by year: nothing is better than last year's value of the same month.
    rng = np.random.default_rng(11)
    years = np.cumsum(rng.normal(0, 5, (6, 12)), axis=0)
    series = (200 + years).reshape(-1)
    found = forecast_series(series[None], 12)[0]
    assert found is not None
    assert found.method == str(Method.NAIVE)
    assert found.uses_naive
    assert found.path == pytest.approx(series[-12:])


def test_the_chosen_method_beats_seasonal_naive_with_measured_skill_on_the_airline_series():
    found = forecast_series(AIR_PASSENGERS[None], 12)[0]
    assert found is not None
    assert found.skill > 0.3
    assert found.wape["chosen"] < found.wape[str(Method.NAIVE)]


def test_extra_seasonality_does_not_make_a_forecast_explode():
    rng = np.random.default_rng(5)
    for _ in range(20):
        values = rng.lognormal(8, 1.2, 30)
        found = forecast_series(values[None], 18)[0]
        assert found is not None
        assert np.isfinite(found.path).all()
        assert found.path.max() <= 10 * values.max()


def test_months_without_rows_do_not_pull_the_forecast_down():
    values, _ = business_series(np.random.default_rng(6), 60, noise=0.01)
    holes = values.copy()
    holes[[40, 47, 52]] = np.nan
    whole, gapped = (forecast_series(series[None], 6)[0] for series in (values, holes))
    assert whole is not None
    assert gapped is not None
    assert gapped.path == pytest.approx(whole.path, rel=0.08)


def test_a_series_that_cannot_be_forecast_says_why():
    assert why_not(np.array([1.0, 2.0, np.nan])) == "only 2 periods have a figure, at least 6 are needed"
    ended = np.concatenate([np.ones(20), np.full(4, np.nan)])
    assert why_not(ended) == "the last 4 periods have no figure"
    sparse = np.where(np.arange(40) % 3 == 0, 1.0, np.nan)
    assert why_not(sparse) == "only 14 of 40 periods have a figure"
    assert forecast_series(np.stack([ended]), 3) == (None,)


def test_one_year_of_months_is_forecast_without_a_season_and_says_so():
    found = forecast_series(np.linspace(100, 111, 12)[None], 3)[0]
    assert found is not None
    assert "seasonal" not in found.method
    assert found.path[0] > 111


def test_quarters_have_a_season_of_four():
    quarters = np.tile([100.0, 120.0, 90.0, 150.0], 8) * 1.02 ** np.arange(32)
    found = forecast_series(quarters[None], 4, season=4)[0]
    assert found is not None
    assert found.path == pytest.approx(quarters[-4:] * 1.02**4, rel=0.03)


def test_intervals_hold_what_they_promise_on_months_they_have_not_seen():
    rng = np.random.default_rng(7)
    series = np.stack([business_series(rng, 72)[0] for _ in range(80)])
    rolled = roll(series[:, :60], 12)
    found = measure_intervals(rolled, 0.95)
    inside = np.abs(series[:, 60:] - rolled.chosen[:, -1]) <= found.half_width
    assert 0.90 <= inside.mean() <= 0.985
    assert found.covered.sum() / found.counted.sum() == pytest.approx(inside.mean(), abs=0.05)


def test_a_lower_level_gives_narrower_intervals():
    rolled = roll(AIR_PASSENGERS[None], 6)
    wide, narrow = (measure_intervals(rolled, level).half_width for level in (0.95, 0.5))
    assert (narrow < wide).all()


def test_reconciled_parts_add_up_and_the_uncertain_one_moves_most():
    paths = {"total": np.array([100.0]), "sure": np.array([40.0]), "unsure": np.array([50.0])}
    spreads = {"total": 1.0, "sure": 1.0, "unsure": 3.0}
    found = reconcile(paths, spreads, [{"total": 1.0, "sure": -1.0, "unsure": -1.0}])
    # By hand: the difference of 10 is shared by variance 1 : 1 : 9.
    assert found["total"][0] == pytest.approx(100 - 10 / 11)
    assert found["sure"][0] == pytest.approx(40 + 10 / 11)
    assert found["unsure"][0] == pytest.approx(50 + 90 / 11)


def test_a_fixed_whole_stays_and_its_parts_meet_it():
    paths = {"a": np.array([1e9, 2.0]), "b": np.array([3.0, 4.0])}
    fixed = {"whole": np.array([1.5e9, 10.0])}
    found = reconcile(paths, {"a": 5.0, "b": 1.0}, [{"whole": 1.0, "a": -1.0, "b": -1.0}], fixed)
    assert found["a"] + found["b"] == pytest.approx(fixed["whole"], rel=1e-12)


def test_every_method_of_the_pool_is_measured():
    found = forecast_series(AIR_PASSENGERS[None], 3)[0]
    assert found is not None
    assert set(found.wape) == {*map(str, METHODS), "chosen"}
    assert all(0 < error < 40 for error in found.wape.values())
