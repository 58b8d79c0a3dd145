from __future__ import annotations

import numpy as np
import pytest

from workbench.forecasting import accuracy

FORECAST, ACTUAL = np.array([110.0, 90.0, 205.0]), np.array([100.0, 100.0, 200.0])


def test_measures_of_a_hand_computed_example() -> None:
    assert accuracy.mape(FORECAST, ACTUAL) == pytest.approx((10 + 10 + 2.5) / 3)
    assert accuracy.smape(FORECAST, ACTUAL) == pytest.approx(200 * (10 / 210 + 10 / 190 + 5 / 405) / 3)
    assert accuracy.bias(FORECAST, ACTUAL) == pytest.approx((10 - 10 + 2.5) / 3)
    assert accuracy.mase(FORECAST, ACTUAL, np.array([5.0, 10.0, 5.0])) == pytest.approx((2 + 1 + 1) / 3)


def test_symmetric_error_never_exceeds_two_hundred_percent() -> None:
    assert accuracy.smape(np.array([1e9]), np.array([1e-9])) == pytest.approx(200)


def test_a_zero_actual_is_left_out_of_percentage_errors_and_kept_in_the_scaled_one() -> None:
    forecast, actual = np.array([1.0, 110.0]), np.array([0.0, 100.0])
    assert accuracy.mape(forecast, actual) == pytest.approx(10)
    assert accuracy.mase(forecast, actual, np.array([1.0, 10.0])) == pytest.approx(1)


def test_nothing_known_gives_no_number() -> None:
    assert np.isnan(accuracy.mape(np.array([np.nan]), np.array([1.0])))
