"""Workbooks, read once, that know the cell of each value.

A sheet holds one plain table (a header row, rows below, to the first empty row) or any number of *marked*
tables: a cell ``~Name`` opens one, its header is in the next row (or the one after, when that is blank), and
it ends at the first empty header cell to the right and the first empty row below. Several may lie side by
side, or one under another with a blank row between. Inside a table a blank cell is ``None``; a zero stays 0.

Files are parsed by calamine (https://github.com/tafia/calamine), also .xlsm, .xlsb, .xls and .ods.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import python_calamine

from workbench.data.problems import Problem, Severity
from workbench.data.workbooks.file import check_is_workbook, read_bytes, silent_cells
from workbench.data.workbooks.number_cells import number_at, number_from_text, read_numbers
from workbench.data.workbooks.table import Table, cell_name, plain_name
from workbench.errors import InvalidData, UnreadableFile

__all__ = [
    "Sheet",
    "Table",
    "Workbook",
    "cell_name",
    "number_at",
    "number_from_text",
    "plain_name",
    "read_numbers",
    "read_workbook",
]

MAX_MEGABYTES = 64
MARK = "~"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its cells from A1 on, as rows of equal length; blank is ``None``, text is stripped."""

    name: str
    rows: tuple[tuple[object, ...], ...]
    file: str = ""

    def table(self, header_row: int = 0) -> Table:
        """Give the plain table under a header row; without columns when that row is empty.

        Parameters
        ----------
        header_row
            Zero-based.
        """
        header = self._row(header_row)
        left = next((i for i, value in enumerate(header) if value is not None), 0)
        return self._table(self.name, header_row, left, len(header))

    def marked_tables(self) -> dict[str, Table]:
        """Give the ``~Name`` tables by name, without the ``~``.

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
        tables: dict[str, Table] = {}
        places: dict[str, str] = {}
        for row, column, name in marks:
            place = cell_name(row, column)
            if name in tables:
                problem = Problem(
                    f"the table '~{name}' is there twice, also in {places[name]}; rename one.",
                    self.file,
                    self.name,
                    place,
                )
                raise InvalidData(str(problem), self.file, [problem])
            neighbours = [other for mark_row, other, _ in marks if mark_row == row and other > column]
            header_row = row + 1 if self._value(row + 1, column) is not None else row + 2
            tables[name] = self._table(name, header_row, column, min(neighbours, default=len(self._row(row))))
            places[name] = place
        return tables

    def _table(self, name: str, header_row: int, left: int, end: int) -> Table:
        columns: list[str] = []
        for value in self._row(header_row)[left:end]:
            if value is None or (isinstance(value, str) and value.startswith(MARK)):
                break
            columns.append(_header_text(value))
        right = left + len(columns)
        rows = []
        for row in self.rows[header_row + 1 :] if columns else ():
            values = row[left:right]
            if not _has_data(values):
                break
            rows.append(values)
        numbers = range(header_row + 2, header_row + 2 + len(rows))
        places = range(left, right)
        return Table(name, self.name, tuple(columns), tuple(rows), numbers, places, header_row + 1, self.file)

    def _row(self, row: int) -> tuple[object, ...]:
        return self.rows[row] if row < len(self.rows) else ()

    def _value(self, row: int, column: int) -> object:
        values = self._row(row)
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

    def find_sheet(self, name: str) -> str | None:
        """Give the sheet's name as written in the file, whatever the case, spaces and underscores."""
        if name in self.sheet_names:
            return name
        wanted = plain_name(name)
        return next((sheet for sheet in self.sheet_names if plain_name(sheet) == wanted), None)

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
        The file; its kind is told by its content.
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
    content = read_bytes(path, max_megabytes)
    check_is_workbook(path, content, max_megabytes)
    try:
        parsed = python_calamine.load_workbook(io.BytesIO(content))
        names = [
            item.name
            for item in parsed.sheets_metadata
            if item.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        asked = None if sheets is None else {plain_name(name) for name in sheets}
        wanted = [name for name in names if asked is None or plain_name(name) in asked]
        silent = silent_cells(path, content, wanted)
        read = {name: _read_sheet(parsed, name, path.name, silent.get(name, ())) for name in wanted}
    except python_calamine.PasswordError as error:
        raise UnreadableFile(f"{path} is protected by a password; save a copy without it.", path) from error
    except python_calamine.CalamineError as error:
        raise UnreadableFile(
            f"{path} is not a workbook that can be read ({error}); open it in Excel and save it as .xlsx.",
            path,
        ) from error
    return Workbook(
        path, hashlib.sha256(content).hexdigest(), tuple(names), _open_elsewhere(path), MappingProxyType(read)
    )


def _read_sheet(
    parsed: python_calamine.CalamineWorkbook, name: str, file: str, silent: Sequence[tuple[int, int, str]]
) -> Sheet:
    rows = [
        tuple([(value.strip() or None) if type(value) is str else value for value in row])
        for row in parsed.get_sheet_by_name(name).to_python(skip_empty_area=False)
    ]
    return Sheet(name, tuple(_with_silent(rows, silent) if silent else rows), file)


def _with_silent(
    rows: Sequence[tuple[object, ...]], silent: Sequence[tuple[int, int, str]]
) -> Iterator[tuple[object, ...]]:
    """Put back the cells that the parser left out; they may lie outside the range that it saw."""
    places = {(row, column): text for row, column, text in silent}
    height = max(len(rows), *(row + 1 for row, _ in places))
    width = max(len(rows[0]) if rows else 0, *(column + 1 for _, column in places))
    for at in range(height):
        values = rows[at] if at < len(rows) else ()
        values += (None,) * (width - len(values))
        yield tuple([places.get((at, column), value) for column, value in enumerate(values)])


def _header_text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _has_data(values: tuple[object, ...]) -> bool:
    first = values[0]
    if isinstance(first, str) and first.startswith(MARK):
        return False
    return any(value is not None for value in values)


def _open_elsewhere(path: Path) -> tuple[Problem, ...]:
    lock = path.with_name(f"~${path.name}")
    if not lock.exists():
        return ()
    message = (
        "it is open in Excel (its lock file is there): changes not yet saved are not seen; save it first."
    )
    return (Problem(message, path.name, severity=Severity.WARNING),)
