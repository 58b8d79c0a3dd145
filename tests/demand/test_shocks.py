from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.demand.model.choices import ShockHandling
from workbench.demand.models.growth import damped_growth
from workbench.demand.models.shocks import (
    bridge,
    history_for_intervals,
    prepare,
    winsorised_history,
    winsorised_years,
    with_trend_at_end,
)
from workbench.forecasting.series import log_growth

YEARS = np.arange(2015.0, 2025.0)
# A railway: steady growth, FY2021 halved, back on its line in FY2022.
STEADY = 100 * 1.05 ** np.arange(10)
DIPPED = np.where(YEARS == 2021, STEADY * 0.5, STEADY)


def test_bridging_the_dip_removes_the_rebound_with_it() -> None:
    # Growth that is computed before the year is dropped would keep the rebound of +110 % alone.
    bridged = bridge(DIPPED[None, :], YEARS, [2021])
    assert bridged[0] == pytest.approx(STEADY)
    assert log_growth(bridged)[0] == pytest.approx(np.log(1.05))


def test_the_listed_year_is_the_year_of_the_dip_not_another() -> None:
    wrong = bridge(DIPPED[None, :], YEARS, [2022])
    assert wrong[0, 6] == pytest.approx(STEADY[6] * 0.5)


def test_a_shock_in_the_last_year_keeps_the_level_and_the_usual_growth() -> None:
    fallen = np.where(YEARS == 2024, STEADY * 0.6, STEADY)[None, :]
    bridged = bridge(fallen, YEARS, [2024])
    assert bridged[0, -1] == fallen[0, -1]
    assert log_growth(bridged)[0] == pytest.approx(np.log(1.05))
    assert damped_growth(bridged, 1)[0, 0] > fallen[0, -1]


def test_two_shock_years_in_a_row_are_bridged_together() -> None:
    both = np.where((YEARS == 2020) | (YEARS == 2021), STEADY * 0.7, STEADY)[None, :]
    assert bridge(both, YEARS, [2020, 2021])[0] == pytest.approx(STEADY)


def test_winsorised_history_ends_at_the_last_actual() -> None:
    prepared = winsorised_history(DIPPED[None, :])
    assert prepared[0, -1] == DIPPED[-1]
    # Both the dip and the rebound are outside the limits, which are zero wide for steady growth.
    assert log_growth(prepared)[0] == pytest.approx(np.log(1.05))


def test_winsorising_names_the_years_it_changed() -> None:
    assert winsorised_years(DIPPED, YEARS) == [2021, 2022]


def test_without_handling_nothing_is_changed() -> None:
    assert prepare(DIPPED[None, :], YEARS, ShockHandling.NONE)[0] is not None
    assert (prepare(DIPPED[None, :], YEARS, ShockHandling.NONE)[0] == DIPPED).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.5, 2.0), min_size=4, max_size=25))
def test_winsorising_twice_changes_nothing_more(factors: list[float]) -> None:
    history = 100 * np.cumprod(factors)[None, :]
    once = winsorised_history(history)
    assert winsorised_history(once) == pytest.approx(once, rel=1e-9)
    assert once[0, -1] == history[0, -1]


def test_intervals_learn_nothing_from_a_year_ten_times_too_high_and_all_from_usual_ones() -> None:
    usual = STEADY[None, :] * np.array([1.0, 1.03, 0.98, 1.02, 0.97, 1.04, 1.0, 0.99, 1.02, 1.0])
    assert history_for_intervals(usual) is usual
    typed = usual.copy()
    typed[0, 4] *= 10
    held = history_for_intervals(typed)
    assert held[0, -1] == typed[0, -1]
    assert np.abs(np.log(held / usual)).max() < 0.4


def test_the_trend_replaces_an_extraordinary_last_value_and_nothing_else() -> None:
    fallen = np.where(YEARS == 2024, STEADY * 0.6, STEADY)[None, :]
    assert with_trend_at_end(fallen)[0] == pytest.approx(STEADY)
    short = STEADY[None, :2]
    assert (with_trend_at_end(short) == short).all()
