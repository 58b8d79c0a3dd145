"""Figures over the snapshots of a year: dispatch, storage, prices, flows, and their duration curves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.capacity.model.system import SALES
from workbench.capacity.results.chart_parts import (
    currency_of,
    stack_order,
)
from workbench.capacity.results.saved import CapacityResult
from workbench.charts.figure import headed, new_figure, note_empty, say_resolution
from workbench.charts.palette import CATEGORIES, DASHES, carrier_colour
from workbench.data.formatting import INDIA, Style, year_label

_NO_CARRIERS = ("year", "time", "weight", "load")


@headed()
def dispatch_chart(
    result: CapacityResult,
    year: int | None = None,
    *,
    first: int = 0,
    count: int | None = None,
    style: Style = INDIA,
) -> go.Figure:
    """Dispatch by carrier with the load as a line; a slider below zooms.

    Parameters
    ----------
    result
        The plan.
    year
        The first when left out.
    first, count
        Snapshots to show; all when left out.
    style
        The project's year labels.
    """
    table = result.table("dispatch")
    year = result.years[0] if year is None else year
    rows = table[table.year == year].iloc[first : None if count is None else first + count]
    many = len(rows)
    rows, hours, ticks = _axis(rows)
    carriers = [c for c in rows.columns if c not in _NO_CARRIERS and rows[c].abs().max() > 1e-3]
    figure = new_figure(f"Dispatch in {year_label(year, style)}", "Snapshot", "Power [MW]")
    if many < (of_year := int((table.year == year).sum())):
        say_resolution(figure, f"snapshots {first + 1} to {first + many} of {of_year}")
    for carrier in sorted(carriers, key=stack_order):
        colour = carrier_colour(carrier)
        values = rows[carrier].to_numpy()
        line = {"width": 0, "color": colour, "shape": "hv"}
        above = np.clip(values, 0, None)
        figure.add_trace(
            go.Scatter(
                x=hours, y=above, name=carrier, stackgroup="above", mode="lines", line=line, fillcolor=colour
            )
        )
        if (values < -1e-3).any():
            below = np.clip(values, None, 0)
            figure.add_trace(
                go.Scatter(
                    x=hours,
                    y=below,
                    name=carrier if carrier.endswith(SALES) else f"{carrier}, charging",
                    stackgroup="below",
                    mode="lines",
                    line=line,
                    fillcolor=colour,
                    showlegend=False,
                )
            )
    ink = carrier_colour("load")
    figure.add_trace(
        go.Scatter(
            x=hours, y=rows.load, name="Load", mode="lines", line={"color": ink, "width": 2, "shape": "hv"}
        )
    )
    return figure.update_xaxes(**ticks, rangeslider={"visible": True, "thickness": 0.08})


@headed()
def duration_chart(
    result: CapacityResult, what: str = "load", year: int | None = None, *, style: Style = INDIA
) -> go.Figure:
    """Load, residual load or prices in falling order over the hours of the year.

    Parameters
    ----------
    result
        The plan.
    what
        ``"load"`` (with the load that is left after solar and wind) or ``"prices"``.
    year
        All years when left out.
    style
        The project's year labels.
    """
    title, unit = (
        ("Load duration", "Power [MW]")
        if what == "load"
        else ("Price duration", f"Price [{currency_of(result)}/MWh]")
    )
    figure = new_figure(title, "Hours of the year [h]", unit).update_xaxes(separatethousands=True)
    years = result.years if year is None else (year,)
    dispatch = result.table("dispatch")
    for index, number in enumerate(years):
        rows = dispatch[dispatch.year == number]
        named = year_label(number, style)
        weights = rows.weight.to_numpy()
        colour = CATEGORIES[index % len(CATEGORIES)]
        if what == "load":
            weather = [c for c in rows.columns if any(word in str(c).lower() for word in ("solar", "wind"))]
            _falling(figure, rows.load.to_numpy(), weights, f"Load {named}", colour, "solid")
            _falling(
                figure,
                (rows.load - rows[weather].sum(axis=1)).to_numpy(),
                weights,
                f"Less solar and wind {named}",
                colour,
                "dash",
            )
            continue
        prices = result.table("prices")
        prices = prices[prices.year == number].drop(columns=["year", "time"])
        for bus_index, bus in enumerate(list(prices.columns)[:8]):
            dash = DASHES[bus_index % len(DASHES)]
            _falling(
                figure,
                prices[bus].to_numpy(),
                weights,
                f"{bus} {named}",
                CATEGORIES[(index + bus_index) % 8],
                dash,
            )
    return figure


@headed()
def storage_chart(result: CapacityResult, year: int | None = None, *, style: Style = INDIA) -> go.Figure:
    """State of charge by carrier of storage [MWh]."""
    year = result.years[0] if year is None else year
    table = result.table("storage")
    rows = table[table.year == year]
    rows, hours, ticks = _axis(rows)
    figure = new_figure(f"State of charge in {year_label(year, style)}", "Snapshot", "Energy [MWh]")
    for carrier in rows.columns[2:]:
        line = {"color": carrier_colour(str(carrier)), "width": 2}
        figure.add_trace(go.Scatter(x=hours, y=rows[carrier], name=str(carrier), mode="lines", line=line))
    return figure.update_xaxes(**ticks)


@headed()
def price_chart(result: CapacityResult, year: int | None = None, *, style: Style = INDIA) -> go.Figure:
    """Marginal price of each bus by snapshot; empty after a mixed-integer solve, which has none."""
    year = result.years[0] if year is None else year
    table = result.table("prices")
    rows = table[table.year == year]
    rows, hours, ticks = _axis(rows)
    figure = new_figure(
        f"Marginal price in {year_label(year, style)}", "Snapshot", f"Price [{currency_of(result)}/MWh]"
    )
    for index, bus in enumerate(list(rows.columns[2:])[:8]):
        line = {"color": CATEGORIES[index], "width": 1.5, "shape": "hv"}
        figure.add_trace(go.Scatter(x=hours, y=rows[bus], name=str(bus), mode="lines", line=line))
    if rows.shape[1] <= 2:
        return note_empty(figure, "No prices: the plan has whole units")
    return figure.update_xaxes(**ticks)


@headed()
def flow_chart(result: CapacityResult, year: int | None = None, *, style: Style = INDIA) -> go.Figure:
    """Flow of the eight most used links and lines [MW]."""
    year = result.years[0] if year is None else year
    table = result.table("flows")
    rows = table[table.year == year]
    rows, hours, ticks = _axis(rows)
    names = rows.columns[2:]
    busiest = rows[names].abs().mean().sort_values(ascending=False).index[:8]
    figure = new_figure(f"Flows in {year_label(year, style)}", "Snapshot", "Power [MW]")
    for index, name in enumerate(busiest):
        figure.add_trace(
            go.Scatter(x=hours, y=rows[name], name=str(name), mode="lines", line={"color": CATEGORIES[index]})
        )
    return figure.update_xaxes(**ticks)


def _falling(
    figure: go.Figure, values: np.ndarray, weights: np.ndarray, name: str, colour: str, dash: str
) -> None:
    order = np.argsort(-values)
    hours = np.concatenate([[0.0], np.cumsum(weights[order])])
    line = {"color": colour, "dash": dash, "width": 2, "shape": "hv"}
    figure.add_trace(
        go.Scatter(x=hours, y=np.append(values[order], values[order][-1]), name=name, mode="lines", line=line)
    )


def _axis(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Any], dict[str, Any]]:
    """Rows, their places on the axis, and its ticks.

    Chosen days stand one after another, with a gap between them: what does not follow is no line. The last value of
    a day is drawn to its end.
    """
    times = rows.time
    if not pd.api.types.is_datetime64_any_dtype(times):
        return rows, list(range(len(rows))), {}
    steps = times.diff().dropna()
    if steps.empty or (steps == steps.iloc[0]).all():
        return rows, times.tolist(), {}
    step = steps[steps > pd.Timedelta(0)].min()
    first = np.flatnonzero(np.append(True, (steps != step).to_numpy()))
    last = np.append(first[1:], len(rows)) - 1
    # Each stretch is followed by its last row again, at its end, and by a blank one.
    order = np.concatenate([[*range(a, b + 1), b, b] for a, b in zip(first, last, strict=True)])
    blank = np.cumsum(last - first + 3) - 1
    shown = rows.iloc[order].reset_index(drop=True)
    numbers = shown.select_dtypes("number").columns
    shown[numbers] = shown[numbers].astype(float)
    shown.loc[blank, numbers] = np.nan
    begins = blank - (last - first + 2)
    chosen = slice(None, None, max(1, len(first) // 12))
    texts = rows.time.iloc[first].dt.strftime("%d %b")
    ticks = {"tickvals": begins[chosen].tolist(), "ticktext": texts.iloc[chosen].tolist()}
    return shown, list(range(len(shown))), ticks
