"""The bridges of a report: the last months beside the same months a year before, by part and by effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats
from workbench.finance.analysis.bridge import Bridge, contribution_bridge, rate_volume_mix
from workbench.finance.model.series import FigureSeries

__all__ = ["COLUMNS", "bridges_table", "windows"]

COLUMNS = ["bridge", "figure", "dimension", "window", "before", "place", "part", "amount"]


def windows(periods: pd.DatetimeIndex, season: int) -> dict[str, tuple[slice, slice]]:
    """Give the spans that are compared: the last period and the last year, each with the same a year before.

    Parameters
    ----------
    periods
        Whole periods.
    season
        Periods in a year.

    Returns
    -------
    dict
        Words for the span -> (slice after, slice before); only spans that lie inside.
    """
    count = len(periods)
    found = {}
    if count > season:
        found["last period"] = (slice(count - 1, count), slice(count - 1 - season, count - season))
    if season > 1 and count >= 2 * season:
        found["last twelve months"] = (
            slice(count - season, count),
            slice(count - 2 * season, count - season),
        )
    return found


def bridges_table(
    series: Mapping[str, FigureSeries], costs: Sequence[str], season: int, step: int
) -> pd.DataFrame:
    """Make every bridge that the figures allow.

    Parameters
    ----------
    series
        By figure.
    costs
        Figures that profit is revenue less of.
    season
        Periods in a year.
    step
        Months in a period.

    Returns
    -------
    DataFrame
        bridge (``profit by item``, ``revenue by region``, ``revenue: price, volume, mix by region``,
        ``profit: margin, volume, mix by region``), figure, dimension, window, before (words), place (order),
        part, amount.
    """
    rows: list[tuple[object, ...]] = []
    for name in ("revenue", "profit"):
        if name not in series:
            continue
        one = series[name]
        for spans in windows(one.periods, season).values():
            described = _describe(one.periods, spans, step)
            if name == "profit" and costs:
                rows += _rows("profit by item", name, "", described, _by_item(series, costs, spans))
            dimensions = dict.fromkeys(part.dimension for part in one.parts[1:])
            for dimension in dimensions:
                made = _by_part(one, dimension, spans)
                rows += _rows(f"{name} by {dimension}", name, dimension, described, made)
                effects, title = _effects(series, name, dimension, spans)
                rows += _rows(title, name, dimension, described, effects)
    return pd.DataFrame(rows, columns=COLUMNS)


def _describe(periods: pd.DatetimeIndex, spans: tuple[slice, slice], step: int) -> tuple[str, str]:
    words = []
    for span in spans:
        first, last = periods[span][0], periods[span][-1] + pd.DateOffset(months=step - 1)
        same = (first.year, first.month) == (last.year, last.month)
        words.append(f"{last:%b %Y}" if same else f"{first:%b %Y} to {last:%b %Y}")
    return words[0], words[1]


def _rows(
    title: str, figure: str, dimension: str, words: tuple[str, str], bridge: Bridge | None
) -> list[tuple[object, ...]]:
    if bridge is None:
        return []
    after, before = words
    steps = [(before, bridge.start), *bridge.parts.items(), (after, bridge.end)]
    facts = (title, figure, dimension, after, before)
    return [(*facts, place, part, amount) for place, (part, amount) in enumerate(steps)]


def _sum(values: Floats, span: slice) -> float:
    """Sum over whole spans only: a span with a gap has no sum."""
    return float(values[span].sum())


def _by_item(
    series: Mapping[str, FigureSeries], costs: Sequence[str], spans: tuple[slice, slice]
) -> Bridge | None:
    names = ("revenue", *costs)
    sums = {name: [_sum(series[name].company, span) for span in spans] for name in (*names, "profit")}
    if not np.isfinite(list(sums.values())).all():
        return None
    moved = {name: sums[name][0] - sums[name][1] for name in names}
    parts = {name: moved[name] if name == "revenue" else -moved[name] for name in names}
    end, start = sums["profit"]
    rest = end - start - sum(parts.values())
    if abs(rest) > 0.005:
        parts["other items"] = rest
    return Bridge(start, end, parts)


def _by_part(one: FigureSeries, dimension: str, spans: tuple[slice, slice]) -> Bridge | None:
    end, start = (_sum(one.company, span) for span in spans)
    if not np.isfinite([start, end]).all():
        return None
    after, before = (_amounts(one, dimension, span) for span in spans)
    return contribution_bridge(before, after, start, end)


def _amounts(one: FigureSeries, dimension: str, span: slice) -> dict[str, float]:
    return {one.parts[row].entity: _sum(one.amounts[row], span) for row in one.rows_of(dimension)}


def _effects(
    series: Mapping[str, FigureSeries], name: str, dimension: str, spans: tuple[slice, slice]
) -> tuple[Bridge | None, str]:
    """Price, volume and mix of revenue where units are known; margin, volume and mix of profit by revenue."""
    base, rate = ("volume", "price") if name == "revenue" else ("revenue", "margin")
    title = f"{name}: {rate}, volume and mix by {dimension}"
    if base not in series or not series[base].rows_of(dimension):
        return None, title
    (volume_after, volume_before), (after, before) = (
        [_amounts(series[figure], dimension, span) for span in spans] for figure in (base, name)
    )
    everything = [*volume_after.values(), *volume_before.values(), *after.values(), *before.values()]
    if not np.isfinite(everything).all():
        return None, title
    return rate_volume_mix(volume_before, before, volume_after, after, rate=rate), title
