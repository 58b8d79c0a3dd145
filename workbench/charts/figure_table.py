"""A figure as a table: what it shows, for readers of numbers and of screen readers."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import plotly.graph_objects as go

from workbench.charts.repeated import is_repeated

__all__ = ["FigureTable", "figure_table", "point_of"]

MAX_ROWS = 400
MAX_COLUMNS = 32
_CARTESIAN = ("scatter", "scattergl", "bar", "box", "violin", "histogram", "waterfall", "funnel")


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A table with headings and cells as text or numbers; ``rows_in_all`` when it was cut."""

    headers: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    rows_in_all: int

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than these."""
        return self.rows_in_all > len(self.rows)


def figure_table(figure: go.Figure, limit: int = MAX_ROWS) -> FigureTable:
    """Write what a figure shows as a table.

    Traces over the same positions lie side by side, a matrix keeps its two directions, anything else is one row
    for each point.

    Parameters
    ----------
    figure
        The figure.
    limit
        Rows at most.

    Returns
    -------
    FigureTable
        Empty when the figure has nothing that a table could hold.
    """
    shown = [trace for trace in figure.data if trace.visible is not False and not is_repeated(trace)]
    found = (_part(figure, trace) for trace in shown)
    parts = [part for part in found if part is not None and part.keys]
    if not parts:
        return FigureTable((), (), 0)
    first = parts[0]
    same = all(part.keys == first.keys and part.key_header == first.key_header for part in parts)
    if same:
        headers = [first.key_header, *(header for part in parts for header in part.headers)]
        columns: list[Sequence[object]] = [first.keys, *(column for part in parts for column in part.columns)]
        if len(headers) <= MAX_COLUMNS:
            return _cut(headers, list(zip(*columns, strict=True)), limit)
    rows = [
        (header, key, value)
        for part in parts
        for header, column in zip(part.headers, part.columns, strict=True)
        for key, value in zip(part.keys, column, strict=True)
    ]
    headers = list(dict.fromkeys(part.key_header for part in parts))
    return _cut(["Series", " / ".join(headers), "Value"], rows, limit)


def point_of(figure: go.Figure, trace: int, point: int) -> tuple[object, str, tuple[object, ...]] | None:
    """Give what a point shows: its value, what it is a value of, and what tells it apart.

    Parameters
    ----------
    figure
        The figure.
    trace, point
        Numbers from 0; the points of a matrix are counted along its rows.

    Returns
    -------
    value, header, labels
        None when there is no such point.
    """
    part = _part(figure, figure.data[trace]) if 0 <= trace < len(figure.data) else None
    if part is None or not part.columns:
        return None
    row, column = divmod(point, len(part.columns))
    if not 0 <= row < len(part.keys):
        return None
    header, axis = part.headers[column], part.key_header
    value = part.columns[column][row]
    name = figure.data[trace].name
    return (None if value == "" else value), header, (part.keys[row], *([name] if name else []), axis)


@dataclass(frozen=True, slots=True)
class _Part:
    key_header: str
    keys: tuple[object, ...]
    headers: tuple[str, ...]
    columns: tuple[tuple[object, ...], ...]


def _part(figure: go.Figure, trace: Any) -> _Part | None:
    if trace.type in ("heatmap", "contour", "surface") and trace.z is not None:
        return _matrix(figure, trace)
    if trace.type in _CARTESIAN:
        return _points(figure, trace)
    if trace.type in ("pie", "sunburst", "treemap", "funnelarea") and trace.labels is not None:
        return _Part("Part", _plain(trace.labels), (trace.name or "Value",), (_plain(trace.values),))
    if trace.type == "sankey":
        return _flows(trace)
    return None


def _points(figure: go.Figure, trace: Any) -> _Part | None:
    across, up = _plain(trace.x), _plain(trace.y)
    if not across and not up:
        return None
    across = across or tuple(range(len(up)))
    if len(across) != len(up):
        return None
    keys, values, key_axis, axis = across, up, _axis(figure, trace, "x"), _axis(figure, trace, "y")
    # Points beside names, as of a dot plot: the numbers are across.
    named = (
        bool(up)
        and all(isinstance(cell, str) for cell in up)
        and not any(isinstance(cell, str) for cell in across)
    )
    if getattr(trace, "orientation", None) == "h" or (named and trace.type in ("scatter", "scattergl")):
        keys, values, key_axis, axis = values, keys, axis, key_axis
    return _Part(key_axis or "Position", keys, (_named(trace.name, axis),), (values,))


def _matrix(figure: go.Figure, trace: Any) -> _Part:
    values = np.asarray(trace.z, dtype=object)
    rows, columns = values.shape
    down = _plain(trace.y) or tuple(range(rows))
    across = _plain(trace.x) or tuple(range(columns))
    bar = getattr(trace, "colorbar", None)
    unit = "" if bar is None or bar.title is None else str(bar.title.text or "")
    headers = tuple(_named(str(_cell(name)), unit) for name in across)
    columns_of = tuple(tuple(_cell(value) for value in values[:, place]) for place in range(columns))
    return _Part(_axis(figure, trace, "y") or "Row", down, headers, columns_of)


def _flows(trace: Any) -> _Part:
    names = _plain(trace.node.label)
    source, target = _plain(trace.link.source), _plain(trace.link.target)
    keys = tuple(
        f"{names[int(start)]} → {names[int(end)]}"  # type: ignore[call-overload]
        for start, end in zip(source, target, strict=True)
    )
    return _Part("Flow", keys, (trace.name or "Value",), (_plain(trace.link.value),))


def _axis(figure: go.Figure, trace: Any, letter: str) -> str:
    name = getattr(trace, f"{letter}axis", None) or letter
    axis = figure.layout[f"{letter}axis{name[1:]}"]
    return "" if axis is None or axis.title is None else str(axis.title.text or "")


def _named(name: str | None, axis: str) -> str:
    if not name or name == axis:
        return axis or "Value"
    start = axis.rfind("[")
    unit = axis[start:] if start >= 0 and axis.endswith("]") else ""
    return f"{name} {unit}".strip() if unit and unit not in name else name


def _plain(values: Any) -> tuple[object, ...]:
    return () if values is None else tuple(_cell(value) for value in values)


def _cell(value: Any) -> object:
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[s]").item()
    elif isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d" if value.time() == datetime.time() else "%Y-%m-%d %H:%M")
    return "" if value is None or value != value else value


def _cut(headers: Sequence[str], rows: Sequence[tuple[object, ...]], limit: int) -> FigureTable:
    return FigureTable(tuple(headers), tuple(rows[:limit]), len(rows))
