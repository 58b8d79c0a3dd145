"""The legend of the generation mix: each fuel with energy, share and the price that it met."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from workbench.charts.icons import carrier_icon
from workbench.data.formatting import MISSING, Style, format_number
from workbench.market.definitions.energy import Floats
from workbench.market.model.answer import Answer
from workbench.market.queries.generation import CHARGING, DEMAND, NET_IMPORTS
from workbench.market.queries.scope import BEGIN, END
from workbench.market.results.figure_style import FUEL_CARRIERS
from workbench.ui.figures.legend import LegendRow

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["HEADERS", "mix_rows"]

HEADERS = ("Energy", "Share", "Mean price met")
ICONS = {
    "imports": "import",
    "exports": "import",
    DEMAND.casefold(): "load",
    "ocgt": "gas",
    "gas other": "gas",
}
"""Where the drawing is not that of the carrier whose colour it has."""
NOTHING = ("", "", "")


def mix_rows(
    figure: go.Figure, answer: Answer, totals: Answer, style: Style, hidden: Collection[str]
) -> Sequence[LegendRow]:
    """Give a row for each part of the figure, the top of the stack first.

    Parameters
    ----------
    figure
        Of :func:`workbench.market.results.charts.mix_chart`.
    answer
        What it draws.
    totals
        Of :func:`workbench.market.queries.fuel_totals`, of the same region and period.
    style
        How numbers are written.
    hidden
        Names of the parts that are left out of the figure.
    """
    drawn = [trace for trace in figure.data if trace.name and (trace.stackgroup or trace.name == DEMAND)]
    return [
        LegendRow(trace.name, _icon(trace), _cells(trace.name, answer, totals, style), trace.name in hidden)
        for trace in reversed(drawn)
    ]


def _icon(trace: go.Scatter) -> str:
    name = trace.name.removesuffix(CHARGING).strip()
    colour = "currentColor" if name == DEMAND else trace.fillcolor or trace.line.color
    known = name.casefold()
    return carrier_icon(ICONS.get(known) or FUEL_CARRIERS.get(known, name), colour)


def _cells(name: str, answer: Answer, totals: Answer, style: Style) -> tuple[str, ...]:
    if name == DEMAND:
        return _energy(answer[DEMAND], answer, style), *NOTHING[1:]
    if name in ("Imports", "Exports"):
        net = answer[NET_IMPORTS]
        part = np.maximum(net, 0.0) if name == "Imports" else np.minimum(net, 0.0)
        return _energy(part, answer, style), *NOTHING[1:]
    fuels = [str(fuel) for fuel in totals["Fuel"]]
    if name.endswith(CHARGING):
        first = name.removesuffix(CHARGING).strip()
        place = next((at for at, fuel in enumerate(fuels) if fuel.split()[0] == first), None)
        return NOTHING if place is None else (_number(-totals["Charged"][place], 1, style), *NOTHING[1:])
    if name not in fuels:
        return NOTHING
    place = fuels.index(name)
    shown = (("Energy", 1), ("Share", 1), ("Capture price", 2))
    return tuple(_number(totals[column][place], digits, style) for column, digits in shown)


def _energy(power: Floats, answer: Answer, style: Style) -> str:
    """Write the energy [GWh] of a power [MW]; missing, where some of it is."""
    hours = (answer[END] - answer[BEGIN]) / np.timedelta64(1, "h")
    return _number(float((power * hours).sum()) / 1000.0, 1, style)


def _number(value: float, digits: int, style: Style) -> str:
    return MISSING if value != value else format_number(float(value), decimals=digits, style=style)
