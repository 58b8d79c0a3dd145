"""Answers by fuel, hour, band or day as figures: bars, profiles, curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from workbench.charts.palette import nth_colour, nth_dash
from workbench.market.model.answer import Answer
from workbench.market.queries.evening_peak import DAY
from workbench.market.queries.generation import CHARGING, DEMAND, NET_IMPORTS
from workbench.market.queries.scope import HOUR
from workbench.market.results.charts import NOTHING
from workbench.market.results.figure_style import (
    empty_figure,
    fuel_colour,
    has_numbers,
    ink,
    mark_lacking,
    new_figure,
    numbers_of,
)

if TYPE_CHECKING:
    from workbench.charts import Theme

MAX_BARS = 30
_BAND_COLOURS = ("#56B4E9", "#CFE8D5", "#9AD0B0", "#F0E442", "#E69F00", "#D55E00", "#A0204C", "#5B0E2D")


def bars_chart(answer: Answer, value: str, *, by_fuel: bool = False, theme: Theme = "light") -> go.Figure:
    """Draw one column as horizontal bars, the first row on top; of many rows the first so many.

    A bar whose row lacks some readings is hatched.

    Parameters
    ----------
    answer
        Its first column names the bars.
    value
        Which column is drawn.
    by_fuel
        Give the bars the colours of fuels.
    theme
        Light or dark.
    """
    if not has_numbers(answer, [value]):
        return empty_figure(answer, NOTHING, theme)
    shown = answer.rows(slice(0, MAX_BARS))
    figure = new_figure(answer, "", theme)
    names = [str(name) for name in shown.columns[0].cells]
    column = shown.column(value)
    colours = [fuel_colour(name) for name in names] if by_fuel else nth_colour(0)
    digits = ",.2f" if column.unit.endswith("/MWh") else ",.4~g" if column.unit == "%" else ",.0f"
    figure.add_trace(
        go.Bar(
            x=column.cells,
            y=names,
            orientation="h",
            marker={"color": colours, "pattern": {"shape": ["/" if share else "" for share in shown.lacks]}},
            name=value,
            customdata=[f", lacks {share:.2g} %" if share else "" for share in shown.lacks],
            hovertemplate=f"%{{y}}: %{{x:{digits}}} {column.unit}%{{customdata}}<extra></extra>",
        )
    )
    more = f", the first {MAX_BARS} of {len(answer)}" if len(answer) > MAX_BARS else ""
    figure.update_yaxes(autorange="reversed", title=answer.columns[0].name, type="category")
    figure.update_xaxes(title=f"{column.header}{more}", separatethousands=True)
    # Each bar has its name, and the heading and the axis their room.
    height = max(300, 230 + 22 * len(names))
    figure.update_yaxes(dtick=1)
    return figure.update_layout(hovermode="closest", height=height, showlegend=False, margin={"b": 60})


def hours_chart(answer: Answer, y_title: str, *, by_fuel: bool = False, theme: Theme = "light") -> go.Figure:
    """Draw profiles over the hours of the day.

    Parameters
    ----------
    answer
        Of one of the queries by time of day.
    y_title
        With unit.
    by_fuel
        Stack the columns as areas in the colours of fuels instead of drawing lines.
    theme
        Light or dark.
    """
    names = numbers_of(answer, HOUR)
    if not names or not has_numbers(answer, names):
        return empty_figure(answer, NOTHING, theme)
    figure = new_figure(answer, y_title, theme)
    for position, name in enumerate(names):
        colour = fuel_colour(name.removesuffix(CHARGING).strip()) if by_fuel else nth_colour(position)
        style = (
            {"stackgroup": "taken" if name.endswith(CHARGING) else "given", "fillcolor": colour}
            if by_fuel
            else {}
        )
        line = {
            "color": colour,
            "shape": "hv",
            "width": 0 if by_fuel else 2,
            "dash": "solid" if by_fuel else nth_dash(position),
        }
        values = answer[name]
        unit = answer.column(name).unit
        figure.add_trace(
            go.Scatter(
                x=np.append(answer["Hour"], 24.0),
                y=np.append(values, values[-1]),
                name=f"{name.split()[0]} {CHARGING}" if name.endswith(CHARGING) else name,
                mode="lines",
                line=line,
                hovertemplate=f"%{{y:,.1f}} {unit}",
                **style,
            )
        )
    mark_lacking(figure, answer, answer[HOUR], theme)
    ticks = list(range(0, 25, 3))
    return figure.update_xaxes(
        title="Hour of the day (begin)",
        tickvals=ticks,
        ticktext=[f"{hour:02d}:00" for hour in ticks],
        range=[0, 24],
    )


def bands_chart(answer: Answer, value: str = "Share", *, theme: Theme = "light") -> go.Figure:
    """Draw price bands as one stacked bar per region.

    Parameters
    ----------
    answer
        Of :func:`workbench.market.queries.price_bands`.
    value
        ``Share`` of the time, or ``Contribution`` to the mean price.
    theme
        Light or dark.
    """
    if not has_numbers(answer, [value]):
        return empty_figure(answer, NOTHING, theme)
    figure = new_figure(answer, "Region", theme)
    column = answer.column(value)
    bands = list(dict.fromkeys(answer["Band"].tolist()))
    for place, band in enumerate(bands):
        rows = answer["Band"] == band
        figure.add_trace(
            go.Bar(
                x=np.nan_to_num(column.cells[rows]),
                y=answer["Region"][rows].tolist(),
                orientation="h",
                name=band,
                marker_color=_BAND_COLOURS[place % len(_BAND_COLOURS)],
                hovertemplate=f"%{{x:,.1f}} {column.unit}",
            )
        )
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(title=column.header)
    return figure.update_layout(barmode="relative", hovermode="y unified")


def duration_chart(answer: Answer, *, theme: Theme = "light") -> go.Figure:
    """Draw price duration curves on a scale that shows ordinary prices and spikes alike.

    Parameters
    ----------
    answer
        Of :func:`workbench.market.queries.price_duration`.
    theme
        Light or dark.
    """
    names = [column.name for column in answer.columns[1:]]
    if not has_numbers(answer, names):
        return empty_figure(answer, NOTHING, theme)
    unit = answer.columns[1].unit
    figure = new_figure(answer, f"Price, compressed scale [{unit}]", theme)
    for position, name in enumerate(names):
        prices = answer[name]
        figure.add_trace(
            go.Scatter(
                x=answer["Share of time"],
                y=np.arcsinh(prices / _LINEAR),
                customdata=prices,
                name=name,
                mode="lines",
                line={"color": nth_colour(position), "dash": nth_dash(position)},
                hovertemplate=f"%{{customdata:,.2f}} {unit}",
            )
        )
    seen = np.concatenate([answer[name] for name in names])
    low, high = np.nanmin(seen), np.nanmax(seen)
    ticks = [tick for tick in _TICKS if low - 1 <= tick <= high * 1.2 + 50]
    figure.update_yaxes(
        tickvals=np.arcsinh(np.array(ticks) / _LINEAR).tolist(), ticktext=[f"{tick:,}" for tick in ticks]
    )
    return figure.update_xaxes(title="Share of time at or above the price [%]", range=[0, 100])


_LINEAR = 50.0
_TICKS = (-1000, -300, -100, -50, 0, 25, 50, 100, 200, 300, 500, 1000, 3000, 10000, 20000)


def evening_chart(answer: Answer, *, theme: Theme = "light") -> go.Figure:
    """Draw what met the evening peak as one stacked bar per day, and the demand as a line.

    Parameters
    ----------
    answer
        Of :func:`workbench.market.queries.evening_peak`.
    theme
        Light or dark.
    """
    names = numbers_of(answer, DEMAND, "Price")
    if not names or not has_numbers(answer, names):
        return empty_figure(answer, NOTHING, theme)
    figure = new_figure(answer, "Mean power [MW]", theme)
    days = answer[DAY].astype("datetime64[ms]")
    for name in names:
        colour = fuel_colour("import" if name == NET_IMPORTS else name)
        figure.add_trace(
            go.Bar(x=days, y=answer[name], name=name, marker_color=colour, hovertemplate="%{y:,.0f} MW")
        )
    line = {"color": ink(theme), "dash": "dot", "width": 1.6}
    figure.add_trace(
        go.Scatter(
            x=days, y=answer[DEMAND], name=DEMAND, mode="lines", line=line, hovertemplate="%{y:,.0f} MW"
        )
    )
    mark_lacking(figure, answer, days, theme)
    return figure.update_layout(barmode="relative", bargap=0.1).update_xaxes(title="Day", type="date")


def comparison_chart(answer: Answer, before: str, now: str, *, theme: Theme = "light") -> go.Figure:
    """Draw two columns of a comparison beside each other for each fuel.

    Parameters
    ----------
    answer
        Of :func:`workbench.market.queries.comparison`.
    before, now
        Names of the columns, of the same unit.
    theme
        Light or dark.
    """
    if not has_numbers(answer, [before, now]):
        return empty_figure(answer, NOTHING, theme)
    column = answer.column(now)
    figure = new_figure(answer, column.header, theme)
    fuels = [str(name) for name in answer["Fuel"]]
    for name, colour, pattern in ((before, "#A0A7AD", "/"), (now, nth_colour(0), "")):
        figure.add_trace(
            go.Bar(
                x=fuels,
                y=answer[name],
                name=name,
                marker={"color": colour, "pattern": {"shape": pattern}},
                hovertemplate=f"%{{y:,.2f}} {column.unit}",
            )
        )
    return figure.update_layout(barmode="group").update_xaxes(title="Fuel", type="category")
