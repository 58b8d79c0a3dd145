"""Answers over time as figures: the generation mix, prices, flows, batteries, curtailment.

Each takes an answer and gives a Plotly figure; series are thinned for the screen, the answer keeps every value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from workbench.charts.palette import nth_colour, nth_dash
from workbench.market.definitions.energy import Floats
from workbench.market.model.answer import Answer
from workbench.market.queries.batteries import CHARGE, DISCHARGE
from workbench.market.queries.flows import FLOW, HIGHEST, LOWEST
from workbench.market.queries.generation import CHARGING, DEMAND, NET_IMPORTS
from workbench.market.queries.renewables.curtailment import SOURCES
from workbench.market.queries.stations import PRICE
from workbench.market.results.figure_style import (
    empty_figure,
    fuel_colour,
    has_numbers,
    held,
    ink,
    new_figure,
    numbers_of,
    steps_of,
    time_axis,
)
from workbench.market.results.thinning import MAX_POINTS, thin

if TYPE_CHECKING:
    from workbench.charts import Theme

NOTHING = "No data in this period"
BATTERY = "#9467BD"


def mix_chart(answer: Answer, clock: str, *, theme: Theme = "light") -> go.Figure:
    """Draw generation by fuel as stacked areas: what is given above zero, what is taken below, demand as a line.

    Parameters
    ----------
    answer
        Of :func:`workbench.market.queries.generation`.
    clock
        Name of the market's time.
    theme
        Light or dark.
    """
    names = numbers_of(answer, DEMAND)
    if not has_numbers(answer, names):
        return empty_figure(answer, NOTHING, theme)
    figure = new_figure(answer, "Mean power [MW]", theme)
    above, below = _above_and_below(answer, names)
    total = np.sum([np.nan_to_num(values) for values in above.values()], axis=0)
    # One choice of points for all areas: stacked on each other they must share their places.
    chosen, x = _drawn(answer, total)
    for group, areas in (("given", above), ("taken", below)):
        for name, values in areas.items():
            _area(figure, x, held(values[chosen]), name, group)
    if DEMAND in answer and has_numbers(answer, [DEMAND]):
        _steps(figure, x, held(answer[DEMAND][chosen]), DEMAND, ink(theme), "MW", dash="dot")
    return time_axis(figure, answer, clock, theme)


def _above_and_below(answer: Answer, names: Sequence[str]) -> tuple[dict[str, Floats], dict[str, Floats]]:
    above: dict[str, Floats] = {}
    below: dict[str, Floats] = {}
    for name in names:
        values = answer[name]
        if name == NET_IMPORTS:
            above["Imports"], below["Exports"] = np.maximum(values, 0.0), np.minimum(values, 0.0)
        elif name.endswith(CHARGING):
            below[name] = values
        else:
            above[name] = values
    return above, below


def _drawn(answer: Answer, values: Floats) -> tuple[NDArray[np.int64], dict[str, Any]]:
    """Choose the rows that a screen shows of these values, and give them with their places."""
    chosen = thin(np.arange(float(len(answer))), values, MAX_POINTS)
    return chosen, steps_of(answer, chosen)


def _area(figure: go.Figure, x: dict[str, Any], y: Floats, name: str, group: str) -> None:
    base = name.removesuffix(CHARGING).strip()
    colour = fuel_colour("import" if name in ("Imports", "Exports") else base)
    line = {"width": 0, "shape": "hv", "color": colour}
    pattern = {"shape": "/", "fgcolor": colour, "bgcolor": "rgba(0,0,0,0)"} if group == "taken" else None
    figure.add_trace(
        go.Scatter(
            **x,
            y=y,
            name=f"{base.split()[0]} {CHARGING}" if name.endswith(CHARGING) else name,
            stackgroup=group,
            line=line,
            fillcolor=colour,
            fillpattern=pattern,
            hovertemplate="%{y:,.0f} MW",
        )
    )


def _steps(
    figure: go.Figure,
    x: dict[str, Any],
    y: Floats,
    name: str,
    colour: str,
    unit: str,
    *,
    dash: str = "solid",
    **more: Any,
) -> None:
    digits = ",.2f" if unit.endswith("/MWh") else ",.1f"
    line = {"width": 1.6, "shape": "hv", "color": colour, "dash": dash}
    figure.add_trace(
        go.Scatter(
            **x, y=y, name=name, mode="lines", line=line, hovertemplate=f"%{{y:{digits}}} {unit}", **more
        )
    )


def lines_chart(
    answer: Answer,
    clock: str,
    y_title: str,
    *,
    names: Sequence[str] = (),
    colours: Mapping[str, str] | None = None,
    theme: Theme = "light",
) -> go.Figure:
    """Draw columns over time as lines, each thinned by itself.

    Parameters
    ----------
    answer
        With ``Begin`` and ``End``.
    clock
        Name of the market's time.
    y_title
        With unit.
    names
        Which columns; all numbers when left out.
    colours
        Of columns that have one of their own.
    theme
        Light or dark.
    """
    names = list(names) or numbers_of(answer)
    if not names or not has_numbers(answer, names):
        return empty_figure(answer, NOTHING, theme)
    figure = new_figure(answer, y_title, theme)
    for position, name in enumerate(names):
        values = answer[name]
        if np.isnan(values).all():
            continue
        chosen, x = _drawn(answer, values)
        own = (colours or {}).get(name)
        dash = "solid" if own or position == 0 else nth_dash(position)
        unit = answer.column(name).unit
        _steps(figure, x, held(values[chosen]), name, own or nth_colour(position), unit, dash=dash)
    return time_axis(figure, answer, clock, theme)


def station_chart(answer: Answer, clock: str, *, theme: Theme = "light") -> go.Figure:
    """Draw the units of a station, and the price of its region on an axis of its own.

    Parameters
    ----------
    answer
        Of :func:`workbench.market.queries.station_series`.
    clock
        Name of the market's time.
    theme
        Light or dark.
    """
    units = numbers_of(answer, PRICE)
    figure = lines_chart(answer, clock, "Mean net power [MW]", names=units, theme=theme)
    if PRICE in answer and figure.data and has_numbers(answer, [PRICE]):
        chosen, x = _drawn(answer, answer[PRICE])
        unit = answer.column(PRICE).unit
        price = held(answer[PRICE][chosen])
        _steps(figure, x, price, PRICE, ink(theme), unit, dash="dot", yaxis="y2", opacity=0.7)
        axis = {
            "title": f"Price [{unit}]",
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
            "tickmode": "auto",
        }
        figure.update_layout(yaxis2=axis, margin={"r": 60})
    return figure


def flow_chart(answer: Answer, clock: str, *, theme: Theme = "light") -> go.Figure:
    """Draw the flow on an interconnector between its limits.

    Parameters
    ----------
    answer
        Of :func:`workbench.market.queries.interconnector_flow`.
    clock
        Name of the market's time.
    theme
        Light or dark.
    """
    limit = "#D55E00"
    figure = lines_chart(
        answer,
        clock,
        "Flow, positive from first to second [MW]",
        names=[FLOW, HIGHEST, LOWEST],
        colours={FLOW: nth_colour(0), HIGHEST: limit, LOWEST: limit},
        theme=theme,
    )
    return figure.for_each_trace(
        lambda trace: trace.update(line={"dash": "dash" if trace.name == HIGHEST else "dot", "width": 1.2}),
        selector=lambda trace: trace.name in (HIGHEST, LOWEST),
    )


def battery_chart(answer: Answer, clock: str, *, theme: Theme = "light") -> go.Figure:
    """Draw what batteries give above zero and what they take below.

    Parameters
    ----------
    answer
        Of :func:`workbench.market.queries.battery_power`.
    clock
        Name of the market's time.
    theme
        Light or dark.
    """
    if not has_numbers(answer, [DISCHARGE, CHARGE]):
        return empty_figure(answer, NOTHING, theme)
    figure = new_figure(answer, "Mean power [MW]", theme)
    chosen, x = _drawn(answer, answer[DISCHARGE] - answer[CHARGE])
    for name, colour in ((DISCHARGE, BATTERY), (CHARGE, nth_colour(1))):
        dash = "solid" if name == DISCHARGE else "dot"
        _steps(figure, x, held(answer[name][chosen]), name, colour, "MW", fill="tozeroy", dash=dash)
    return time_axis(figure, answer, clock, theme)


def curtailment_chart(answer: Answer, clock: str, *, theme: Theme = "light") -> go.Figure:
    """Draw curtailed solar and wind on each other.

    Parameters
    ----------
    answer
        Of :func:`workbench.market.queries.renewables.curtailment`.
    clock
        Name of the market's time.
    theme
        Light or dark.
    """
    names = [f"{source.capitalize()} curtailed" for source in SOURCES]
    if not has_numbers(answer, names):
        return empty_figure(answer, NOTHING, theme)
    figure = new_figure(answer, "Mean curtailed power [MW]", theme)
    total = np.sum([np.nan_to_num(answer[name]) for name in names], axis=0)
    chosen, x = _drawn(answer, total)
    for source, name in zip(SOURCES, names, strict=True):
        _area(figure, x, held(answer[name][chosen]), source.capitalize(), "given")
    return time_axis(figure, answer, clock, theme)


def share_chart(answer: Answer, clock: str, total: str, *, theme: Theme = "light") -> go.Figure:
    """Draw shares of fuels on each other up to 100 %, and the share of all renewables as a line.

    Parameters
    ----------
    answer
        Of :func:`workbench.market.queries.penetration`.
    clock
        Name of the market's time.
    total
        Name of the column that is the line.
    theme
        Light or dark.
    """
    names = numbers_of(answer, total)
    if not names or not has_numbers(answer, names):
        return empty_figure(answer, NOTHING, theme)
    figure = new_figure(answer, "Share of generation [%]", theme)
    chosen, x = _drawn(answer, answer[total])
    for name in names:
        _area(figure, x, held(answer[name][chosen]), name, "given")
    _steps(figure, x, held(answer[total][chosen]), total, "#CC79A7", "%")
    figure.data[-1].line.width = 3
    figure.for_each_trace(lambda trace: trace.update(hovertemplate="%{y:.1f} %"))
    return time_axis(figure.update_yaxes(range=[0, 100]), answer, clock, theme)
