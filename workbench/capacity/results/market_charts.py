"""Figures of prices and lines: what carriers earn, and the network with what its lines carry."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.capacity.results.chart_parts import currency_of
from workbench.capacity.results.saved import CapacityResult
from workbench.charts.figure import headed, new_figure, note_empty
from workbench.charts.palette import carrier_colour
from workbench.data.formatting import INDIA, Style, year_label

_LOADINGS = ((25.0, "#9BA4AC"), (50.0, "#56B4E9"), (75.0, "#E69F00"), (float("inf"), "#D55E00"))
"""Mean use of a line [%] up to which it has a colour."""
_BARE = {"showgrid": False, "zeroline": False}


@headed("yearly values")
def market_value_chart(result: CapacityResult, year: int | None = None, *, style: Style = INDIA) -> go.Figure:
    """Mean price that each carrier gets for what it supplies, and its part of the mean price of all hours."""
    year = result.years[-1] if year is None else year
    rows = _rows_of(result, "market_values", year)
    figure = new_figure(
        f"Market values in {year_label(year, style)}", f"Market value [{currency_of(result)}/MWh]", "Carrier"
    )
    if rows.empty:
        return note_empty(figure, "No prices: nothing is known of what carriers earn")
    rows = rows[rows.market_value.notna()].sort_values("market_value")
    figure.add_trace(
        go.Bar(
            x=rows.market_value,
            y=[str(carrier) for carrier in rows.carrier],
            orientation="h",
            marker_color=[carrier_colour(str(carrier)) for carrier in rows.carrier],
            text=[f"{rate:,.0f} % of the mean price" if rate == rate else "" for rate in rows.capture_rate],
            showlegend=False,
        )
    )
    return figure.update_layout(hovermode="closest", height=150 + 28 * len(rows)).update_yaxes(dtick=1)


@headed("yearly values")
def network_map(result: CapacityResult, year: int | None = None, *, style: Style = INDIA) -> go.Figure:
    """Buses coloured by price and sized by load; lines coloured by their use, an arrow where more flows."""
    year = result.years[0] if year is None else year
    buses = result.table("buses")
    rows = buses[buses.year == year].set_index("bus")
    schematic = len(rows) > 1 and float(np.ptp(rows[["x", "y"]].to_numpy(dtype=float), axis=0).max()) == 0
    titles = ("", "") if schematic else ("Longitude or x", "Latitude or y")
    figure = new_figure(f"Network in {year_label(year, style)}", *titles)
    if len(rows) < 2:
        return note_empty(figure, "One bus: there is no network to draw")
    if schematic:
        angle = 2 * np.pi * np.arange(len(rows)) / len(rows)
        rows = rows.assign(x=np.cos(angle), y=np.sin(angle))
        words = "No coordinates: the buses stand on a circle."
        figure.add_annotation(text=words, xref="paper", yref="paper", x=0, y=1.04, showarrow=False)
        figure.update_xaxes(showticklabels=False).update_yaxes(showticklabels=False)
    _add_lines(figure, result, year, rows)
    _add_buses(figure, result, rows)
    figure.update_layout(hovermode="closest")
    return figure.update_yaxes(scaleanchor="x", **_BARE).update_xaxes(**_BARE)


def _rows_of(result: CapacityResult, name: str, year: int) -> pd.DataFrame:
    """Rows of a table in a year; none of a result that was saved before there was that table."""
    table = result.tables.get(name)
    return pd.DataFrame() if table is None or table.empty else table[table.year == year]


def _add_lines(figure: go.Figure, result: CapacityResult, year: int, rows: pd.DataFrame) -> None:
    lines = _rows_of(result, "transmission", year)
    if lines.empty:
        return
    lines = lines[lines.bus0.isin(rows.index) & lines.bus1.isin(rows.index) & (lines.capacity > 1e-3)]
    east, north = (
        dict(zip(map(str, rows.index), map(float, rows[axis]), strict=True)) for axis in ("x", "y")
    )
    low = 0.0
    for high, colour in _LOADINGS:
        chosen = lines[(lines.loading >= low) & (lines.loading < high)]
        xs: list[float | None] = []
        ys: list[float | None] = []
        for line in chosen.itertuples():
            ends = [str(line.bus0), str(line.bus1)]
            xs += [*(east[bus] for bus in ends), None]
            ys += [*(north[bus] for bus in ends), None]
        label = f"used {low:.0f} to {high:.0f} %" if np.isfinite(high) else f"used more than {low:.0f} %"
        if len(chosen):
            figure.add_trace(
                go.Scatter(
                    x=xs, y=ys, mode="lines", line={"color": colour, "width": 3}, name=label, hoverinfo="skip"
                )
            )
            figure.add_trace(_arrows(chosen, rows, colour))
        low = high


def _arrows(lines: pd.DataFrame, rows: pd.DataFrame, colour: str) -> go.Scatter:
    """An arrow in the middle of each line, towards where more energy goes."""
    start, end = (np.column_stack([rows.x[lines[bus]], rows.y[lines[bus]]]) for bus in ("bus0", "bus1"))
    forward = (lines.forward >= lines.back).to_numpy()
    way = np.where(forward[:, None], end - start, start - end)
    words = [
        f"{line.name} ({line.bus0} to {line.bus1}): {line.forward:,.0f} GWh there, {line.back:,.0f} back<br>"
        f"{line.capacity:,.0f} MW, used {line.loading:.0f} %, full in {line.full_hours:,.0f} h"
        for line in lines.itertuples(index=False)
    ]
    middle = (start + end) / 2
    return go.Scatter(
        x=middle[:, 0],
        y=middle[:, 1],
        mode="markers",
        # The angle of a marker is counted clockwise from the top.
        marker={
            "symbol": "arrow",
            "size": 18,
            "color": colour,
            "angle": np.degrees(np.arctan2(way[:, 0], way[:, 1])),
        },
        text=words,
        hoverinfo="text",
        showlegend=False,
    )


def _add_buses(figure: go.Figure, result: CapacityResult, rows: pd.DataFrame) -> None:
    largest = float(rows.load.max()) or 1.0
    marker: dict[str, Any] = {
        "size": 6 + 20 * np.sqrt(rows.load.clip(lower=0) / largest),
        "line": {"width": 0.5, "color": "#1F2933"},
    }
    if rows.price.notna().any():
        marker |= {
            "color": rows.price,
            "colorscale": "Cividis",
            "colorbar": {"title": {"text": f"Price [{currency_of(result)}/MWh]"}, "len": 0.75, "y": 0.4},
        }
    prices = [f", {price:,.0f} {currency_of(result)}/MWh" if price == price else "" for price in rows.price]
    text = [
        f"{bus}: {load:,.0f} GWh{price}" for (bus, load), price in zip(rows.load.items(), prices, strict=True)
    ]
    few = len(rows) <= 15
    figure.add_trace(
        go.Scatter(
            x=rows.x,
            y=rows.y,
            mode="markers+text" if few else "markers",
            marker=marker,
            text=list(map(str, rows.index)) if few else None,
            textposition="top center",
            hovertext=text,
            hoverinfo="text",
            showlegend=False,
        )
    )
