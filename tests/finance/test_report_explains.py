from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.finance.report_cases import business_series
from workbench.finance.analysis.bridge import contribution_bridge, rate_volume_mix
from workbench.finance.analysis.difference import difference_table
from workbench.finance.analysis.drivers import leading_indicators
from workbench.finance.analysis.relations import adjusted_p_values, changes, relations
from workbench.finance.results.sources import row_ranges


def test_two_growing_figures_that_share_a_season_are_not_related():
    rng = np.random.default_rng(0)
    false = 0
    for _ in range(12):
        pair = {name: business_series(rng, 60)[0] for name in ("revenue", "electricity")}
        false += bool(relations(pair).significant.any())
    assert false <= 1
    levels = np.corrcoef(np.arange(60) + rng.normal(size=60), np.arange(60) + rng.normal(size=60))[0, 1]
    assert levels > 0.95


def test_a_figure_that_follows_another_two_months_later_is_said_to_be_led_and_never_caused():
    rng = np.random.default_rng(1)
    moves = rng.normal(0, 0.05, 62)
    orders = 1e5 * np.exp(np.cumsum(moves[2:]))
    revenue = 1e5 * np.exp(np.cumsum(moves[:-2] + rng.normal(0, 0.01, 60)))
    table = relations({"orders": orders, "revenue": revenue})
    best = table.iloc[0]
    assert (best["first"], best["second"], best.lag) == ("orders", "revenue", 2)
    assert "lead those in revenue by 2 periods" in best.sentence
    assert not table.sentence.str.contains("cause").any()


def test_p_values_are_corrected_for_how_many_were_tried():
    # Benjamini and Yekutieli by hand: 4 tests, harmonic sum 25 / 12.
    found = adjusted_p_values(np.array([0.01, 0.04, 0.03, 0.2]))
    factor = 4 * 25 / 12
    assert found == pytest.approx(
        np.minimum(1, [0.01 * factor, 0.04 * factor / 3, 0.04 * factor / 3, 0.2 * factor / 4])
    )


def test_changes_have_neither_trend_nor_season():
    time = np.arange(72)
    exact = 1e5 * np.exp(0.01 * time + 0.3 * np.sin(2 * np.pi * time / 12))
    moved = changes(exact)
    assert np.nanmax(np.abs(moved)) < 1e-9


def test_a_gap_makes_no_change_instead_of_a_large_one():
    values, _ = business_series(np.random.default_rng(1), 60)
    values[30] = np.nan
    moved = changes(values)
    assert np.isnan(moved[30:32]).all()


def test_a_bridge_by_region_adds_up_to_the_cent():
    before = {"North": 100.10, "South": 50.20, "Gone": 5.0}
    after = {"North": 90.05, "South": 80.33, "New": 7.77}
    bridge = contribution_bridge(before, after, 155.30, 178.15)
    assert bridge.parts == pytest.approx({"South": 30.13, "North": -10.05, "New": 7.77, "Gone": -5.0})
    assert abs(bridge.rest) < 1e-9


def test_what_no_entity_explains_is_named_and_not_hidden():
    bridge = contribution_bridge({"North": 10.0}, {"North": 12.0}, 15.0, 20.0)
    assert bridge.parts == pytest.approx({"North": 2.0, "not assigned": 3.0})


def test_price_volume_and_mix_match_a_computation_by_hand():
    # 10 of A at 5 and 10 of B at 20 become 30 of A at 6 and 10 of B at 20.
    bridge = rate_volume_mix(
        {"A": 10, "B": 10}, {"A": 50, "B": 200}, {"A": 30, "B": 10}, {"A": 180, "B": 200}
    )
    # Average price 12.5; volume +20; at the old prices the new basket is worth 350; prices add 30.
    assert bridge.parts == pytest.approx({"volume": 250.0, "mix": -150.0, "price": 30.0})
    assert bridge.rest == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_every_bridge_is_exact_whatever_comes_and_goes(seed: int):
    rng = np.random.default_rng(seed)
    names = list("ABCDE")

    def some() -> dict[str, float]:
        return {name: float(rng.integers(1, 100)) for name in names if rng.random() < 0.7}

    volume_before, volume_after = some(), some()
    before = {name: float(rng.normal(0, 100)) for name in volume_before}
    after = {name: float(rng.normal(0, 100)) for name in volume_after}
    bridge = rate_volume_mix(volume_before, before, volume_after, after)
    assert bridge.rest == pytest.approx(0, abs=1e-8)


def test_what_a_figure_is_computed_from_does_not_count_as_its_leading_indicator():
    rng = np.random.default_rng(3)
    revenue = business_series(rng, 90)[0]
    costs = 0.6 * business_series(rng, 90)[0]
    series = {"profit": revenue - costs, "revenue": revenue, "costs": costs}
    found = leading_indicators(series, "profit", parts={"revenue", "costs"})
    assert not found.importance
    assert "no other figure" in found.reason


def test_a_figure_that_runs_ahead_is_found_on_months_that_were_not_known():
    rng = np.random.default_rng(4)
    moves = rng.normal(0, 0.05, 121)
    ahead = 1e5 * np.exp(np.cumsum(moves[1:]))
    target = 1e5 * np.exp(np.cumsum(moves[:-1] + rng.normal(0, 0.01, 120)))
    noise = 1e5 * np.exp(np.cumsum(rng.normal(0, 0.05, 120)))
    found = leading_indicators({"sales": target, "orders": ahead, "weather": noise}, "sales")
    assert next(iter(found.importance)) == "orders"
    assert found.gain > 0.5
    assert found.importance["weather"] < 0.1 * found.importance["orders"]


def test_noise_predicts_nothing_and_that_is_said():
    rng = np.random.default_rng(5)
    series = {name: 1e5 * np.exp(np.cumsum(rng.normal(0, 0.05, 90))) for name in "abc"}
    found = leading_indicators(series, "a")
    assert not found.importance
    assert "does not help" in found.reason


def test_rows_are_written_as_ranges():
    assert row_ranges([5, 2, 3, 4, 9]) == "2-5, 9"
    assert row_ranges([]) == ""


def test_the_difference_to_last_month_tells_new_months_from_restated_ones():
    def history(values: dict[str, float]) -> pd.DataFrame:
        periods = pd.to_datetime(list(values)).as_unit("s")
        return pd.DataFrame(
            {
                "figure": "revenue",
                "dimension": "",
                "entity": "",
                "period": periods,
                "value": list(values.values()),
            }
        )

    def ahead(values: dict[str, float]) -> pd.DataFrame:
        table = history(values).rename(columns={"value": "forecast"})
        return table.assign(lower=table.forecast - 5, upper=table.forecast + 5)

    before = (
        history({"2024-01-01": 100.0, "2024-02-01": 110.0}),
        ahead({"2024-03-01": 120.0, "2024-04-01": 130.0}),
    )
    now = (
        history({"2024-01-01": 100.0, "2024-02-01": 111.0, "2024-03-01": 127.0}),
        ahead({"2024-04-01": 133.0}),
    )
    table = difference_table(*before, *now).set_index("news")
    assert table.difference.to_dict() == {"came": 7.0, "restated": 1.0, "forecast moved": 3.0}
    assert not table.inside["came"]
