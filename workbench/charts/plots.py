"""Tables that show themselves in a notebook, and figures of them in one call.

::

    result.costs                    # in a notebook: the table, headers with their units
    result.costs.to_pandas()        # a DataFrame of your own
    result.plot.costs.bar()         # a Plotly figure in the house style
    result.plot.costs()             # the figure that the domain draws of it, where there is one
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from workbench.charts.template import Theme
    from workbench.data.heading import Heading

__all__ = ["Plots", "Table", "TablePlot"]

MAX_ROWS_SHOWN = 20


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A labelled table with the unit of each column.

    Parameters
    ----------
    frame
        The values. The index, where it is named, labels the rows; else the first column of texts or years does.
    units
        Column -> unit; columns without a unit are left out.
    title
        What the table is.
    notes
        What its reader has to know: what was assumed, what is missing.
    x
        Column across in a figure; the row labels when empty.
    y
        Columns that a figure draws when none are named; all that share the first unit when empty.
    by
        Columns whose values tell apart the series of a long table; each series is drawn for itself.
    where
        Which rows a figure draws, one truth value a row; all when None.
    heading
        What it is a table of: resolution, filter, newest data, whether it is made up.
    """

    frame: pd.DataFrame
    units: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    notes: Sequence[str] = ()
    x: str = ""
    y: Sequence[str] = ()
    by: Sequence[str] = ()
    where: Sequence[bool] | pd.Series | None = None
    heading: Heading | None = None

    def __repr__(self) -> str:
        return f"<Table {self.title!r}: {len(self.frame)} rows, {', '.join(self.headers())}>"

    def __len__(self) -> int:
        return len(self.frame)

    def _repr_html_(self) -> str:
        shown = self.frame.rename(columns=dict(zip(self.frame.columns, self.headers(), strict=True)))
        body = shown.to_html(max_rows=MAX_ROWS_SHOWN, border=0, na_rep="")
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in self.notes)
        said = f"<br>{html.escape(self.heading.line)}" if self.heading else ""
        listed = f"<ul>{notes}</ul>" if notes else ""
        return f"<b>{html.escape(self.title)}</b>{said}{body}{listed}"

    def headers(self) -> list[str]:
        """Column names with their units in brackets."""
        return [self.header(str(name)) for name in self.frame.columns]

    def header(self, column: str) -> str:
        """One column's name with its unit in brackets."""
        unit = self.units.get(column, "")
        return f"{column} [{unit}]" if unit else column

    def to_pandas(self) -> pd.DataFrame:
        """Give a copy of the table as a DataFrame."""
        return self.frame.copy()

    @property
    def plot(self) -> TablePlot:
        """Figures of the table."""
        return TablePlot(self)


@dataclass(frozen=True, slots=True, eq=False)
class TablePlot:
    """Figures of one table; called, the figure that its domain draws, else lines.

    Parameters
    ----------
    table
        What is drawn.
    drawn
        Draws the domain's own figure; takes the theme and its own options as keywords.
    """

    table: Table
    drawn: Callable[..., go.Figure] | None = None

    def __call__(self, *, theme: Theme = "light", **options: Any) -> go.Figure:
        """Draw the domain's figure of the table with its own options, or lines where it has none."""
        draw = self.line if self.drawn is None else self.drawn
        return draw(theme=theme, **options)

    def line(
        self, x: str | None = None, y: str | Sequence[str] | None = None, *, theme: Theme = "light"
    ) -> go.Figure:
        """Draw columns as lines over ``x``.

        Parameters
        ----------
        x
            Column (or name of the index) across; the row labels when None.
        y
            Columns up; when None, all that have the first unit of the table.
        theme
            ``"light"`` or ``"dark"``.

        Raises
        ------
        KeyError
            When there is no such column; the message names those present.
        ValueError
            When the table has no column of numbers, or the columns differ in unit.
        """
        import plotly.graph_objects as go

        return self._draw(
            lambda name, across, up: go.Scatter(x=across, y=up, name=name, mode="lines"), x, y, theme
        )

    def bar(
        self, x: str | None = None, y: str | Sequence[str] | None = None, *, theme: Theme = "light"
    ) -> go.Figure:
        """Draw columns as stacked bars over ``x``; parameters and errors as for :meth:`line`."""
        import plotly.graph_objects as go

        figure = self._draw(lambda name, across, up: go.Bar(x=across, y=up, name=name), x, y, theme)
        return figure.update_layout(barmode="relative")

    def area(
        self, x: str | None = None, y: str | Sequence[str] | None = None, *, theme: Theme = "light"
    ) -> go.Figure:
        """Draw columns as a stack of areas over ``x``; parameters and errors as for :meth:`line`."""
        import plotly.graph_objects as go

        return self._draw(
            lambda name, across, up: go.Scatter(x=across, y=up, name=name, mode="lines", stackgroup="all"),
            x,
            y,
            theme,
        )

    def _draw(
        self,
        trace: Callable[[str, Any, Any], Any],
        x: str | None,
        y: str | Sequence[str] | None,
        theme: Theme,
    ) -> go.Figure:
        from workbench.charts.figure import head, new_figure

        label, across = self._labels(x or self.table.x or None)
        columns = self._columns(y or self.table.y or None, label)
        unit = self.table.units.get(columns[0], "")
        figure = new_figure(self.table.title, self.table.header(label), f"[{unit}]" if unit else "", theme)
        for series, rows in self._series():
            for name in columns:
                named = name if not series else series if len(columns) == 1 else f"{series}, {name}"
                figure.add_trace(trace(named, across[rows], self.table.frame[name].to_numpy()[rows]))
        if len(columns) == 1:
            figure.update_yaxes(title=self.table.header(columns[0]))
            figure.update_layout(showlegend=len(figure.data) > 1)
        return figure if self.table.heading is None else head(figure, self.table.heading)

    def _series(self) -> list[tuple[str, Any]]:
        """Name and rows of each series; one without a name when nothing tells them apart."""
        import numpy as np

        frame, by = self.table.frame, list(self.table.by)
        where = np.ones(len(frame), bool) if self.table.where is None else np.asarray(self.table.where, bool)
        if not by or not where.any():
            return [("", where)]
        names = np.array([", ".join(filter(None, row)) for row in frame[by].astype(str).to_numpy()], object)
        return [(name, where & (names == name)) for name in dict.fromkeys(names[where])]

    def _labels(self, x: str | None) -> tuple[str, Any]:
        frame = self.table.frame
        if x is not None and x != frame.index.name:
            return x, frame[self._present(x)]
        if x is not None or frame.index.name is not None:
            return str(frame.index.name), frame.index
        first = str(frame.columns[0])
        if first in ("year", "date", "time", "period") or frame[first].dtype.kind not in "if":
            return first, frame[first]
        return "row", frame.index

    def _columns(self, y: str | Sequence[str] | None, label: str) -> list[str]:
        frame, units = self.table.frame, self.table.units
        if y is not None:
            columns = [self._present(name) for name in ([y] if isinstance(y, str) else y)]
            if len({units.get(name, "") for name in columns}) > 1:
                headers = ", ".join(self.table.header(name) for name in columns)
                raise ValueError(f"These columns differ in unit and share no axis: {headers}.")
        else:
            numbers = [
                str(name) for name in frame.columns if frame[name].dtype.kind in "iuf" and name != label
            ]
            # A number without a unit, such as a year, is drawn only where none has one.
            first = next((units[name] for name in numbers if units.get(name)), "")
            columns = [name for name in numbers if units.get(name, "") == first]
        if not columns:
            raise ValueError(f"{self.table.title or 'The table'} has no column of numbers to draw.")
        return columns

    def _present(self, name: str) -> str:
        if name not in self.table.frame.columns:
            present = ", ".join(str(column) for column in self.table.frame.columns)
            raise KeyError(f"There is no column {name!r}; present: {present}.")
        return name


class Plots:
    """The figures of a result by the names of its tables: ``result.plot.costs.bar()``, ``result.plot.costs()``.

    A figure that belongs to no single table is called by its own name: ``result.plot.network_map(year=2040)``.

    Parameters
    ----------
    tables
        Name -> table, or how to make it when it is first drawn.
    figures
        Name of a table -> draws the domain's own figure of it; or name of a figure of the whole result -> draws it.
        Takes the theme, and its own options, as keywords.
    whole
        Draws the result as a whole, for ``result.plot()``; the figure of the first table when None.
    """

    def __init__(
        self,
        tables: Mapping[str, Table | Callable[[], Table]],
        figures: Mapping[str, Callable[..., go.Figure]] | None = None,
        whole: Callable[..., go.Figure] | None = None,
    ) -> None:
        self._tables = tables
        self._figures = figures or {}
        self._names = tuple(dict.fromkeys((*tables, *self._figures)))
        self._whole = whole

    def __call__(self, *, theme: Theme = "light", **options: Any) -> go.Figure:
        """Draw the result as a whole, with the options of its figure."""
        draw = self._whole or getattr(self, next(iter(self)))
        figure: go.Figure = draw(theme=theme, **options)
        return figure

    def __getattr__(self, name: str) -> TablePlot:
        if name.startswith("_") or name not in self._names:
            raise AttributeError(f"There is nothing called {name!r} to draw; present: {', '.join(self)}.")
        return TablePlot(self._table(name), self._figures.get(name))

    def _table(self, name: str) -> Table:
        if name not in self._tables:
            import pandas as pd

            return Table(pd.DataFrame(), title=name)
        table = self._tables[name]
        return table if isinstance(table, Table) else table()

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __dir__(self) -> list[str]:
        return list(self._names)

    def __repr__(self) -> str:
        return f"<Plots: {', '.join(self)}>"
