"""Forecasts that are made to agree: sums hold, and what cannot be negative is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from workbench.forecasting.reconcile import reconcile

SUM = {"total": 1.0, "north": -1.0, "south": -1.0}


def test_a_forecast_below_zero_is_held_there_and_the_others_make_up_for_it() -> None:
    paths = {"total": np.array([10.0, 4.0]), "north": np.array([8.0, 6.0]), "south": np.array([3.0, -4.0])}
    made = reconcile(paths, dict.fromkeys(paths, 1.0), [SUM], never_negative=["north", "south"])

    assert made["south"][1] == 0
    assert made["total"] == pytest.approx(made["north"] + made["south"])
    # The first step has nothing below zero, and is as without the bound.
    assert [made[key][0] for key in paths] == pytest.approx([10 + 1 / 3, 8 - 1 / 3, 3 - 1 / 3])


def test_without_sums_a_bound_is_kept_as_well() -> None:
    made = reconcile({"stock": np.array([5.0, -1.0])}, {"stock": 1.0}, [], never_negative=["stock"])

    assert made["stock"].tolist() == [5.0, 0.0]


def test_what_may_be_negative_stays_so() -> None:
    paths = {"profit": np.array([-5.0])}

    assert reconcile(paths, {"profit": 1.0}, [], never_negative=["revenue"])["profit"].tolist() == [-5.0]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-50, 50), min_size=4, max_size=4), st.lists(st.floats(0.5, 5), min_size=4, max_size=4)
)
def test_parts_of_a_given_total_are_those_of_a_general_optimiser(
    base: list[float], spread: list[float]
) -> None:
    keys = ["a", "b", "c", "d"]
    total = 20.0
    start = np.maximum(base, 0.0)
    made = reconcile(
        {key: np.array([value]) for key, value in zip(keys, base, strict=True)},
        dict(zip(keys, spread, strict=True)),
        [{"total": 1.0, **dict.fromkeys(keys, -1.0)}],
        {"total": np.array([total])},
        keys,
    )
    found = np.array([made[key][0] for key in keys])
    weights = 1 / np.square(spread)
    best = minimize(
        lambda x: float((weights * (x - start) ** 2).sum()),
        np.full(4, total / 4),
        jac=lambda x: 2 * weights * (x - start),
        bounds=[(0, None)] * 4,
        constraints={"type": "eq", "fun": lambda x: x.sum() - total},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )

    assert found.sum() == pytest.approx(total)
    assert (found >= 0).all()
    cost = float((weights * (found - start) ** 2).sum())
    assert cost <= best.fun * 1.05 + 1e-6
