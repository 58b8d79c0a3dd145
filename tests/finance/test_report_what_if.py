from __future__ import annotations

import numpy as np
import pytest

from workbench.errors import SettingError
from workbench.finance.analysis.what_if import simulate, tornado
from workbench.finance.config import FinanceConfig
from workbench.finance.jobs import make_finance_report
from workbench.finance.model.what_if import Assumptions, Baseline, Driver, DriverKind
from workbench.runs.model.settings import config_from_plain, to_plain

MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 13))


@pytest.fixture
def baseline() -> Baseline:
    rng = np.random.default_rng(0)
    revenue = rng.uniform(9e4, 1.1e5, 12)
    costs = {"expenses": rng.uniform(5e4, 6e4, 12), "marketing": rng.uniform(9e3, 1e4, 12)}
    # The file's own profit: with other items that are neither revenue nor named costs.
    profit = revenue - costs["expenses"] - costs["marketing"] + rng.normal(0, 500, 12)
    stocks = {"receivables": 1.4 * revenue, "payables": 0.8 * costs["expenses"], "cash_flow": 0.9 * profit}
    return Baseline(MONTHS, revenue, profit, costs, "marketing", **stocks, half_width=np.full(12, 2e3))


@pytest.mark.parametrize("kind", DriverKind)
def test_a_change_of_nothing_changes_nothing_exactly(kind: DriverKind, baseline: Baseline):
    path = simulate(baseline, [Driver(kind, 0.0)], Assumptions(0.37, -1.3, 0.2))
    for moved in (
        path.revenue,
        path.profit,
        path.receivables,
        path.payables,
        path.cash_flow,
        *path.costs.values(),
    ):
        assert not moved.any()
    assert np.array_equal(baseline.profit + path.profit, baseline.profit)


def test_profit_of_the_scenario_starts_from_the_file_s_own_profit(baseline: Baseline):
    path = simulate(baseline, [Driver(DriverKind.PRICE, 10.0)], Assumptions(1.0))
    assert path.profit == pytest.approx(0.1 * baseline.revenue)
    assert path.costs["expenses"] == pytest.approx(np.zeros(12))


def test_volume_moves_variable_costs_and_leaves_fixed_ones_and_marketing(baseline: Baseline):
    path = simulate(baseline, [Driver(DriverKind.VOLUME, 20.0)], Assumptions(0.25))
    assert path.revenue == pytest.approx(0.2 * baseline.revenue)
    assert path.costs["expenses"] == pytest.approx(0.25 * 0.2 * baseline.costs["expenses"])
    assert not path.costs["marketing"].any()
    assert path.profit == pytest.approx(path.revenue - path.costs["expenses"])


def test_elasticity_takes_back_in_volume_what_price_gives(baseline: Baseline):
    path = simulate(baseline, [Driver(DriverKind.PRICE, 10.0)], Assumptions(1.0, price_elasticity=-1.0))
    assert path.revenue == pytest.approx(np.zeros(12), abs=1e-6)
    assert path.costs["expenses"] == pytest.approx((1 / 1.1 - 1) * baseline.costs["expenses"])


def test_a_driver_works_from_its_first_to_its_last_month(baseline: Baseline):
    driver = Driver(DriverKind.FIXED_COST, -10.0, "2026-04", "2026-06")
    path = simulate(baseline, [driver], Assumptions(0.5))
    assert np.flatnonzero(path.profit).tolist() == [3, 4, 5]
    assert path.profit[3] == pytest.approx(0.05 * baseline.costs["expenses"][3])


def test_slower_customers_tie_up_cash_once_and_leave_profit_alone(baseline: Baseline):
    path = simulate(baseline, [Driver(DriverKind.COLLECTION, 10.0, "2026-03")], Assumptions(1.0))
    assert not path.profit.any()
    day = 365.25 / 12
    assert path.receivables[2:] == pytest.approx(10 * baseline.revenue[2:] / day)
    assert path.cash_flow.sum() == pytest.approx(-path.receivables[-1])
    assert path.cash_flow[2] == pytest.approx(-path.receivables[2])


def test_several_drivers_multiply_and_do_not_only_add(baseline: Baseline):
    both = simulate(
        baseline, [Driver(DriverKind.PRICE, 10.0), Driver(DriverKind.VOLUME, 10.0)], Assumptions(1.0)
    )
    assert both.revenue == pytest.approx(0.21 * baseline.revenue)


def test_the_tornado_puts_the_driver_with_most_at_stake_first(baseline: Baseline):
    drivers = [Driver(DriverKind.MARKETING, 5.0), Driver(DriverKind.PRICE, 5.0)]
    rows = tornado(baseline, drivers, Assumptions(1.0))
    assert [row[0].kind for row in rows] == [DriverKind.PRICE, DriverKind.MARKETING]
    assert rows[0][1] == pytest.approx(0.05 * baseline.revenue.sum())
    assert rows[0][2] == pytest.approx(-rows[0][1])


def test_the_band_grows_with_the_business(baseline: Baseline):
    path = simulate(baseline, [Driver(DriverKind.VOLUME, 50.0)], Assumptions(1.0))
    assert path.half_width == pytest.approx(1.5 * baseline.half_width)


def test_a_month_outside_of_the_forecast_is_refused_with_the_months_there_are(baseline: Baseline):
    with pytest.raises(SettingError, match="'2027-01', expected a forecast month from 2026-01 to 2026-12"):
        simulate(baseline, [Driver(DriverKind.PRICE, 1.0, "2027-01")], Assumptions(1.0))


def test_a_driver_without_its_figure_is_refused(baseline: Baseline):
    from dataclasses import replace

    with pytest.raises(SettingError, match="no receivables"):
        simulate(replace(baseline, receivables=None), [Driver(DriverKind.COLLECTION, 5.0)], Assumptions(1.0))


def test_nothing_can_fall_by_more_than_all_of_it(baseline: Baseline):
    with pytest.raises(SettingError, match="more than -100 %"):
        simulate(baseline, [Driver(DriverKind.PRICE, -100.0)], Assumptions(1.0))


@pytest.mark.parametrize(
    ("driver", "sentence"),
    [
        (Driver(DriverKind.PRICE, 1.0, "Jan 26"), "expected a month such as 2026-01"),
        (Driver(DriverKind.PRICE, 1.0, "2026-05", "2026-02"), "after its end"),
        (Driver(DriverKind.PRICE, 5000.0), "the most allowed"),
    ],
)
def test_a_driver_that_cannot_be_is_refused_before_anything_is_read(driver: Driver, sentence: str):
    with pytest.raises(SettingError, match=sentence):
        make_finance_report.make_config(FinanceConfig(file="a.csv", drivers=(driver,)))


def test_drivers_are_kept_with_the_config_and_come_back():
    config = FinanceConfig(file="a.csv", drivers=(Driver(DriverKind.PRICE, 2.5, "2026-03"),))
    assert config_from_plain(FinanceConfig, to_plain(config)) == config
