"""Workbooks, read once, that know the cell of each value.

A sheet holds one plain table (a header row and rows below) or any number of *marked* tables: a cell ``~Name`` opens
one, and its header is in the next row (or the one after, when that is blank). Several may lie side by side, or one
under another. Blank rows and columns inside a table are passed over, see :mod:`workbench.data.workbooks.finding`; a
blank cell is ``None``, a zero stays 0.

Files are parsed in a process of their own, see :mod:`workbench.data.workbooks.process`.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from workbench.data.problems import Problem, Problems, Severity
from workbench.data.tables.table import Table, cell_name, plain_name
from workbench.data.texts.content import TEXT_SUFFIXES, FileKind, kind_of, read_whole
from workbench.data.workbooks.file import check_is_workbook
from workbench.data.workbooks.finding import (
    MARK,
    Findings,
    Merged,
    Names,
    Place,
    extract,
    header_row_of,
    listed,
    span_of,
)
from workbench.data.workbooks.parsing import ParsedSheet, unpack
from workbench.data.workbooks.process import parse_workbook
from workbench.data.workbooks.sheet_xml import SheetFacts
from workbench.errors import InvalidData
from workbench.files import is_file
from workbench.runs.model.digest import file_digest

__all__ = ["Sheet", "Workbook", "parse_content", "read_workbook"]

MAX_MEGABYTES = 64
PLAIN_SUFFIXES = (*TEXT_SUFFIXES, ".parquet")
NOTHING_SAID = SheetFacts()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its cells from A1 on, as rows of equal length; blank is ``None``, text is stripped.

    Parameters
    ----------
    name, file
        Where.
    rows
        The cells.
    problems
        What is noticed whatever is read of it: hidden, cells that were left out because they stand far away.
    merged
        First and last cell of each merged range, zero-based row and column.
    facts
        What the file says of its rows and columns.
    """

    name: str
    rows: tuple[tuple[object, ...], ...]
    file: str = ""
    problems: tuple[Problem, ...] = ()
    merged: tuple[Merged, ...] = ()
    facts: SheetFacts = NOTHING_SAID

    def table(self, problems: Problems | None = None, *, headers: Sequence[Names] = ()) -> Table:
        """Give the plain table of the sheet; without columns when the sheet is empty.

        Parameters
        ----------
        problems
            Collects what is not read, changed or hidden, each once.
        headers
            For each column that is wanted its name, or the names that it may have: the header is the first row
            with the most of them. Without them it is the first row that is not blank.
        """
        header = header_row_of(self.rows, headers)
        findings = Findings(self.file, self.name)
        if headers and any(value is not None for row in self.rows[:header] for value in row):
            message = f"the header is in row {header + 1}: what stands above is not read."
            findings.add(message, severity=Severity.CHANGE)
        place = Place(header, 0, len(self.rows[0]) if self.rows else 0, len(self.rows), whole=True)
        table = extract(self.rows, self.name, place, self.merged, findings)
        self._report(table, findings, problems)
        return table

    def has(self, headers: Sequence[Names]) -> bool:
        """Whether the table of the sheet has each of the columns, under one of its names."""
        table = self.table(headers=headers)
        return bool(headers) and all(
            any(table.find_column(name) for name in ((names,) if isinstance(names, str) else names))
            for names in headers
        )

    def marked_tables(self, problems: Problems | None = None) -> dict[str, Table]:
        """Give the ``~Name`` tables by name, without the ``~``.

        Parameters
        ----------
        problems
            Collects what is not read, changed or hidden, each once.

        Raises
        ------
        InvalidData
            When a name occurs twice.
        """
        marks = [
            (row, column, value[len(MARK) :].strip())
            for row, values in enumerate(self.rows)
            for column, value in enumerate(values)
            if isinstance(value, str) and value.startswith(MARK)
        ]
        self._refuse_twice(marks)
        wide = len(self.rows[0]) if self.rows else 0
        places = {}
        for row, column, name in marks:
            end = min((other for at, other, _ in marks if at == row and other > column), default=wide)
            header = row + 1 if self._value(row + 1, column) is not None else row + 2
            places[name] = Place(header, column, end, len(self.rows))
        spans = {name: span_of(self.rows, place, self.merged) for name, place in places.items()}
        tables = {}
        for name, place in places.items():
            left, right = spans[name]
            below = [
                row
                for row, _, other in marks
                if row >= place.header and spans[other][0] < right and spans[other][1] > left
            ]
            findings = Findings(self.file, self.name)
            bounded = replace(place, bottom=min(below, default=place.bottom))
            tables[name] = extract(self.rows, name, bounded, self.merged, findings)
            self._report(tables[name], findings, problems)
        return tables

    def _refuse_twice(self, marks: Sequence[tuple[int, int, str]]) -> None:
        places: dict[str, str] = {}
        for row, column, name in marks:
            place = cell_name(row, column)
            if name in places:
                problem = Problem(
                    f"the table '~{name}' is there twice, also in {places[name]}; rename one.",
                    self.file,
                    self.name,
                    place,
                )
                raise InvalidData(str(problem), self.file, [problem])
            places[name] = place

    def report(self, rows: Collection[int], problems: Problems) -> None:
        """Report what is hidden and what was left out of some rows, from 1."""
        hidden = self.facts.hidden_rows
        among = rows if isinstance(rows, range) or not hidden else set(rows)
        found = [number + 1 for number in hidden if number + 1 in among]
        problems.add_new(self.problems)
        if found:
            more = self.facts.hidden_count - len(hidden)
            many = f"rows {listed(found, more)} are" if len(found) + more > 1 else f"row {found[0]} is"
            message = f"{many} hidden, perhaps by a filter, and read like any other."
            problems.add_new([Problem(message, self.file, self.name, severity=Severity.CHANGE)])

    def _report(self, table: Table, findings: Findings, problems: Problems | None) -> None:
        if problems is None:
            return
        for name, place in zip(table.columns, table.places, strict=True):
            if place in self.facts.hidden_columns:
                message = f"the column '{name}' is hidden and read like any other."
                findings.add(message, cell_name(table.header_row - 1, place), Severity.CHANGE)
        problems.add_new(findings.found)
        self.report(table.row_numbers, problems)

    def _value(self, row: int, column: int) -> object:
        values = self.rows[row] if row < len(self.rows) else ()
        return values[column] if column < len(values) else None


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook that was read whole.

    Parameters
    ----------
    path
        The file.
    sha256
        Hash of exactly the bytes that were parsed.
    sheet_names
        All sheets of the file, in its order, those not requested included.
    problems
        What was noticed while opening it, such as that it is open in Excel.
    """

    path: Path
    sha256: str
    sheet_names: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    _sheets: MappingProxyType[str, Sheet] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The sheets that were requested, in no order."""
        return tuple(self._sheets.values())

    def find_sheet(self, name: str) -> str | None:
        """Give the sheet's name as written in the file, whatever the case, spaces and underscores."""
        if name in self.sheet_names:
            return name
        wanted = plain_name(name)
        return next((sheet for sheet in self.sheet_names if plain_name(sheet) == wanted), None)

    def find_table(
        self, name: str, headers: Sequence[Names], problems: Problems, known: Collection[str] = ()
    ) -> str | None:
        """Give the sheet of a name or, without one, the only other sheet that has all the headers: a note says so.

        Parameters
        ----------
        name
            Name that the sheet should have.
        headers
            For each column that it needs its name, or the names that it may have.
        problems
            Collects the note.
        known
            Names of sheets that are something else.
        """
        found = self.find_sheet(name)
        if found is not None or not headers:
            return found
        others = {plain_name(other) for other in known}
        fitting = [
            sheet.name
            for sheet in self._sheets.values()
            if plain_name(sheet.name) not in others and sheet.has(headers)
        ]
        if len(fitting) != 1:
            return None
        problems.change(
            f"there is no sheet '{name}': this one has its headers and is read as it.", sheet=fitting[0]
        )
        return fitting[0]

    def sheet(self, name: str) -> Sheet:
        """Give a sheet.

        Raises
        ------
        InvalidData
            When the file has no such sheet, or it was left out on reading; names the sheets present.
        """
        found = self.find_sheet(name)
        if found is None or found not in self._sheets:
            missing = "has no sheet" if found is None else "was read without its sheet"
            present = ", ".join(self.sheet_names)
            raise InvalidData(f"{self.path.name} {missing} '{name}'; present: {present}.", self.path)
        return self._sheets[found]


def read_workbook(
    path: Path | str, *, sheets: Collection[str] | None = None, max_megabytes: float = MAX_MEGABYTES
) -> Workbook:
    """Read a workbook once, whole.

    A cell with an Excel error (``#N/A``) or with a formula that was never calculated keeps that as its text,
    so that it is reported where it is used; it never turns into a blank.

    Parameters
    ----------
    path
        The file; its kind is told by its content. A text or Parquet file is a workbook of one sheet, named for it.
    sheets
        Names of the sheets to parse; all when left out. Names that are not there are passed over.
    max_megabytes
        Size [MB] above which a file is refused before it is read.

    Raises
    ------
    UnreadableFile
        When it is missing, a folder, empty, locked, too large, encrypted, damaged or not a workbook.
    """
    path = Path(path)
    if path.suffix.lower() in PLAIN_SUFFIXES and kind_of(path) is not FileKind.WORKBOOK:
        return _one_sheet(path, sheets, max_megabytes)
    content = read_whole(path, max_megabytes, "a workbook file (.xlsx)")
    return parse_content(path, content, sheets=sheets, max_megabytes=max_megabytes)


def parse_content(
    path: Path,
    content: bytes,
    *,
    sheets: Collection[str] | None = None,
    max_megabytes: float = MAX_MEGABYTES,
) -> Workbook:
    """Parse the bytes of a workbook that were read before, see :func:`read_workbook`."""
    check_is_workbook(path, content, max_megabytes)
    parsed = parse_workbook(path, content, None if sheets is None else {plain_name(name) for name in sheets})
    read = {
        page.name: _sheet_of(page, path.name, hidden=page.name in parsed.hidden) for page in parsed.sheets
    }
    digest = hashlib.sha256(content).hexdigest()
    return Workbook(path, digest, parsed.names, _open_elsewhere(path), MappingProxyType(read))


def _one_sheet(path: Path, sheets: Collection[str] | None, max_megabytes: float) -> Workbook:
    if sheets is not None and plain_name(path.stem) not in {plain_name(name) for name in sheets}:
        return Workbook(path, file_digest(path), (path.stem,))
    # Text takes Polars, which a workbook does not need.
    from workbench.data.workbooks.plain_files import read_plain_rows

    problems = Problems(path.name)
    rows, digest = read_plain_rows(path, max_megabytes, problems)
    sheet = Sheet(path.stem, rows, path.name, tuple(problems))
    return Workbook(path, digest, (path.stem,), (), MappingProxyType({path.stem: sheet}))


def _sheet_of(page: ParsedSheet, file: str, *, hidden: bool) -> Sheet:
    findings = Findings(file, page.name)
    if hidden:
        findings.add("the sheet is hidden and read like any other.", severity=Severity.CHANGE)
    if page.facts.far:
        first = cell_name(*page.facts.far[0])
        more = f", and {len(page.facts.far) - 1:,} more do" if len(page.facts.far) > 1 else ""
        findings.add(f"the cell stands far from all others{more}: not read; delete or move it.", first)
    return Sheet(
        page.name,
        _rows_of(page),
        file,
        tuple(findings.found),
        page.merged,
        page.facts,
    )


def _rows_of(page: ParsedSheet) -> tuple[tuple[object, ...], ...]:
    # Looking for cycles among new tuples of plain values takes longer than to make them.
    collects = gc.isenabled()
    gc.disable()
    try:
        return tuple(zip(*map(unpack, page.columns), strict=True))
    finally:
        if collects:
            gc.enable()


def _open_elsewhere(path: Path) -> tuple[Problem, ...]:
    lock = path.with_name(f"~${path.name}")
    if not is_file(lock):
        return ()
    message = (
        "it is open in Excel (its lock file is there): changes not yet saved are not seen; save it first."
    )
    return (Problem(message, path.name, severity=Severity.WARNING),)
