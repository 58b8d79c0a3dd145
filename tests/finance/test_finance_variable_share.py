"""The share of costs that follows revenue: within its interval of the truth, and said with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.finance.cost_shares import COMPANIES
from tests.matrix import each_nth
from workbench.finance.analysis.checks import profit_costs
from workbench.finance.analysis.scenario import assumptions_of, what_if_tables
from workbench.finance.analysis.variable_share import ShareEstimate, estimate_variable_share
from workbench.finance.config import FinanceConfig
from workbench.finance.inputs.finance_file import read_ledger
from workbench.finance.model.series import figure_series
from workbench.finance.model.what_if import Driver, DriverKind


def estimated(path: Path) -> ShareEstimate:
    ledger = read_ledger(path)
    return estimate_variable_share({one.name: one for one in figure_series(ledger)}, profit_costs(ledger))


SEEDS = 30


@pytest.mark.parametrize(
    ("name", "share"),
    each_nth([(name, share) for name in COMPANIES for share in (0.3, 0.6, 0.96)], 5, pytest.mark.slow),
)
def test_what_ten_percent_more_volume_do_to_profit_lies_within_the_interval_shown(
    name: str, share: float
) -> None:
    company = replace(COMPANIES[name], share=share)
    config = FinanceConfig(file="a.csv", drivers=(Driver(DriverKind.VOLUME, 10.0),))
    held, off = 0, []
    for seed in range(SEEDS):
        figures, baseline, true_share = company.year_after(seed)
        assumptions, _ = assumptions_of(config, estimate_variable_share(figures, ("expenses",), baseline))
        table, _ = what_if_tables(
            baseline, config, assumptions, pd.date_range("2030-01-01", periods=12, freq="MS")
        )
        profit = table[table.figure == "profit"]
        variable = true_share * float(baseline.costs["expenses"].sum())
        truth = 0.1 * (float(baseline.revenue.sum()) - variable)
        held += profit.difference_lower.sum() - 1e-6 <= truth <= profit.difference_upper.sum() + 1e-6
        off.append(assumptions.variable_share - true_share)

    # 95 % of 30 are 28.5; of a right interval three in four thousand samples hold fewer than 24.
    assert held >= 24
    assert np.median(off) == pytest.approx(0, abs=0.08)


def test_too_few_months_give_no_estimate(tmp_path: Path) -> None:
    rows = [f"2020-{at:02d}-28,{1000 + at},{600 + at},{400}" for at in range(1, 13)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["Date,Revenue,Expenses,Profit", *rows]) + "\n")

    assert np.isnan(estimated(path).share)


def test_the_share_of_a_company_whose_costs_follow_revenue_closely(shared_data: Path) -> None:
    found = estimated(shared_data.parent / "cases" / "finance" / "w1_variable_share.csv")

    assert found.low <= 0.96 <= found.high
    assert found.share == pytest.approx(0.96, abs=0.05)
    assert "to 100 % with 95 % confidence" in found.words
