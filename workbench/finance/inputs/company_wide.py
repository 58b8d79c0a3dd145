"""Dimensions that only label the rows of one company, told apart from those that split it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import polars as pl

from workbench.finance.inputs.entries import SCENARIO
from workbench.finance.inputs.periods import DENSE, entity_spans
from workbench.finance.model.ledger import Figure
from workbench.finance.model.roles import Behaviour

# Balances of one company move on from row to row; those of regions of unlike size jump from one to the other.
MAX_JUMP = 1.5


def labels_of_one_company(
    frame: pl.DataFrame, dimensions: Sequence[str], figures: Sequence[Figure], grid: pd.DatetimeIndex
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell which dimensions and balances belong to the whole company.

    Only a file with one row a date can be such: its region changes from row to row. With one row a period
    nothing can be said by region. With several, a balance is the company's when it moves from row to row no
    more than between two rows of the same region; in a panel, where each region has its row in each period,
    balances are the regions' own.

    Parameters
    ----------
    frame
        ``date``, ``period``, dimensions, figures.
    dimensions, figures
        What there is.
    grid
        All periods.

    Returns
    -------
    tuple
        Names of the dimensions by which nothing can be said, and of the stocks that are the whole company's.
    """
    varying = tuple(name for name in dimensions if frame[name].n_unique() > 1)
    scenario = [SCENARIO] if SCENARIO in frame.columns else []
    if not varying or frame.height < 3 or frame.select("date", *scenario).is_duplicated().any():
        return (), ()
    stocks = [figure.name for figure in figures if figure.behaviour is Behaviour.STOCK]
    if frame.select("period", *scenario).is_unique().all():
        return varying, tuple(stocks)
    counts = frame.group_by(["period", *dimensions, *scenario]).len()["len"]
    once = int((counts == 1).sum()) / len(counts)
    if entity_spans(frame, dimensions, grid) is not None and once >= DENSE:
        return (), ()
    ordered = frame.sort("date")
    # The balances of one file are of one kind: assets of a company are not listed with receivables of a region.
    shown = [moves for name in stocks if (moves := _moves_on(ordered, name, varying)) is not None]
    return (), tuple(stocks) if any(shown) or not shown else ()


def _moves_on(ordered: pl.DataFrame, stock: str, varying: Sequence[str]) -> bool | None:
    given = ordered.filter(pl.col(stock).is_not_null())
    step = pl.col(stock).diff().abs()
    steps = given.select(step.alias("any"), step.over(varying).alias("own"))
    between, within = (steps[name].drop_nulls().median() for name in ("any", "own"))
    if not isinstance(between, float) or not isinstance(within, float):
        return None
    return bool(between <= MAX_JUMP * within or np.isclose(between, within))
