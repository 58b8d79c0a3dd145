"""What all figures of market data share: colours of fuels and regions, time axes, missing stretches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from workbench.charts.figure import head, narrow_head, note_empty
from workbench.charts.figure import new_figure as plain_figure
from workbench.charts.palette import INK, carrier_colour
from workbench.charts.time_bands import shade_nights_and_weekends
from workbench.market.definitions.energy import Floats
from workbench.market.model.answer import LACKS, Answer
from workbench.market.queries.scope import BEGIN, END
from workbench.market.results.thinning import MAX_POINTS

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.charts import Theme

FUEL_CARRIERS = {
    "water": "hydro",
    "ccgt": "gas",
    "ocgt": "diesel",
    "gas other": "hydrogen",
    "battery storage": "battery",
    "net imports": "import",
    "other": "lignite",
}
"""Fuels of market data whose name is not the name of a carrier -> the carrier whose colour they take."""

MAX_MARKS = 400
"""Rows that a figure marks as lacking readings."""
TIME_HOVER = "%a %d %b %Y %H:%M"


def new_figure(answer: Answer, y_title: str, theme: Theme = "light") -> go.Figure:
    """Give an empty figure in the house style, with the answer's subject as title and its scope below."""
    figure = plain_figure("", "", y_title, theme).update_layout(
        title_text=answer.heading.title,
        height=480,
        margin={"l": 56, "r": 16, "t": 70, "b": 110},
        hovermode="x unified",
        # Narrow columns, so that a long legend leaves room for the figure on a narrow page.
        legend={"entrywidth": 92, "entrywidthmode": "pixels", "font": {"size": 11}},
    )
    heading = answer.heading
    if BEGIN in answer and len(answer) > MAX_POINTS:
        heading = heading.of(resolution=f"{heading.resolution}, thinned to {MAX_POINTS:,} points")
    return head(figure, heading)


def for_narrow_page(figure: go.Figure) -> go.Figure:
    """Give a figure a legend in two columns below, and the height that leaves the drawing its own."""
    figure = narrow_head(figure)
    entries = sum(trace.showlegend is not False for trace in figure.data)
    if figure.layout.showlegend is False or entries < 2:
        return figure.update_layout(margin={"l": 44})
    legend = {"xref": "container", "entrywidth": 0.58, "entrywidthmode": "fraction", "font": {"size": 10}}
    return figure.update_layout(
        legend=legend, height=figure.layout.height + 10 * entries - 120, margin={"l": 44, "r": 12}
    )


def fuel_colour(name: str) -> str:
    """Colour of a fuel, the one that its carrier has everywhere."""
    return carrier_colour(FUEL_CARRIERS.get(name.casefold(), name))


def ink(theme: Theme) -> str:
    """Colour of lines of totals: demand, totals."""
    return INK[theme]


def steps_of(answer: Answer, chosen: Any = slice(None)) -> dict[str, Any]:
    """Places of a trace: the begin of each chosen bin and the end of the last, where steps of a series change.

    Even steps are written as a first place and a distance, a twentieth of what a page would have to load.
    """
    begins, ends = answer[BEGIN][chosen], answer[END][chosen]
    times = np.append(begins, ends[-1:]).astype("datetime64[ms]")
    distances = np.diff(times)
    if len(distances) and (distances == distances[0]).all():
        return {"x0": str(times[0]), "dx": int(distances[0].astype(np.int64))}
    return {"x": times}


def held(values: Floats) -> Floats:
    """Repeat the last value, so that the last step has a width; in the precision of a screen."""
    made: Floats = np.append(values, values[-1:]).astype(np.float32)
    return made


def numbers_of(answer: Answer, *others: str) -> list[str]:
    """Name the columns of numbers that are drawn: not the times, what rows lack, or those named."""
    left_out = (BEGIN, END, LACKS, *others)
    return [
        column.name for column in answer if column.cells.dtype.kind == "f" and column.name not in left_out
    ]


def mark_lacking(figure: go.Figure, answer: Answer, x: NDArray[Any], theme: Theme = "light") -> go.Figure:
    """Mark on the zero line the rows whose numbers lack some readings, with how much; of many the largest shares.

    Parameters
    ----------
    figure
        The figure.
    answer
        What it shows.
    x
        Place of each row.
    theme
        Light or dark.
    """
    lacks = answer.lacks
    rows = np.flatnonzero(lacks)
    if len(rows) > MAX_MARKS:
        rows = np.sort(rows[np.argsort(-lacks[rows], kind="stable")[:MAX_MARKS]])
    if len(rows):
        figure.add_scatter(
            x=x[rows],
            y=np.zeros(len(rows)),
            name="lacks readings",
            mode="markers",
            marker={"symbol": "triangle-up-open", "size": 7, "color": INK[theme]},
            customdata=lacks[rows],
            hovertemplate="%{customdata:.2g} % missing",
        )
    return figure


def time_axis(figure: go.Figure, answer: Answer, clock: str, theme: Theme = "light") -> go.Figure:
    """Label the x axis with market time, shade what is missing and mark what lacks a part.

    Parameters
    ----------
    figure
        The figure.
    answer
        With columns ``Begin`` and ``End``.
    clock
        Name of the market's time, such as ``UTC+10:00``.
    theme
        Light or dark.
    """
    tint = shade_nights_and_weekends(figure, answer[BEGIN][0], answer[END][-1]) if len(answer) else ""
    title = f"Begin of interval [{clock}]{f'<br>{tint}' if tint else ''}"
    figure.update_xaxes(title=title, hoverformat=TIME_HOVER, type="date")
    middles = answer[BEGIN] + (answer[END] - answer[BEGIN]) / 2
    mark_lacking(figure, answer, middles.astype("datetime64[ms]"), theme)
    for begin, end in missing_stretches(answer):
        figure.add_vrect(
            x0=str(begin), x1=str(end), fillcolor="#7F7F7F", opacity=0.18, line_width=0, layer="below"
        )
    return figure


def missing_stretches(answer: Answer, limit: int = 60) -> list[tuple[Any, Any]]:
    """Find the stretches in which every number of an answer is missing; at most so many, the longest."""
    numbers = [answer[name] for name in numbers_of(answer)]
    if not numbers:
        return []
    empty = np.logical_and.reduce([np.isnan(cells) for cells in numbers])
    changes = np.flatnonzero(np.diff(np.concatenate(([False], empty, [False])).astype(int)))
    found = [
        (answer[BEGIN][first], answer[END][after - 1]) for first, after in changes.reshape(-1, 2).tolist()
    ]
    return sorted(found, key=lambda pair: pair[0] - pair[1])[:limit]


def empty_figure(answer: Answer, sentence: str, theme: Theme = "light") -> go.Figure:
    """Give a figure that says why there is nothing to see."""
    return note_empty(new_figure(answer, "", theme), sentence)


def has_numbers(answer: Answer, names: Sequence[str]) -> bool:
    """Tell whether any of these columns holds a number."""
    return len(answer) > 0 and any(bool((~np.isnan(answer[name])).any()) for name in names)
