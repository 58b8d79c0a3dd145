"""A saved result opened to look at: its tables show themselves, its figures are one call away.

::

    class WindStudy(Opened[WindResult]):
        store = STORE

    study = WindStudy.open(project)      # the newest finished one; or open(project, "high wind")
    study.speeds                         # a table with its units
    study.plot.speeds.bar()              # any table as a figure
"""

from __future__ import annotations

import functools
import html
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from workbench.charts.plots import Plots, Table
from workbench.data.explanation.cells import explain
from workbench.data.formatting import Style
from workbench.data.made_up import MADE_UP_NOTE
from workbench.data.projects.project import Project
from workbench.data.results.store import Result, ResultStore
from workbench.data.results.tables import Provenance
from workbench.lazy import located

if TYPE_CHECKING:
    from typing import Self

    import pandas as pd
    import plotly.graph_objects as go

    from workbench.charts.template import Theme
    from workbench.data.explanation.steps import Explanation

__all__ = ["Opened", "plots_of", "table_of"]

R = TypeVar("R", bound=Result[Any])

MAX_NOTES_SHOWN = 3


class Opened(Generic[R]):
    """A result with its tables as attributes; a domain's class names its :class:`ResultStore`.

    Parameters
    ----------
    result
        A finished result, such as of a run.
    choice
        Why it is this one, where the caller named none.
    style
        How numbers and years are written in figures; the domain's default when None.

    Attributes
    ----------
    result
        The result itself, with its settings, facts and problems.
    """

    store: ClassVar[ResultStore[Any]]

    def __init__(self, result: R, *, choice: str = "", style: Style | None = None) -> None:
        self.result = result
        self._choice, self._style = choice, style

    @classmethod
    def open(cls, project: Project | Path | str, scenario: str | None = None) -> Self:
        """Open a finished result.

        Parameters
        ----------
        project
            The project, or its folder.
        scenario
            Which; the one that was finished last when None, which the representation then says. ``"BAU before"``
            is the result that the scenario BAU had before its last run.

        Raises
        ------
        UnreadableFile
            When there is no such result (the sentence names those present), or its files are damaged.
        ProjectError
            When the folder is not a project.
        """
        opened = project if isinstance(project, Project) else Project.open(project)
        if scenario is not None:
            return cls(cls.store.load_named(opened, scenario), style=opened.style)
        count, newest = len(cls.store.finished(opened)), cls.store.newest(opened)
        choice = "the only finished one" if count == 1 else f"the newest of {count} finished ones"
        return cls(cls.store.load(opened, newest), choice=choice, style=opened.style)

    @classmethod
    def scenarios(cls, project: Project | Path | str) -> tuple[str, ...]:
        """Name the finished results of a project."""
        return cls.store.finished(project if isinstance(project, Project) else Project.open(project))

    @property
    def scenario(self) -> str:
        """Name of the result in its project."""
        return self.result.scenario

    @property
    def tables(self) -> Mapping[str, Table]:
        """All tables by name."""
        return {name: self.table(name) for name in self.result.tables}

    @property
    def plot(self) -> Plots:
        """Figures by table: ``plot.NAME()`` the domain's own, ``plot.NAME.line()``, ``.bar()``, ``.area()``."""
        return plots_of(self.store, self.result, self._style)

    def table(self, name: str) -> Table:
        """Give a table by name.

        Raises
        ------
        KeyError
            When there is no such table; the message names those present.
        """
        if name not in self.result.tables:
            raise KeyError(self._missing(name))
        return table_of(self.store, self.result, name)

    def to_pandas(self, name: str) -> pd.DataFrame:
        """Give a copy of a table as a DataFrame.

        Raises
        ------
        KeyError
            When there is no such table; the message names those present.
        """
        return self.table(name).to_pandas()

    def trace(self) -> Provenance:
        """Give the run, the inputs' hashes and the package version that made the result."""
        return self.result.trace()

    def explain(self, table: str, column: str, **where: Any) -> Explanation:
        """Say where a number comes from, down to the cells of the inputs, the settings and the rules.

        Parameters
        ----------
        table, column
            Where the number is.
        **where
            Values of other columns that tell its row, such as ``year=2030``; or ``row``, its number from 0.

        Raises
        ------
        UnknownName
            When there is no such table or column.
        InvalidData
            When no row or several rows have these values.
        """
        return explain(self.result, table, column, **where)

    def __getattr__(self, name: str) -> Table:
        # Without a result, as while it is copied, no attribute is a table.
        if "result" not in self.__dict__ or name not in self.result.tables:
            raise AttributeError(self._missing(name) if "result" in self.__dict__ else name)
        return self.table(name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.result.tables]

    def __repr__(self) -> str:
        choice = f", {self._choice}" if self._choice else ""
        return f"<{type(self).__name__} {self.scenario!r}{choice}: {', '.join(self.result.tables)}>"

    def _repr_html_(self) -> str:
        head = f"<b>{html.escape(self.store.name.capitalize())} {html.escape(self.scenario)}</b>"
        choice = f" ({html.escape(self._choice)})" if self._choice else ""
        notes = self.result.notes
        lines = [MADE_UP_NOTE] if self.result.made_up else []
        lines.append(html.escape(self.result.heading.line))
        lines += [html.escape(f"{note.kind}: {note}") for note in notes.gravest(MAX_NOTES_SHOWN)]
        if len(notes) > MAX_NOTES_SHOWN:
            lines.append(f"{len(notes) - MAX_NOTES_SHOWN} more in <code>result.notes</code>")
        rows = "".join(
            f"<tr><td><code>{html.escape(name)}</code></td><td>{len(frame)}</td>"
            f"<td>{html.escape(', '.join(self.table(name).headers()))}</td></tr>"
            for name, frame in self.result.tables.items()
        )
        listed = f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>" if lines else ""
        return (
            f"{head}{choice}{listed}<table><tr><th>Table</th><th>Rows</th><th>Columns</th></tr>{rows}</table>"
        )

    def _missing(self, name: str) -> str:
        return f"{type(self).__name__} has no table {name!r}; present: {', '.join(self.result.tables)}."


def plots_of(store: ResultStore[Any], result: Result[Any], style: Style | None = None) -> Plots:
    """Give the figures of a result: each table's, and those that its domain draws.

    Parameters
    ----------
    store
        What results of the domain are.
    result
        The result.
    style
        How numbers and years are written, for the figures that follow a project's style; their default when None.
    """
    tables = {name: functools.partial(table_of, store, result, name) for name in result.tables}
    figures = {
        name: functools.partial(_draw, place, store, result, style=style)
        for name, place in store.figures.items()
    }
    return Plots(tables, figures)


def table_of(store: ResultStore[Any], result: Result[Any], name: str) -> Table:
    """Give a table of a result with its units, and how it is read."""
    frame = result.tables[name]
    shown = {"title": name.replace("_", " ").capitalize(), **store.shown.get(name, {})}
    shown = {key: value(frame) if callable(value) else value for key, value in shown.items()}
    # Tables are saved with the word "currency" in their units; the result knows which, where its inputs said so.
    currency = str(result.facts.get("currency") or "currency")
    units = {column: unit.replace("currency", currency) for column, unit in store.units(name, frame).items()}
    return Table(frame, units, heading=result.heading, **shown)


def _draw(
    place: str,
    store: ResultStore[Any],
    result: Result[Any],
    *,
    style: Style | None,
    theme: Theme = "light",
    **options: Any,
) -> go.Figure:
    from workbench.charts.figure import head
    from workbench.charts.template import use_theme

    drawn = located(place)
    _, *taken = inspect.signature(drawn).parameters.values()
    required = [one.name for one in taken if one.default is one.empty and one.name not in options]
    if required:
        options |= {name: value for name, value in store.choices(result).items() if name in required}
    if style is not None and any(one.name == "style" for one in taken):
        options.setdefault("style", style)
    figure = drawn(store.drawn_from(result), **options)
    head(figure, result.heading)
    return figure if theme == "light" else use_theme(figure, theme)
