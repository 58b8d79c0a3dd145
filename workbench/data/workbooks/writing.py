"""Workbooks written for people: headers, notes, units, number formats, frozen panes.

Text is always written as text: a cell that begins with ``=``, ``+``, ``-`` or ``@`` never becomes a formula,
the person who typed it.
"""

from __future__ import annotations

import datetime
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xlsxwriter

from workbench.data.atomic import write_bytes
from workbench.data.heading import Heading
from workbench.errors import InvalidData

MAX_WIDTH = 60
MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
# Excel keeps 32 767 characters in a cell; xlsxwriter would leave longer text out.
MAX_TEXT = 32_767
MAX_PRINT_HEADER = 200
DAY_ZERO = np.datetime64("1899-12-30", "m")
FORBIDDEN_IN_SHEET_NAME = "[]:*?/\\"
# A fixed stamp: the same content gives the same bytes.
CREATED = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - xlsxwriter wants it naive


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table to write.

    Parameters
    ----------
    name
        Header.
    values
        Numbers, text, dates, booleans; ``None`` and ``nan`` stay blank.
    unit
        Shown in the note of the header, or in a row of its own.
    note
        Shown when the pointer rests on the header.
    number_format
        Excel's, such as ``"#,##0.00"``; chosen by the values when left out.
    """

    name: str
    values: Sequence[object]
    unit: str = ""
    note: str = ""
    number_format: str = ""


class SheetWriter:
    """Writes one sheet; made by :class:`WorkbookWriter`."""

    def __init__(self, sheet: Any, formats: _Formats, heading: Heading | None = None) -> None:
        self._sheet = sheet
        self._formats = formats
        self._widths: dict[int, int] = {}
        self._top = 0
        if heading is not None:
            self._top = 1
            sheet.write_string(0, 0, heading.caption, formats.heading)
            sheet.set_header(f"&L{heading.caption.replace('&', '&&')[:MAX_PRINT_HEADER]}")

    def table(
        self,
        columns: Sequence[Column],
        *,
        row: int = 0,
        column: int = 0,
        mark: str = "",
        units_row: bool = False,
    ) -> int:
        """Write columns side by side under their headers.

        Parameters
        ----------
        columns
            The columns; they may differ in length.
        row, column
            Zero-based position of the header, or of the mark when there is one.
        mark
            Name of a marked table, written as ``~Name`` one row above the header.
        units_row
            Write the units in a row below the header (for exports; an input sheet has them in the notes).

        Returns
        -------
        int
            Zero-based number of the first row below the table.
        """
        if mark:
            self._put(row, column, f"~{mark}", self._formats.mark)
            row += 1
        first = row + 1 + units_row
        for offset, item in enumerate(columns):
            at = column + offset
            self._put(row, at, item.name, self._formats.header)
            note = "\n".join(part for part in (item.note, f"Unit: {item.unit}" if item.unit else "") if part)
            if note:
                self._sheet.write_comment(self._top + row, at, note, {"x_scale": 2, "author": ""})
            if units_row:
                self._put(row + 1, at, item.unit or None, self._formats.unit)
            style = self._formats.number(item.number_format or _format_for(item.values))
            for down, value in enumerate(item.values):
                self._put(first + down, at, value, style)
        return first + max((len(item.values) for item in columns), default=0)

    def text(self, lines: Iterable[str], *, row: int = 0, column: int = 0, title: bool = False) -> int:
        """Write lines of text one below another; gives the first row below them.

        Parameters
        ----------
        lines
            The text.
        row, column
            Zero-based position of the first line.
        title
            Write the first line as a title.
        """
        for offset, line in enumerate(lines):
            style = self._formats.title if title and offset == 0 else self._formats.plain
            self._put(row, column, line, style)
            row += 1
        return row

    def freeze(self, row: int = 1, column: int = 0) -> None:
        """Keep the rows above ``row`` and the columns left of ``column`` in sight."""
        self._sheet.freeze_panes(self._top + row, column)

    def width(self, column: int, characters: int) -> None:
        """Set the width of a column, instead of the one that fits its content."""
        self._widths[column] = characters

    def _put(self, row: int, column: int, value: object, style: Any) -> None:
        row += self._top
        if row >= MAX_ROWS or column >= MAX_COLUMNS:
            raise InvalidData(
                f"The table does not fit on an Excel sheet ({MAX_ROWS} rows, {MAX_COLUMNS} columns); "
                "export it as Parquet or CSV."
            )
        if isinstance(value, bool):
            self._sheet.write_boolean(row, column, value, style)
        elif isinstance(value, datetime.datetime):
            # Excel knows no zones; the wall time is kept, and the header has to name the zone.
            self._sheet.write_datetime(row, column, value.replace(tzinfo=None), self._formats.time)
        elif isinstance(value, datetime.date):
            self._sheet.write_datetime(row, column, value, self._formats.date)
        elif isinstance(value, datetime.time):
            self._sheet.write_datetime(row, column, value, self._formats.clock)
        elif isinstance(value, str):
            if len(value) > MAX_TEXT:
                raise InvalidData(f"A text of {len(value)} characters does not fit in a cell; shorten it.")
            self._sheet.write_string(row, column, value, style)
        elif value is not None:
            number = float(value)  # type: ignore[arg-type]
            if math.isfinite(number):
                self._sheet.write_number(row, column, number, style)
            elif math.isinf(number):
                self._sheet.write_string(row, column, "inf" if number > 0 else "-inf", style)
        length = len(value) if isinstance(value, str) else 10
        self._widths[column] = max(self._widths.get(column, 0), min(length + 2, MAX_WIDTH))

    def fit(self) -> None:
        """Set the column widths; called when the workbook is finished."""
        for column, characters in self._widths.items():
            self._sheet.set_column(column, column, characters)


class _Formats:
    """The few cell styles of all our workbooks."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._numbers: dict[str, Any] = {}
        head = {"bold": True, "bg_color": "#DCE6F1", "bottom": 1, "text_wrap": False, "valign": "top"}
        self.header = book.add_format(head)
        self.heading = book.add_format({"italic": True, "font_color": "#595959"})
        self.mark = book.add_format({"bold": True, "font_color": "#1F4E79"})
        self.unit = book.add_format({"italic": True, "font_color": "#595959", "bottom": 1})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.plain = book.add_format({})
        self.date = book.add_format({"num_format": "yyyy-mm-dd"})
        self.clock = book.add_format({"num_format": "hh:mm"})
        self.time = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})

    def number(self, number_format: str) -> Any:
        if number_format not in self._numbers:
            self._numbers[number_format] = self._book.add_format({"num_format": number_format})
        return self._numbers[number_format]


class WorkbookWriter:
    """Writes the sheets of one workbook; made by :func:`writing_workbook`."""

    def __init__(self, book: Any, heading: Heading | None = None) -> None:
        self._book, self._heading = book, heading
        self._formats = _Formats(book)
        self._sheets: dict[str, SheetWriter] = {}

    def sheet(self, name: str) -> SheetWriter:
        """Add a sheet.

        Raises
        ------
        InvalidData
            When the name is taken, empty, longer than 31 characters or has a character Excel forbids.
        """
        bad = [character for character in name if character in FORBIDDEN_IN_SHEET_NAME]
        if not name.strip() or len(name) > 31 or bad or name[0] == "'" or name[-1] == "'":
            raise InvalidData(
                f"'{name}' cannot be the name of a sheet: use 1 to 31 characters without "
                f"{FORBIDDEN_IN_SHEET_NAME} and without ' at its ends."
            )
        if name.casefold() in self._sheets:
            raise InvalidData(f"Two sheets would be named '{name}' (Excel ignores case); rename one.")
        writer = SheetWriter(self._book.add_worksheet(name), self._formats, self._heading)
        self._sheets[name.casefold()] = writer
        return writer

    def fit(self) -> None:
        """Set the column widths of all sheets."""
        for sheet in self._sheets.values():
            sheet.fit()


@contextmanager
def writing_workbook(
    path: Path | str, properties: Mapping[str, str] | None = None, heading: Heading | None = None
) -> Iterator[WorkbookWriter]:
    """Write a workbook; it takes its name when the block succeeds.

    Parameters
    ----------
    path
        Final name, with the suffix ``.xlsx``.
    properties
        Title, subject and comments of the document, where the run that made it can be named.
    heading
        What it is an export of; its title is the document's. Each sheet, and each printed page, begins with a line
        of it, above row 0 of the sheet's tables.

    Raises
    ------
    UnwritableFile
        When the operating system refuses; a workbook that is open in Excel on Windows is such a case.
    """
    # Made in memory: after a failed write xlsxwriter would keep its half-written file open.
    content = io.BytesIO()
    with making_workbook(content, properties, heading) as writer:
        yield writer
    write_bytes(path, content.getvalue())


@contextmanager
def making_workbook(
    content: io.BytesIO, properties: Mapping[str, str] | None = None, heading: Heading | None = None
) -> Iterator[WorkbookWriter]:
    """Make a workbook in memory; ``content`` has it when the block succeeds.

    Parameters
    ----------
    content
        Where to.
    properties, heading
        As in :func:`writing_workbook`.
    """
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(content, options)
    title = {} if heading is None else {"title": heading.name}
    book.set_properties({"created": CREATED, **title, **(properties or {})})
    writer = WorkbookWriter(book, heading)
    yield writer
    writer.fit()
    book.close()


def day_numbers(times: npt.NDArray[np.datetime64]) -> list[float]:
    """Write times as Excel counts days: with a date format, numbers are written ten times faster than dates."""
    minutes = (times.astype("datetime64[m]") - DAY_ZERO) / np.timedelta64(1, "m")
    return [float(minute / 1440) for minute in minutes]


def _format_for(values: Sequence[object]) -> str:
    numbers = [abs(float(v)) for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
    finite = [number for number in numbers if math.isfinite(number)]
    if not finite or all(number.is_integer() for number in finite):
        # A year is a whole number too, and would read 2,025.
        return "0" if not finite or max(finite) < 10_000 else "#,##0"
    return "#,##0" if max(finite) >= 10_000 else "#,##0.00" if max(finite) >= 1 else "0.0000"
