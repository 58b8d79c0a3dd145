"""What every query gives: a table whose columns know their unit, and where its numbers come from.

It is made of numpy arrays; pandas and Plotly are loaded when an answer is shown, drawn or given as a DataFrame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from workbench.data.heading import Heading
from workbench.data.made_up import MADE_UP_NOTE

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go
    import polars as pl

    from workbench.charts.plots import Table, TablePlot
    from workbench.market.model.question import Question


MAX_SHARE_MISSING = 0.01
"""Share of a sum's parts that may be missing [1] before the sum is missing."""
LACKS, WITHOUT_READING, WITHOUT_PRICE = "Lacks", "Without reading", "Share without price"
"""Columns that say how much of the other numbers of a row is missing [%]."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column.

    Parameters
    ----------
    name
        What it is; unique within its answer.
    cells
        Numbers, times (``datetime64``) or texts, shape (rows,).
    unit
        Empty for texts and times.
    """

    name: str
    cells: NDArray[Any]
    unit: str = ""

    @property
    def header(self) -> str:
        """Name with unit, as tables and exports write it."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A table of one query; charts draw it, tables show it, exports write it.

    Parameters
    ----------
    title
        What is answered.
    columns
        All of the same length.
    version
        Of the published data that it was taken from.
    source
        Tables and roll-ups that were read, and at which cadence.
    notes
        What a reader has to know: missing stamps, units left out, limits of the method.
    draw
        Makes the figure of the whole answer; takes the theme as a keyword. None where there is no special one.
    made_up
        Whether the data are made up; the first of the notes then says so.
    resolution
        What one row stands for, such as ``"30-minute means"``.
    newest
        Time of the newest data of the market, with its clock.
    question
        Which question it answers; None where it was not asked by a query.

    Raises
    ------
    ValueError
        When columns differ in length or share a name.
    """

    title: str
    columns: tuple[Column, ...]
    version: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()
    draw: Callable[..., go.Figure] | None = field(default=None, repr=False)
    made_up: bool = False
    resolution: str = ""
    newest: str = ""
    question: Question | None = None

    def __post_init__(self) -> None:
        if self.made_up and MADE_UP_NOTE not in self.notes:
            object.__setattr__(self, "notes", (MADE_UP_NOTE, *self.notes))
        lengths = {len(column.cells) for column in self.columns}
        names = [column.name for column in self.columns]
        if len(lengths) > 1 or len(set(names)) != len(names):
            raise ValueError(f"the columns {names} of {self.title!r} differ in length or share a name")

    def __len__(self) -> int:
        return len(self.columns[0].cells) if self.columns else 0

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.column(name).cells

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    def __repr__(self) -> str:
        return f"<Answer {self.title!r}: {len(self)} rows, {', '.join(column.header for column in self.columns)}>"

    def column(self, name: str) -> Column:
        """Give a column by its name.

        Raises
        ------
        KeyError
            When there is none; the message names those present.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.title!r} has no column {name!r}; present: {', '.join(self.names)}")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def heading(self) -> Heading:
        """What figures, tables and files of it are headed with; region, period and fuel are in the title."""
        subject, _, scope = self.title.partition(", ")
        return Heading(
            subject,
            tuple(scope.split(", ")) if scope else (),
            self.resolution,
            self.newest,
            made_up=self.made_up,
            lacking=f"lacks up to {self.lacks.max():.2g} %" if self.lacks.any() else "",
        )

    @property
    def lacks(self) -> NDArray[np.float64]:
        """How much of the numbers shown in each row is missing [%], shape (rows,); 0 where they are whole."""
        found = np.zeros(len(self))
        for column in self.columns:
            if column.name in (LACKS, WITHOUT_READING, WITHOUT_PRICE):
                share = np.nan_to_num(column.cells)
                # Sums that lack more are not shown; means of the time that was read are.
                shown = (
                    share if column.name == LACKS else np.where(share > 100 * MAX_SHARE_MISSING, 0.0, share)
                )
                found = np.maximum(found, shown)
        return found

    def rows(self, numbers: NDArray[Any] | slice) -> Answer:
        """Give some of the rows."""
        chosen = tuple(Column(c.name, c.cells[numbers], c.unit) for c in self.columns)
        return replace(self, columns=chosen, draw=None)

    def sorted_by(self, name: str, *, falling: bool = True) -> Answer:
        """Give the rows in the order of a column of numbers; missing ones last."""
        values = np.asarray(self[name], dtype=np.float64)
        return self.rows(np.argsort(-values if falling else values, kind="stable"))

    def table(self) -> Table:
        """Give it as a table that shows itself; its notes say what was read."""
        import pandas as pd

        from workbench.charts.plots import Table

        read = f"Read from {self.source}, data version {self.version}." if self.source else ""
        notes = [note for note in (*self.notes, read) if note]
        frame = pd.DataFrame({c.name: c.cells for c in self.columns})
        return Table(frame, self.units, self.title, notes, heading=self.heading)

    def to_pandas(self) -> pd.DataFrame:
        """Give a pandas DataFrame; the units of its columns are in ``frame.attrs["units"]``."""
        frame = self.table().to_pandas()
        frame.attrs["units"] = self.units
        return frame

    def to_polars(self, *, with_units: bool = True) -> pl.DataFrame:
        """Give a Polars DataFrame; the unit of a column stands behind its name, such as ``"Wind [MW]"``.

        Parameters
        ----------
        with_units
            Whether it does; else the names are those of the answer, and the units in :attr:`units`.
        """
        import polars as pl

        return pl.DataFrame(
            {
                (column.header if with_units else column.name): pl.Series(
                    column.cells.tolist()
                    if column.cells.dtype == object
                    else column.cells.astype("datetime64[ms]")
                    if column.cells.dtype.kind == "M"
                    else column.cells
                )
                for column in self.columns
            }
        )

    @property
    def units(self) -> dict[str, str]:
        """Column -> unit; of texts and times there is none."""
        return {column.name: column.unit for column in self.columns if column.unit}

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    @property
    def plot(self) -> TablePlot:
        """Figures: called, the one made for this answer; ``.line()``, ``.bar()`` and ``.area()`` of any columns."""
        from workbench.charts.plots import TablePlot

        return TablePlot(self.table(), self.draw)


def texts(values: Sequence[str]) -> NDArray[Any]:
    """Make the values of a column of texts."""
    made: NDArray[Any] = np.empty(len(values), dtype=object)
    made[:] = list(values)
    return made
