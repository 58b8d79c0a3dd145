"""Gaps that are filled on request, each one listed; without a request nothing is filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

import numpy as np
import pandas as pd

from workbench.data.changes import Change, ChangeKind, ChangeLog
from workbench.errors import InvalidData
from workbench.finance.analysis.checks import profit_costs
from workbench.finance.model.ledger import Gap, Ledger


class Filling(StrEnum):
    """How a gap is filled."""

    IDENTITY = "from the profit identity"
    """Exact: the one amount with which profit = revenue - costs holds, where all others are given."""
    LINE = "by a straight line"
    """Between the periods before and after of the same entity; never beyond the first or last."""


def filled(ledger: Ledger, fillings: Mapping[str, Filling]) -> Ledger:
    """Fill what is not given in the lines of a ledger; the entries stay the rows of the file.

    Only lines in which the figure is wholly missing are filled; a period without any row stays a gap.

    Parameters
    ----------
    ledger
        The figures.
    fillings
        Name of the figure -> how it is filled.

    Returns
    -------
    Ledger
        With the filled lines, every one of them in the list of changes with its row, its column and its value.

    Raises
    ------
    InvalidData
        When there is no such figure, or it is not part of the profit identity of the file.
    """
    lines, changes = ledger.lines.copy(), []
    for name, filling in fillings.items():
        figure = ledger.figure(name)
        values = (_by_identity if filling is Filling.IDENTITY else _by_line)(ledger, lines, name)
        places = np.flatnonzero(lines[name].isna() & values.notna() & _has_rows(ledger, lines))
        for at in places.tolist():
            value = round(float(values.iloc[at]), figure.decimals)
            lines.loc[lines.index[at], name] = value
            changes.append(_change(ledger, lines, at, figure.column, value, filling))
    gaps = tuple(
        gap for gap in ledger.gaps if not (gap.figure and _is_filled(ledger, lines, gap.figure, gap))
    )
    return replace(ledger, lines=lines, gaps=gaps, changes=ChangeLog((*ledger.changes, *changes)))


def _by_identity(ledger: Ledger, lines: pd.DataFrame, name: str) -> pd.Series[float]:
    costs = profit_costs(ledger)
    if not ledger.has("revenue", "profit") or name not in ("revenue", "profit", *costs):
        present = ", ".join(("revenue", "profit", *costs))
        raise InvalidData(
            f"'{name}' is not part of the profit identity of {ledger.file}; there are {present}."
        )
    total_costs = lines[[cost for cost in costs if cost != name]].sum(axis=1, skipna=False)
    if name == "profit":
        return lines["revenue"] - total_costs
    if name == "revenue":
        return lines["profit"] + total_costs
    return lines["revenue"] - lines["profit"] - total_costs


def _by_line(ledger: Ledger, lines: pd.DataFrame, name: str) -> pd.Series[float]:
    def between(series: pd.Series[float]) -> pd.Series[float]:
        return series.interpolate("linear", limit_area="inside")

    # A dimension that changes with every period would leave each entity without neighbours.
    keys = [dimension for dimension in ledger.dimensions if dimension not in ledger.confounded]
    chosen = _has_rows(ledger, lines)
    result = pd.Series(np.nan, index=lines.index)
    ordered = lines.loc[chosen]
    if keys:
        result.loc[chosen] = ordered.groupby(keys)[name].transform(between)
    else:
        result.loc[chosen] = between(ordered[name])
    return result


def _has_rows(ledger: Ledger, lines: pd.DataFrame) -> pd.Series[bool]:
    if not ledger.dimensions:
        return pd.Series(True, index=lines.index)
    return lines[ledger.dimensions[0]] != ""


def _change(
    ledger: Ledger, lines: pd.DataFrame, at: int, column: str, value: float, filling: Filling
) -> Change:
    line = lines.iloc[at]
    entity = {dimension: str(line[dimension]) for dimension in ledger.dimensions}
    rows = ledger.source_rows(line["period"], **entity)
    return Change(
        ChangeKind.IMPUTED, column, rows, ("",), (f"{value:.15g}",), f"filled {filling}, as requested"
    )


def _is_filled(ledger: Ledger, lines: pd.DataFrame, name: str, gap: Gap) -> bool:
    chosen = lines["period"] == gap.period
    for dimension, value in zip(ledger.dimensions, gap.entity, strict=False):
        chosen &= lines[dimension] == value
    here = ledger.lines.loc[chosen, name]
    return bool(here.isna().all() and lines.loc[chosen, name].notna().all() and len(here))
