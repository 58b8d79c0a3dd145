"""From forecasts to a what-if: the baseline, how costs follow volume, and the tables of the scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from workbench.finance.analysis.forecasts import Forecast
from workbench.finance.analysis.variable_share import ShareEstimate
from workbench.finance.analysis.what_if import simulate, tornado
from workbench.finance.config import FinanceConfig
from workbench.finance.model.what_if import Assumptions, Baseline

__all__ = [
    "TORNADO_COLUMNS",
    "WHAT_IF_COLUMNS",
    "assumptions_of",
    "baseline_of",
    "what_if_tables",
]

WHAT_IF_COLUMNS = [
    "period",
    "figure",
    "baseline",
    "scenario",
    "difference",
    "lower",
    "upper",
    "difference_lower",
    "difference_upper",
]
TORNADO_COLUMNS = ["driver", "measure", "effect", "opposite"]


def baseline_of(
    company: Mapping[str, Forecast], costs: Sequence[str], periods: pd.DatetimeIndex, step: int
) -> Baseline | None:
    """Give the forecast of the company as the baseline of scenarios.

    Profit is the file's own profit, as forecast; only where the file has none is it revenue less costs.

    Parameters
    ----------
    company
        Forecasts by figure.
    costs
        Figures that profit is revenue less of.
    periods
        Forecast periods.
    step
        Months in a period.

    Returns
    -------
    Baseline or None
        None when revenue or costs have no forecast.
    """
    present = [name for name in costs if name in company]
    if "revenue" not in company or not present or len(present) < len(costs):
        return None
    revenue = company["revenue"].path
    paths = {name: company[name].path for name in present}
    profit = (
        company["profit"].path
        if "profit" in company
        else revenue - sum(paths.values(), np.zeros(len(revenue)))
    )
    width = company["profit" if "profit" in company else "revenue"].own.half_width
    optional = {
        name: company[name].path if name in company else None
        for name in ("receivables", "payables", "cash_flow")
    }
    marketing = "marketing" if "marketing" in paths else ""
    months = tuple(f"{period:%Y-%m}" for period in periods)
    return Baseline(
        months, revenue, profit, paths, marketing, **optional, half_width=width, months_a_period=step
    )


def assumptions_of(config: FinanceConfig, estimated: ShareEstimate) -> tuple[Assumptions, str]:
    """Give the assumptions of a scenario, and as text where the share of variable costs comes from."""
    if config.variable_share is not None:
        share, words = config.variable_share / 100, "as set"
        low, high = share, share
    elif np.isfinite(estimated.share):
        share, low, high, words = estimated.share, estimated.low, estimated.high, estimated.words
    else:
        # Nothing is known of it, and the effect on profit is said to lie between none of the costs and all.
        share, low, high = 1.0, 0.0, 1.0
        words = "too few months to estimate it, so that all costs follow volume"
    return Assumptions(share, config.price_elasticity, config.marketing_elasticity, low, high), words


def what_if_tables(
    baseline: Baseline, config: FinanceConfig, assumptions: Assumptions, periods: pd.DatetimeIndex
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the time path of the scenario, and the effect of each driver.

    Returns
    -------
    DataFrame
        period, figure, baseline, scenario, difference, lower, upper (interval, of profit only), difference_lower,
        difference_upper (the difference at both ends of the interval of the share of variable costs).
    DataFrame
        driver, measure, effect at its change, effect at the opposite change (over all periods).

    Raises
    ------
    SettingError
        When a driver does not fit the forecast.
    """
    path = simulate(baseline, config.drivers, assumptions)
    ends = [
        simulate(baseline, config.drivers, replace(assumptions, variable_share=share))
        for share in (assumptions.low, assumptions.high)
        if share is not None
    ] or [path]
    pairs = [("revenue", baseline.revenue, path.revenue)]
    pairs += [(name, values, path.costs[name]) for name, values in baseline.costs.items()]
    pairs.append(("profit", baseline.profit, path.profit))
    for name in ("receivables", "payables", "cash_flow"):
        values = getattr(baseline, name)
        if values is not None:
            pairs.append((name, values, getattr(path, name)))
    tables = []
    for name, values, difference in pairs:
        scenario = values + difference
        width = path.half_width if name == "profit" else np.full(len(values), np.nan)
        at_ends = [end.costs[name] if name in path.costs else getattr(end, name) for end in ends]
        facts = {"period": periods, "figure": name, "baseline": values, "scenario": scenario}
        tables.append(
            pd.DataFrame(
                {
                    **facts,
                    "difference": difference,
                    "lower": scenario - width,
                    "upper": scenario + width,
                    "difference_lower": np.min(at_ends, axis=0),
                    "difference_upper": np.max(at_ends, axis=0),
                }
            )
        )
    rows = [
        (driver.label, "cash flow" if driver.kind.in_days else "profit", effect, opposite)
        for driver, effect, opposite in tornado(baseline, config.drivers, assumptions)
    ]
    return pd.concat(tables, ignore_index=True), pd.DataFrame(rows, columns=TORNADO_COLUMNS)
