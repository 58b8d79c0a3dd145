"""Reading a table row by row, with every doubtful value reported by its cell."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from workbench.capacity.inputs.sheets.blank_cells import Assumptions
from workbench.capacity.model.system import ByYear
from workbench.data.problems import Problems
from workbench.data.tables.table import Table, plain_name, without_unit
from workbench.data.workbooks.number_cells import number_at

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    table: Table
    number_of: int
    problems: Problems
    assumptions: Assumptions = field(default_factory=Assumptions)
    name: str = ""

    def cell(self, column: str) -> str:
        """Name of the cell in this row."""
        return self.table.cell(self.number_of, column)

    def has(self, column: str) -> bool:
        """Whether there is such a column, with a value in this row."""
        if self.table.find_column(column) is None:
            return False
        return self.table.rows[self.number_of][self.table.position(column)] is not None

    def text(self, column: str, default: str = "") -> str:
        """Text of a cell; the default when it is blank or there is no such column."""
        if not self.has(column):
            return default
        value = self.table.rows[self.number_of][self.table.position(column)]
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)

    def flag(self, column: str, *, default: bool = False) -> bool:
        """Yes or no."""
        word = self.text(column).casefold()
        if not word:
            return default
        if word in ("yes", "true", "1", "y"):
            return True
        if word in ("no", "false", "0", "n"):
            return False
        self._error(column, f"expected Yes or No, found '{word}'.")
        return default

    def known(self, column: str, names: Collection[str], where: str) -> str:
        """Text that has to be one of some names.

        Parameters
        ----------
        column
            Header.
        names
            What is allowed.
        where
            Sheet that lists them.
        """
        word = self.text(column)
        if word not in names:
            alike = [name for name in names if name.casefold() == word.casefold()]
            word = alike[0] if len(alike) == 1 else word
        if word not in names and self.table.find_column(column) is not None:
            close = difflib.get_close_matches(word, list(names), 1)
            hint = f"did you mean '{close[0]}'?" if close else f"known are {', '.join(names) or 'none'}."
            self._error(column, f"the {column} '{word}' is not on the sheet '{where}'; {hint}")
        return word

    def number(
        self,
        column: str,
        default: float | None = None,
        *,
        minimum: float = -math.inf,
        maximum: float = math.inf,
        assumed: str = "",
    ) -> float:
        """Number of a cell.

        Parameters
        ----------
        column
            Header.
        default
            For a blank cell or a missing column, where blank has a meaning; without one, a blank is an error.
        minimum, maximum
            Bounds, both allowed.
        assumed
            What the default is called in the note, where it only stands in for a value that nobody gave.
        """
        if not self.has(column):
            if default is None:
                self._missing(column)
                return 0.0
            if assumed:
                cell = self.cell(column) if self.table.find_column(column) is not None else ""
                self.assumptions.add(self.table.sheet, column, assumed, self.name, cell)
            return default
        value = number_at(self.table, self.number_of, column, self.problems)
        if math.isnan(value):
            return 0.0 if default is None else default
        if not minimum <= value <= maximum:
            self._error(column, _outside(column, value, minimum, maximum))
        return value

    def by_year(
        self, column: str, default: float | None = None, *, minimum: float = -math.inf, assumed: str = ""
    ) -> ByYear | float:
        """Number of a cell, or of the cells of the columns of each year (``capital_cost 2030``).

        Years that are blank take the value of the year before; where all are, the default counts.
        """
        columns = columns_by_year(self.table, column)
        found = {year: self.number(name, minimum=minimum) for year, name in columns.items() if self.has(name)}
        return found or self.number(column, default, minimum=minimum, assumed=assumed)

    def _missing(self, column: str) -> None:
        if self.table.find_column(column) is not None:
            self._error(column, f"the {column} is missing; fill it in (0 where there is none).")
        else:
            self.problems.error(
                f"{self.name or 'the first row'} needs a column '{column}'; add it.", sheet=self.table.sheet
            )

    def _error(self, column: str, message: str) -> None:
        self.problems.error(message, sheet=self.table.sheet, cell=self.cell(column))


class TableReader:
    """Goes through the rows of a table.

    Parameters
    ----------
    table
        The table.
    problems
        Collects what was found.
    assumptions
        Collects what stands in for blank cells.
    examples
        A value for each column, for the sentence that says that the column is missing.
    """

    def __init__(
        self,
        table: Table,
        problems: Problems,
        assumptions: Assumptions | None = None,
        examples: Mapping[str, object] | None = None,
    ) -> None:
        self.table = table
        self.problems = problems
        self.assumptions = Assumptions() if assumptions is None else assumptions
        self.examples = examples or {}
        self.columns = table.columns

    def require(self, *columns: str) -> bool:
        """Report the columns that are missing; False when there are some."""
        missing = [
            name
            for name in columns
            if self.table.find_column(name) is None and not columns_by_year(self.table, name)
        ]
        for name in missing:
            present = ", ".join(self.columns) or "none"
            such = f"; add it, with values such as {self.examples[name]}" if name in self.examples else ""
            self.problems.error(
                f"there is no column '{name}'; present: {present}{such}.", sheet=self.table.sheet
            )
        return not missing

    def rows(self, key: str, *needed: str, twice: bool = False) -> Iterator[Row]:
        """Give the rows that have a name; a name that occurs twice is an error.

        Parameters
        ----------
        key
            Column of the names.
        needed
            Further columns that have to be there; without them there are no rows.
        twice
            Whether a name may have several rows.
        """
        if not self.require(key, *needed):
            return
        seen: dict[str, str] = {}
        for number in range(len(self.table.rows)):
            row = Row(self.table, number, self.problems, self.assumptions)
            name = row.text(key)
            if not name:
                row._error(key, f"the {key} is missing; fill it in, or delete the row.")
                continue
            if name in seen and not twice:
                row._error(key, f"'{name}' is there twice, also in {seen[name]}; rename or delete one.")
                continue
            seen[name] = row.cell(key)
            yield replace(row, name=name)


@dataclass(slots=True)
class Cells:
    """Where the values of components are written."""

    places: dict[tuple[str, str], str] = field(default_factory=dict)

    def note(self, row: Row, name: str, *columns: str) -> None:
        """Remember the cells of one row; the first column is the place of the component as a whole."""
        for column in columns:
            if row.table.find_column(column) is not None:
                self.places[name, column] = f"sheet '{row.table.sheet}', cell {row.cell(column)}"
        first = row.table.columns[0]
        self.places.setdefault((name, "name"), f"sheet '{row.table.sheet}', cell {row.cell(first)}")

    def add(self, name: str, attribute: str, sheet: str, cell: str) -> None:
        """Remember one cell."""
        self.places[name, attribute] = f"sheet '{sheet}', cell {cell}"


def read_life(row: Row) -> tuple[int, float]:
    """First year and lifetime [years] of an existing plant; a lifetime counts from a year that has to be there."""
    lifetime = row.number("lifetime", math.inf, minimum=1, maximum=300, assumed="no end")
    first = row.number("build_year", 0.0 if math.isinf(lifetime) else None, minimum=1880, maximum=2100)
    return int(first), lifetime


def columns_by_year(table: Table, name: str) -> dict[int, str]:
    """Columns of a value by year, such as ``capital_cost 2030``: header by year."""
    wanted = re.compile(re.escape(plain_name(name)) + r"((?:19|20|21)\d\d)")
    found = {column: wanted.fullmatch(plain_name(without_unit(column))) for column in table.columns}
    return {int(match[1]): column for column, match in found.items() if match}


def month_of(row: Row, problems: Problems) -> int:
    """Month of the year in the column ``Month``, a number or a name; an error and 1 for anything else."""
    word = row.text("Month").casefold()
    if word.isdigit() and 1 <= int(word) <= 12:
        return int(word)
    if word[:3] in MONTHS:
        return MONTHS.index(word[:3]) + 1
    problems.error(
        f"the month is '{word}', expected a number from 1 to 12 or a name.",
        sheet=row.table.sheet,
        cell=row.cell("Month"),
    )
    return 1


def _outside(column: str, value: float, minimum: float, maximum: float) -> str:
    message = f"the {column} is {value:g}, expected "
    if value < minimum and math.isinf(maximum):
        return f"{message}{minimum:g} or more."
    if maximum == 1.0 and 1.0 < value <= 100.0:
        return f"{message}a part of one, from {minimum:g} to 1: write {value / 100:g} for {value:g} %."
    return f"{message}a number from {minimum:g} to {maximum:g}."
