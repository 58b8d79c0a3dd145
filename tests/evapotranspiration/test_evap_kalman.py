"""The Kalman filter beside the textbook: one source, two sources, gaps."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.evapotranspiration.fusion.kalman import kalman
from workbench.evapotranspiration.fusion.pooling import Moments


def moments(error: list[list[float]], gain: list[float], offset: list[float], persistence: float) -> Moments:
    """Moments of sources x = offset + gain y + e with var(y) = 1, mean(y) = 4 and the error covariance given."""
    k = len(gain)
    h = np.array(gain)
    covariance = np.empty((k + 1, k + 1))
    covariance[:k, :k] = np.array(error) + np.outer(h, h)
    covariance[:k, k] = covariance[k, :k] = h
    covariance[k, k] = 1.0
    mean = np.array([*(np.array(offset) + 4.0 * h), 4.0])
    return Moments(
        np.tile(mean, (12, 1)),
        np.tile(covariance, (12, 1, 1)),
        np.tile(mean, (1, 12, 1)),
        np.ones((1, 12)),
        persistence,
        np.ones(12, dtype=bool),
    )


def test_one_source_without_memory_is_the_scalar_update() -> None:
    found = kalman(np.array([[6.0]]), np.array([0]), np.array([100]), moments([[0.5]], [1.0], [0.0], 0.0))
    # Gain 1 / (1 + 0.5); the small ridge of the error covariance is 1 %.
    assert found.eto[0] == pytest.approx(4 + 2 / (1 + 0.505), abs=1e-6)
    assert found.error[0] == pytest.approx(np.sqrt(0.505 / 1.505), abs=1e-6)


def test_bias_and_gain_of_a_source_are_taken_out() -> None:
    found = kalman(np.array([[9.0]]), np.array([0]), np.array([100]), moments([[1e-6]], [1.5], [1.0], 0.0))
    assert found.eto[0] == pytest.approx((9.0 - 1.0) / 1.5, abs=1e-3)


def test_a_better_source_has_the_greater_part() -> None:
    found = kalman(
        np.array([[5.0, 3.0]]),
        np.array([0]),
        np.array([100]),
        moments([[0.1, 0], [0, 0.9]], [1, 1], [0, 0], 0.0),
    )
    assert found.gains[0, 0] > 5 * found.gains[0, 1]
    assert found.eto[0] > 4.5


def test_days_before_help_and_a_gap_lets_them_fade() -> None:
    model = moments([[2.0]], [1.0], [0.0], 0.8)
    seen = np.full((30, 1), 5.0)
    running = kalman(seen, np.arange(30), np.full(30, 100), model)
    assert running.error[-1] < running.error[0]
    assert running.eto[-1] > running.eto[0]
    gap = kalman(seen[:2], np.array([0, 60]), np.full(2, 100), model)
    assert gap.eto[1] == pytest.approx(gap.eto[0], abs=1e-4)
    assert gap.error[1] == pytest.approx(gap.error[0], abs=1e-4)


def test_the_error_settles_at_the_solution_of_the_riccati_equation() -> None:
    model = moments([[2.0]], [1.0], [0.0], 0.8)
    reconciled = kalman(np.full((200, 1), 4.0), np.arange(200), np.full(200, 100), model).error[-1] ** 2
    r = 2.0 * 1.01 + 1e-9
    spread = 0.64 * reconciled + 0.36
    assert reconciled == pytest.approx(1 / (1 / spread + 1 / r), rel=1e-6)


def test_a_filter_does_not_look_ahead() -> None:
    model = moments([[0.5]], [1.0], [0.0], 0.8)
    seen = np.linspace(3, 6, 50).reshape(-1, 1)
    whole = kalman(seen, np.arange(50), np.full(50, 100), model)
    part = kalman(seen[:20], np.arange(20), np.full(20, 100), model)
    np.testing.assert_allclose(whole.eto[:20], part.eto)
