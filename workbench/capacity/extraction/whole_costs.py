"""Costs of all years of a plan, in the same way whichever way it was solved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from workbench.capacity.network.build import discounted_years, spans_of

if TYPE_CHECKING:
    from pypsa import Network


def whole_costs(costs: pd.DataFrame, network: Network, years: Sequence[int], rate: float) -> dict[str, float]:
    """Add up the costs of all years, those in between included.

    Parameters
    ----------
    costs
        The table of costs.
    network
        Of the first year; one with investment periods says itself how many years each stands for.
    years
        The years that were computed.
    rate
        Discounting between years [%].

    Returns
    -------
    dict
        ``cost_undiscounted`` and ``cost_discounted`` in currency, and ``cost_years`` that they are for.
    """
    if network.has_investment_periods:
        table = network.investment_period_weightings
        spans = {int(year): float(span) for year, span in zip(table.index, table["years"], strict=True)}
        weights = {
            int(year): float(weight) for year, weight in zip(table.index, table["objective"], strict=True)
        }
    else:
        spans = spans_of(list(years))
        weights = {year: discounted_years(year - years[0], span, rate / 100) for year, span in spans.items()}
    totals = {year: float(costs.total[costs.year == year].sum()) for year in spans}
    return {
        "cost_undiscounted": sum(total * spans[year] for year, total in totals.items()),
        "cost_discounted": sum(total * weights[year] for year, total in totals.items()),
        "cost_years": float(sum(spans.values())),
    }
