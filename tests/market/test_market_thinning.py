from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.market.results.thinning import MAX_POINTS, thin


def walk(count: int) -> np.ndarray:
    return np.random.default_rng(4).normal(size=count).cumsum()


def test_a_year_of_five_minutes_becomes_points_for_a_screen():
    y = walk(105_120)
    assert len(thin(np.arange(105_120.0), y)) == MAX_POINTS


def test_a_short_series_is_left_alone():
    assert thin(np.arange(10.0), walk(10)).tolist() == list(range(10))


def test_a_single_spike_survives():
    y = np.zeros(50_000)
    y[31_234] = 15_500
    assert 31_234 in thin(np.arange(50_000.0), y)


def test_the_buckets_are_those_of_the_published_algorithm():
    # Ten points to four: first, last, and of each half the largest triangle, worked out by hand.
    y = np.array([0.0, 1, 9, 1, 0, 0, -8, 1, 2, 0])
    assert thin(np.arange(10.0), y, 4).tolist() == [0, 2, 6, 9]


@given(st.integers(3, 4000), st.integers(20, 300), st.data())
def test_never_too_many_always_rising_and_both_ends_kept(count, limit, data):
    y = walk(count)
    gap = data.draw(st.integers(0, count - 1))
    y[gap : gap + data.draw(st.integers(0, 50))] = np.nan
    chosen = thin(np.arange(float(count)), y, limit)
    assert len(chosen) <= max(limit, 0)
    assert (np.diff(chosen) > 0).all()
    seen = np.flatnonzero(~np.isnan(y))
    if len(seen):
        assert seen[0] in chosen
        assert seen[-1] in chosen


def test_a_gap_stays_a_gap():
    y = walk(20_000)
    y[5_000:5_100] = np.nan
    chosen = thin(np.arange(20_000.0), y)
    assert np.isnan(y[chosen]).sum() == 1
    assert len(chosen) <= MAX_POINTS


def test_more_gaps_than_points_still_gives_points():
    y = walk(20_000)
    y[::3] = np.nan
    assert 0 < len(thin(np.arange(20_000.0), y)) <= MAX_POINTS


@pytest.mark.parametrize("limit", [2, 3, 4])
def test_few_points_can_be_asked_for(limit):
    assert len(thin(np.arange(100.0), walk(100), limit)) == limit
