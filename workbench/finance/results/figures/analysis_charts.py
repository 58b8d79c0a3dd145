"""Figures of what stands out and of what-if scenarios."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from workbench.charts.figure import add_band, add_line, headed, new_figure, note_empty
from workbench.charts.palette import HISTORY, nth_colour
from workbench.finance.results.figures.figure_style import FORECAST_COLOUR, legend_below
from workbench.finance.results.saved import FinanceResult

__all__ = ["events_chart", "tornado_chart", "what_if_chart"]


@headed()
def events_chart(result: FinanceResult, figure: str, dimension: str = "", entity: str = "") -> go.Figure:
    """Draw a series with the range that trend and season let expect, and the periods that lie outside of it."""
    table = result.table("expected")
    rows = table[(table.figure == figure) & (table.dimension == dimension) & (table.entity == entity)]
    unit = result.unit(figure)
    name = f"{result.title(figure)}: {entity}" if entity else result.title(figure)
    chart = new_figure(f"{name}, and what was to be expected", "Period", f"{result.title(figure)} [{unit}]")
    if not len(rows):
        return note_empty(chart, "There are too few periods to tell what was to be expected.")
    rows = rows.sort_values("period")
    add_band(chart, rows.period, rows.low, rows.high, "expected range")
    hover = f"%{{y:,.2f}} {unit}"
    lines = [
        ("expected", rows.expected, FORECAST_COLOUR, "dot"),
        ("given", rows.value, HISTORY, "solid"),
    ]
    for title, values, line_colour, line_dash in lines:
        add_line(chart, rows.period, values, title, line_colour, dash=line_dash, hover=hover)
    out = rows[rows.outlying.astype(bool)]
    marker = {"color": nth_colour(5), "size": 10, "symbol": "diamond"}
    chart.add_trace(
        go.Scatter(
            x=out.period, y=out.value, name="outside", mode="markers", marker=marker, hovertemplate=hover
        )
    )
    _mark_levels(chart, result, figure, dimension, entity)
    return legend_below(chart)


def _mark_levels(chart: go.Figure, result: FinanceResult, figure: str, dimension: str, entity: str) -> None:
    events = result.table("events")
    mine = (events.figure == figure) & (events.dimension == dimension) & (events.entity == entity)
    for first in events[mine & (events.kind == "new level")]["first"]:
        chart.add_vline(
            x=pd.Timestamp(first).timestamp() * 1000,
            line={"color": nth_colour(5), "dash": "dash", "width": 1},
        )
        chart.add_annotation(
            x=first, y=1, yref="paper", text="new level", showarrow=False, yanchor="bottom", font={"size": 11}
        )


@headed()
def what_if_chart(result: FinanceResult, figure: str = "profit") -> go.Figure:
    """Draw a figure of the scenario beside the forecast; profit with the scenario's interval."""
    table = result.table("what_if")
    rows = table[table.figure == figure].sort_values("period")
    unit = result.unit(figure)
    chart = new_figure(
        f"{result.title(figure)}: scenario and forecast", "Period", f"{result.title(figure)} [{unit}]"
    )
    if not len(rows):
        return note_empty(chart, "A what-if needs forecasts of revenue and costs.")
    if rows.lower.notna().any():
        add_band(
            chart, rows.period, rows.lower, rows.upper, f"{result.config.level:g} % interval of the scenario"
        )
    lines = [
        ("forecast", rows.baseline, HISTORY, "solid"),
        ("scenario", rows.scenario, FORECAST_COLOUR, "dash"),
    ]
    for title, values, line_colour, line_dash in lines:
        add_line(chart, rows.period, values, title, line_colour, dash=line_dash, hover=f"%{{y:,.2f}} {unit}")
    return legend_below(chart)


@headed()
def tornado_chart(result: FinanceResult) -> go.Figure:
    """Draw the effect of each driver alone, at its change and at the opposite one."""
    table = result.table("tornado")
    chart = new_figure(
        "Effect of each driver alone", f"Change over all forecast periods [{result.currency}]", ""
    )
    if not len(table):
        return note_empty(chart, "No driver is set.")
    names = [f"{row.driver}<br>({row.measure})" for row in table.itertuples()]
    bars = [("as set", table.effect, nth_colour(0)), ("the opposite", table.opposite, nth_colour(1))]
    for title, values, bar_colour in bars:
        chart.add_trace(
            go.Bar(
                x=values,
                y=names,
                name=title,
                orientation="h",
                marker={"color": bar_colour},
                hovertemplate=f"%{{x:,.2f}} {result.currency}",
            )
        )
    chart.update_layout(barmode="overlay", hovermode="closest", height=220 + 60 * len(table))
    chart.update_xaxes(separatethousands=True).update_yaxes(autorange="reversed")
    return legend_below(chart)
