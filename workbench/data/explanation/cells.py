"""Cells of a result, and the chain behind each: by the rules of its domain, else what its tables say.

A domain's module of rules, named by :attr:`~workbench.data.results.store.ResultStore.explained`, holds::

    TABLES: Rules = {"years": of_years}      # table -> rule: a step, or None where it knows no more than the table
    LABELS = ("year", "name")                # optional: columns that tell rows and are never explained

    def more_tables(result) -> Mapping[str, DataFrame]: ...  # optional: what the result holds beside its tables

    MORE_UNITS = {"hours": {"load": "MW"}}                   # optional: their units
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from workbench.data.explanation.steps import Explained, Explanation, derived, is_missing
from workbench.data.formatting import Style, setting_text, year_label
from workbench.data.known_names import known_name, unknown_name
from workbench.data.made_up import MADE_UP_NOTE
from workbench.data.notes import NoteKind
from workbench.data.origins import Origin
from workbench.data.projects.project import Project
from workbench.data.results.offered import store_named
from workbench.data.results.store import Result, ResultStore, store_of
from workbench.errors import InvalidData, UnknownName, WorkbenchError
from workbench.files import changed_at
from workbench.runs.model.digest import file_digest
from workbench.runs.model.settings import to_plain

__all__ = ["Cell", "Rules", "Tracer", "explain"]

MAX_NOTES = 12
CHANGED = "the file has changed since this run"
ABSENT = "the file is no longer among the inputs"


def explain(result: Result[Any], table: str, column: str, **where: Any) -> Explanation:
    """Say where a number of a result comes from, down to the cells of the inputs, the settings and the rules.

    Parameters
    ----------
    result
        The result.
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
    tracer = Tracer(result)
    return tracer.explanation(tracer.cell(table, column, **where))


class Tracer:
    """Explains the cells of one result.

    Parameters
    ----------
    result
        The result.
    """

    def __init__(self, result: Result[Any]) -> None:
        # Of any domain: its rules know the fields of their own result.
        self.result: Any = result
        self.store: ResultStore[Any] = store_of(result)
        self.kept: dict[str, Any] = {}
        """What the rules of the domain have read once and use again."""
        self._rules: Any = importlib.import_module(self.store.explained) if self.store.explained else None

    @functools.cached_property
    def project(self) -> Project | None:
        """The project that the result is saved in, opened once; None before it is saved."""
        found: Project | None = self.result.project
        return found

    @property
    def style(self) -> Style:
        """How the project writes numbers and years."""
        return Style() if self.project is None else self.project.style

    @functools.cached_property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """All tables: those of the result, and what its domain holds beside them."""
        more = getattr(self._rules, "more_tables", None)
        return {**self.result.tables, **(more(self.result) if more is not None else {})}

    def cell(self, table: str, column: str, **where: Any) -> Cell:
        """Find a cell by the values of other columns of its row.

        Parameters
        ----------
        table, column
            Where it is.
        **where
            Column -> value; ``row`` is the number of the row.

        Raises
        ------
        UnknownName
            When there is no such table or column.
        InvalidData
            When no row or several rows have these values.
        """
        table = known_name("table", table, self.tables)
        frame = self.tables[table]
        column = known_name("column", column, map(str, frame.columns))
        if "row" in where:
            row = where.pop("row")
            if not isinstance(row, int) or not 0 <= row < len(frame):
                raise InvalidData(f"The table {table} has the rows 0 to {len(frame) - 1}, not {row!r}.")
            return Cell(self, table, row, column)
        mask = pd.Series(True, index=range(len(frame)))
        for name, value in where.items():
            values = frame[known_name("column", name, map(str, frame.columns))]
            fits = (values == _like(value, values)).to_numpy()
            if isinstance(value, str) and not fits.any() and values.dtype.kind not in "iufbM":
                raise unknown_name(name, value, map(str, values.unique()))
            mask &= fits
        found = mask.to_numpy().nonzero()[0]
        if len(found) != 1:
            wanted = ", ".join(f"{name} {value}" for name, value in where.items()) or "nothing"
            labels = ", ".join(str(name) for name in frame.columns if _is_label(frame[name], str(name)))
            raise InvalidData(
                f"{len(found) or 'No'} rows of the table {table} fit {wanted}, expected one; choose by {labels}."
            )
        return Cell(self, table, int(found[0]), column)

    def find(self, table: str, column: str, **where: Any) -> Cell | None:
        """Find a cell as :meth:`cell` does; None when there is no one such cell."""
        try:
            return self.cell(table, column, **where)
        except (InvalidData, UnknownName):
            return None

    def step(self, table: str, column: str, **where: Any) -> Explained | None:
        """Explain the cell that :meth:`find` gives; None when there is no one such cell."""
        found = self.find(table, column, **where)
        return None if found is None else found.explain()

    def steps(self, table: str, column: str, rows: ArrayLike) -> list[Explained]:
        """Explain the cells of a column in the rows of a mask."""
        return [Cell(self, table, int(at), column).explain() for at in np.flatnonzero(rows)]

    def explanation(self, cell: Cell) -> Explanation:
        """Explain a cell, with the notes that touch it and what the result was made from."""
        notes, folder = self._notes(cell.table, cell.year), str(self.result.folder or "")
        return Explanation(cell.explain(), notes, self.made_from(), self.style, folder)

    def made_from(self) -> tuple[str, ...]:
        """Say which result this is, and what it was made from: run, version, inputs with their hashes."""
        result = self.result
        lines = [MADE_UP_NOTE] if result.made_up else []
        lines.append(f"{self.store.name} '{result.scenario}'")
        if result.folder is not None:
            try:
                trace = result.trace()
            except WorkbenchError:
                lines.append("the saved files are gone: run, version and hashes are not known")
            else:
                lines.append(
                    f"run {trace.run or 'not recorded'}, {trace.made_at}, workbench {trace.package_version}"
                )
        for name, sha256 in self.store.inputs(result.facts).items():
            state = self.input_state(name, sha256)
            lines.append(f"{Path(name).name}, SHA-256 {str(sha256)[:16]}{f'; {state}' if state else ''}")
        return tuple(lines)

    def input_state(self, name: str, sha256: str) -> str:
        """Say what happened to an input since the run; empty when it is the same, or is not a file."""
        path = self.input_path(name)
        if path is None:
            return ABSENT if Path(name).suffix else ""
        return "" if _digest(path, changed_at(path)) == sha256 else CHANGED

    def input_path(self, name: str) -> Path | None:
        """Give an input of the project; None when there is none of that name."""
        try:
            return None if self.project is None else self.project.input(name)
        except (WorkbenchError, OSError, ValueError):
            return None

    def unchanged_input(self, name: str, sha256: str) -> Path | None:
        """Give an input that is still the one that the result was made from; else None."""
        path = self.input_path(name)
        return path if path is not None and not self.input_state(name, sha256) else None

    def setting(self, name: str, *, is_value: bool = False) -> Explained:
        """Explain a setting; one that stands for a value is assumed where it is our default.

        Parameters
        ----------
        name
            Of the field.
        is_value
            Whether the setting itself is a value that others follow from, not a choice of how.
        """
        value = getattr(self.result.config, name)
        is_default = value == _default_of(self.result.config, name)
        origin = (Origin.ASSUMED if is_default else Origin.GIVEN) if is_value else None
        rule = "default of the workbench" if is_default else "as set"
        plain = to_plain(self.result.config)[name]
        shown = plain if isinstance(plain, (int, float)) else setting_text(plain) or "none"
        return Explained(name.replace("_", " ").capitalize(), shown, "", origin, rule, f"setting {name}")

    def other(self, domain: str, scenario: str) -> Tracer | None:
        """Give the saved result that this one started from; None when it is not there any more."""
        store = store_named(domain)
        if self.project is None or store is None:
            return None
        try:
            return Tracer(store.load(self.project, scenario))
        except (WorkbenchError, OSError):
            return None

    def _notes(self, table: str, year: int | None) -> tuple[str, ...]:
        touching = [
            note
            for note in self.result.notes.touching(table, year)
            # A note without tables touches everything: only what is missing or assumed says something here.
            if note.tables or note.kind in (NoteKind.OMISSION, NoteKind.ASSUMPTION)
        ]
        lines = [f"{note.kind}: {note}" for note in touching[:MAX_NOTES]]
        if len(touching) > MAX_NOTES:
            lines.append(f"and {len(touching) - MAX_NOTES} more in the table of notes")
        return tuple(lines)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a result.

    Parameters
    ----------
    tracer
        Of its result.
    table, position, column
        Table, number of the row from 0, and column.
    """

    tracer: Tracer
    table: str
    position: int
    column: str

    @property
    def frame(self) -> pd.DataFrame:
        """The whole table."""
        return self.tracer.tables[self.table]

    @property
    def row(self) -> pd.Series:
        """The row as a series."""
        row: pd.Series = self.frame.iloc[self.position]
        return row

    @property
    def value(self) -> Any:
        """The value, as a plain Python value."""
        value = self.frame[self.column].iloc[self.position]
        return value.item() if hasattr(value, "item") else value

    @property
    def year(self) -> int | None:
        """Year of the row, where it has one."""
        year = self.row.get("year")
        return None if year is None or is_missing(year) else int(year)

    @property
    def unit(self) -> str:
        """Unit of the column; empty where it has none."""
        more = getattr(self.tracer._rules, "MORE_UNITS", {}).get(self.table, {})
        unit = more.get(self.column) or self.tracer.store.units(self.table, self.frame).get(self.column, "")
        return unit.replace("currency", str(self.tracer.result.facts.get("currency") or "currency"))

    @property
    def origin(self) -> Origin | None:
        """What the table says about how the value is known; None where it says nothing."""
        said = self.row.get(f"{self.column}_origin")
        return Origin(said) if said in tuple(Origin) else None

    @property
    def quantity(self) -> str:
        """Name of the column and the labels of the row."""
        frame, style = self.frame, self.tracer.style
        labels = []
        for name in map(str, frame.columns):
            if name != self.column and _is_label(frame[name], name):
                value = frame[name].iloc[self.position]
                if not is_missing(value) and str(value):
                    labels.append(year_label(int(value), style) if name == "year" else _label(value))
        return ", ".join([self.column.replace("_", " ").capitalize(), *labels[:4]])

    def same_row(self, column: str) -> Cell:
        """Give another cell of the row."""
        return Cell(self.tracer, self.table, self.position, column)

    def beside(self, *columns: str) -> list[Explained]:
        """Explain other cells of the row."""
        return [self.same_row(column).explain() for column in columns]

    def explain(self) -> Explained:
        """Explain the cell by the rules of the domain, or by what its table says."""
        rules = self.tracer._rules
        rule: Rule | None = getattr(rules, "TABLES", {}).get(self.table)
        known = rule is not None and self.column not in getattr(rules, "LABELS", ())
        found = rule(self) if rule is not None and known else None
        return found if found is not None else self.by(f"computed in the table {self.table}")

    def by(
        self, rule: str, *parts: Explained | None, place: str = "", origin: Origin | None = None
    ) -> Explained:
        """Make the step of this cell: by a rule, from parts; its origin is that of the table, or follows."""
        known = tuple(part for part in parts if part is not None)
        step = derived(self.quantity, self.value, self.unit, rule, *known, place=place)
        origin = origin or self.origin
        return step if origin is None or is_missing(self.value) else dataclasses.replace(step, origin=origin)


Rule: TypeAlias = Callable[[Cell], Explained | None]
Rules: TypeAlias = Mapping[str, Rule]


def _is_label(values: pd.Series, name: str) -> bool:
    if name in ("year", "month", "hour", "date", "time", "period", "utc", "horizon"):
        return True
    return values.dtype.kind not in "iufb" and not name.endswith("_origin") and name not in ("kind", "role")


def _label(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M}"
    return str(value)


def _like(value: object, values: pd.Series) -> object:
    if values.dtype.kind == "M":
        stamp = pd.Timestamp(value)  # type: ignore[arg-type]
        zone = getattr(values.dtype, "tz", None)
        return stamp if zone is None or stamp.tzinfo is not None else stamp.tz_localize(zone)
    if isinstance(value, str) and values.dtype.kind in "iuf":
        # As the command line gives it.
        return pd.to_numeric(value, errors="coerce")
    return value


def _default_of(config: Any, name: str) -> object:
    for field in dataclasses.fields(config):
        if field.name == name:
            if field.default_factory is not dataclasses.MISSING:
                return field.default_factory()
            return field.default
    raise KeyError(name)


@functools.lru_cache(maxsize=64)
def _digest(path: Path, _changed: int) -> str:
    return file_digest(path)
