"""Figures of a report: history with forecast, parts, bridges, accuracy. Amounts carry the file's currency."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from workbench.charts.figure import add_band, add_line, headed, new_figure, note_empty
from workbench.charts.palette import HISTORY, nth_colour, nth_dash
from workbench.charts.repeated import join
from workbench.finance.results.figures.figure_style import FORECAST_COLOUR, legend_below
from workbench.finance.results.saved import FinanceResult

__all__ = [
    "accuracy_chart",
    "bridge_chart",
    "forecast_chart",
    "measure_chart",
    "parts_chart",
    "small_forecasts_chart",
]

YEARS_SHOWN = 6
MAX_LINES = 8


@headed()
def forecast_chart(result: FinanceResult, figure: str, dimension: str = "", entity: str = "") -> go.Figure:
    """Draw a figure's history and forecast with its interval, of the company or of one part."""
    history = _of(result.table("history"), figure, dimension, entity)
    ahead = _of(result.table("forecasts"), figure, dimension, entity)
    unit = result.unit(figure)
    name = f"{result.title(figure)}: {entity}" if entity else result.title(figure)
    chart = new_figure(name, "Period", f"{result.title(figure)} [{unit}]")
    if not len(history):
        return note_empty(chart, "There are no figures to show.")
    recent = history[history.period >= history.period.max() - pd.DateOffset(years=YEARS_SHOWN)]
    hover = f"%{{y:,.2f}} {unit}"
    whole = _with_gaps(recent[~recent.partial.astype(bool)], result)
    add_line(chart, whole.index, whole, "history", HISTORY, hover=hover)
    partial = recent[recent.partial.astype(bool)]
    if len(partial):
        marker = {"symbol": "circle-open", "size": 9, "color": HISTORY}
        chart.add_trace(
            go.Scatter(x=partial.period, y=partial.value, mode="markers", name="partial sum", marker=marker)
        )
    if len(ahead):
        add_band(chart, ahead.period, ahead.lower, ahead.upper, f"{result.config.level:g} % interval")
        join(chart, whole.index, whole, ahead.period, ahead.forecast, FORECAST_COLOUR)
        add_line(chart, ahead.period, ahead.forecast, "forecast", FORECAST_COLOUR, dash="dash", hover=hover)
    return legend_below(chart)


def _with_gaps(known: pd.DataFrame, result: FinanceResult) -> pd.Series:
    """Give values by period, nan in those that are missing, so that no line is drawn across them."""
    values = known.set_index("period").value.sort_index()
    if not len(values):
        return values
    step = result.months_a_period
    return values.reindex(pd.date_range(values.index[0], values.index[-1], freq=f"{step}MS", unit="s"))


@headed()
def small_forecasts_chart(result: FinanceResult, figures: Sequence[str]) -> go.Figure:
    """Draw several figures of the company side by side, each with its forecast."""
    from plotly.subplots import make_subplots

    rows = max(1, -(-len(figures) // 2))
    titles = [f"{result.title(name)} [{result.unit(name)}]" for name in figures]
    chart = make_subplots(
        rows, 2, subplot_titles=titles, vertical_spacing=0.32 / rows, horizontal_spacing=0.1
    )
    for place, figure in enumerate(figures):
        where = {"row": place // 2 + 1, "col": place % 2 + 1}
        for trace in forecast_chart(result, figure).data:
            trace.showlegend = False
            chart.add_trace(trace, **where)
    base = new_figure("Other figures: history and forecast", "", "")
    chart.update_layout(
        template=base.layout.template, title=base.layout.title, height=90 + 210 * rows, margin_b=48
    )
    chart.update_annotations(font={"size": 12})
    return chart


@headed()
def parts_chart(result: FinanceResult, figure: str, dimension: str) -> go.Figure:
    """Draw a figure of every part of a dimension: the last two years and the forecasts."""
    unit = result.unit(figure)
    chart = new_figure(f"{result.title(figure)} by {dimension}", "Period", f"{result.title(figure)} [{unit}]")
    tables = [result.table(name) for name in ("history", "forecasts")]
    history, ahead = (t[(t.figure == figure) & (t.dimension == dimension)] for t in tables)
    if not len(history):
        return note_empty(chart, f"There is no {result.title(figure).lower()} by {dimension}.")
    start = history.period.max() - pd.DateOffset(months=23)
    sizes = history[history.period >= start].groupby("entity").value.sum().abs().sort_values(ascending=False)
    hover = f"%{{y:,.2f}} {unit}"
    for place, entity in enumerate(sizes.index[:MAX_LINES]):
        past = history[(history.entity == entity) & (history.period >= start)].sort_values("period")
        own = nth_colour(place)
        add_line(chart, past.period, past.value, str(entity), own, hover=hover, legendgroup=str(entity))
        future = ahead[ahead.entity == entity]
        if len(future):
            joined = pd.concat(
                [past[["period", "value"]].tail(1), future.rename(columns={"forecast": "value"})]
            )
            name = f"{entity}, forecast"
            add_line(
                chart,
                joined.period,
                joined.value,
                name,
                own,
                dash="dot",
                hover=hover,
                legendgroup=str(entity),
                showlegend=False,
            )
    if len(sizes) > MAX_LINES:
        chart.update_layout(title_text=f"{result.title(figure)} by {dimension}, the {MAX_LINES} largest")
    return legend_below(chart)


@headed()
def bridge_chart(result: FinanceResult, bridge: str, window: str) -> go.Figure:
    """Draw a bridge as a waterfall; ``window`` is the later span, as text."""
    table = result.table("bridges")
    rows = table[(table.bridge == bridge) & (table.window == window)].sort_values("place")
    figure = str(rows.figure.iloc[0]) if len(rows) else "revenue"
    unit = result.unit(figure)
    chart = new_figure(_bridge_title(result, bridge, figure), "", f"{result.title(figure)} [{unit}]")
    if not len(rows):
        return note_empty(chart, "There is no such bridge.")
    ends = [place in (0, len(rows) - 1) for place in range(len(rows))]
    names = [
        result.title(part) if bridge.endswith("by item") and not end else part
        for part, end in zip(rows.part, ends, strict=True)
    ]
    texts = [_short(value, not end) for value, end in zip(rows.amount, ends, strict=True)]
    chart.add_trace(
        go.Waterfall(
            x=[_broken(name) for name in names],
            y=rows.amount,
            measure=["absolute", *["relative"] * (len(rows) - 2), "total"],
            text=texts,
            textposition="outside",
            cliponaxis=False,
            increasing={"marker": {"color": nth_colour(2)}},
            decreasing={"marker": {"color": nth_colour(5)}},
            totals={"marker": {"color": HISTORY}},
            connector={"line": {"width": 1, "color": HISTORY}},
            hovertemplate=f"%{{x}}: %{{y:,.2f}} {unit}<extra></extra>",
            showlegend=False,
        )
    )
    _zoom(chart, rows.amount.tolist())
    return chart


@headed()
def accuracy_chart(result: FinanceResult, figures: list[str] | None = None) -> go.Figure:
    """Draw the error of every method, and of what was chosen at each origin, for each figure of the company."""
    table = result.table("accuracy")
    table = table[(table.dimension == "") & table.wape.notna() & (table.figure != "other_items")]
    chart = new_figure(
        "Error of each method at earlier dates", "Figure", "Error, share of the actual amounts (WAPE) [%]"
    )
    if figures is not None:
        table = table[table.figure.isin(figures)]
    if not len(table):
        return note_empty(chart, "There are too few periods to measure any error.")
    for place, method in enumerate(dict.fromkeys(table.method)):
        rows = table[table.method == method]
        chart.add_trace(
            go.Bar(
                x=[_broken(result.title(name)) for name in rows.figure],
                y=rows.wape,
                name="chosen at each origin" if method == "chosen" else method,
                marker={"color": nth_colour(place)},
                hovertemplate="%{y:.1f} %",
            )
        )
    return legend_below(chart, rows=3)


@headed()
def measure_chart(result: FinanceResult, measures: list[str], span: str = "rolling 12 months") -> go.Figure:
    """Draw measures with the same unit over time, for the company."""
    table = result.table("measures")
    table = table[
        (table.span == span) & (table.dimension == "") & table.measure.isin(measures) & table.value.notna()
    ]
    table = table[~table.partial.astype(bool)]
    units = list(dict.fromkeys(table.unit))
    unit = (result.currency if units[0] == "currency" else units[0]) if units else ""
    chart = new_figure(f"Measures, {span}", "Period", f"Value [{unit}]" if unit else "Value")
    if not len(table):
        return note_empty(chart, "None of these measures is available.")
    table = table[table.period >= table.period.max() - pd.DateOffset(years=YEARS_SHOWN)]
    for place, measure in enumerate(dict.fromkeys(table.measure)):
        rows = table[table.measure == measure].sort_values("period")
        add_line(
            chart,
            rows.period,
            rows.value,
            str(rows.title.iloc[0]),
            nth_colour(place),
            dash=nth_dash(place),
            hover=f"%{{y:,.2f}} {unit}",
        )
    return legend_below(chart)


def _of(table: pd.DataFrame, figure: str, dimension: str, entity: str) -> pd.DataFrame:
    return table[(table.figure == figure) & (table.dimension == dimension) & (table.entity == entity)]


def _bridge_title(result: FinanceResult, bridge: str, figure: str) -> str:
    return result.title(figure) + bridge.removeprefix(figure)


def _broken(name: str) -> str:
    """Break a long name into two lines, so that names beside each other stay apart."""
    words = name.split()
    if len(name) <= 14 or len(words) < 2:
        return name
    half = min(range(1, len(words)), key=lambda cut: abs(len(" ".join(words[:cut])) - len(name) / 2))
    return f"{' '.join(words[:half])}<br>{' '.join(words[half:])}"


def _short(value: float, signed: bool) -> str:
    for size, letter in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:{'+' if signed else ''}.1f} {letter}"
    return f"{value:{'+' if signed else ''}.0f}"


def _zoom(chart: go.Figure, amounts: list[float]) -> None:
    """Begin the axis near the lowest step when all bars are far above zero: the parts are what matters."""
    levels = [amounts[0]]
    for amount in amounts[1:-1]:
        levels.append(levels[-1] + amount)
    low, high = min(*levels, amounts[-1]), max(*levels, amounts[-1])
    if low > 0 and (high - low) < 0.5 * high:
        span = max(high - low, 0.02 * high)
        chart.update_yaxes(range=[max(0.0, low - 0.6 * span), high + 0.25 * span])
        chart.add_annotation(
            text="axis does not begin at 0",
            xref="paper",
            yref="paper",
            x=1,
            y=1.02,
            showarrow=False,
            font={"size": 11},
        )
