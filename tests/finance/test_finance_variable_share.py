"""The share of costs that follows revenue: within its interval of the truth, and said with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.finance.analysis.checks import profit_costs
from workbench.finance.analysis.variable_share import ShareEstimate, estimate_variable_share
from workbench.finance.inputs.finance_file import read_ledger
from workbench.finance.model.series import COMPANY, FigureSeries, figure_series


def estimated(path: Path) -> ShareEstimate:
    ledger = read_ledger(path)
    return estimate_variable_share({one.name: one for one in figure_series(ledger)}, profit_costs(ledger))


def company(share: float, seed: int, *, growth: float = 0.004, fixed_growth: float = 0.0) -> ShareEstimate:
    """Costs of which a share follows revenue, estimated: season of 15 %, noise of 3 % in revenue, 2 % in costs."""
    random = np.random.default_rng(seed)
    months = np.arange(48)
    revenue = 1000 * np.exp(growth * months + 0.15 * np.sin(months * np.pi / 6) + random.normal(0, 0.03, 48))
    variable = share * 600 * revenue / 1000
    fixed = (1 - share) * 600 * np.exp(fixed_growth * months)
    costs = (variable + fixed) * np.exp(random.normal(0, 0.02, 48))
    periods = pd.date_range("2020-01-01", periods=48, freq="MS")
    figures = {
        name: FigureSeries(
            name, stock=False, periods=periods, parts=(COMPANY,), amounts=values[None], left_out={}
        )
        for name, values in (("revenue", revenue), ("expenses", costs))
    }
    return estimate_variable_share(figures, ("expenses",))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.96])
def test_the_interval_holds_the_true_share_in_nineteen_of_twenty_companies(
    share: float,
) -> None:
    found = [company(share, seed) for seed in range(20)]
    held = sum(one.low - 0.02 <= share <= one.high + 0.02 for one in found)

    assert held >= 17
    assert np.median([one.share for one in found]) == pytest.approx(share, abs=0.08)


def test_fixed_costs_that_grow_beside_revenue_are_not_taken_for_variable_ones() -> None:
    found = [company(0.2, seed, growth=0.02, fixed_growth=0.02) for seed in range(10)]

    assert np.median([one.share for one in found]) < 0.4
    assert any("share a trend" in one.words for one in found)


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
