"""A file as typed rows: what each column holds, what was set aside, and what only the user can answer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from workbench.data.changes import Change, ChangeKind, ChangeLog
from workbench.data.problems import Problem, Severity
from workbench.data.texts.content import read_content as read_file_content
from workbench.data.texts.content import unpacked
from workbench.data.texts.layout import Layout, column_letter, find_table, rows_text
from workbench.errors import InvalidData
from workbench.finance.inputs.header_units import NO_UNIT, HeaderUnit, unit_of
from workbench.finance.inputs.reading.accounts import Accounts, as_columns, with_accounts_as_columns
from workbench.finance.inputs.reading.columns import ColumnKind, ColumnProfile
from workbench.finance.inputs.reading.date_parts import with_whole_dates
from workbench.finance.inputs.reading.fiscal_dates import with_calendar_dates
from workbench.finance.inputs.reading.grid import Grid, read_grid
from workbench.finance.inputs.reading.header_rows import with_both_headers
from workbench.finance.inputs.reading.months_across import with_months_below
from workbench.finance.inputs.reading.postings.bank_statement import with_bank_figures
from workbench.finance.inputs.reading.postings.chart_of_accounts import is_chart
from workbench.finance.inputs.reading.postings.contra_accounts import with_contra_accounts
from workbench.finance.inputs.reading.postings.datev import DatevHeader, datev_header, datev_journal
from workbench.finance.inputs.reading.postings.journal import journal_of
from workbench.finance.inputs.reading.postings.journal_columns import Table
from workbench.finance.inputs.reading.postings.payments import payments_journal
from workbench.finance.inputs.reading.postings.sides import with_sides_as_signs
from workbench.finance.inputs.reading.postings.statement_lines import as_statement
from workbench.finance.inputs.reading.postings.titles import span_of
from workbench.finance.inputs.reading.set_aside import date_column, set_aside_rows
from workbench.finance.inputs.reading.type_columns import Typed, type_columns, unreadable_cells
from workbench.finance.model.control_totals import ControlTotals, StageTotals
from workbench.finance.model.questions import Answers, Question

MAX_COLUMNS = 2_000
"""Five years of days side by side; more is another kind of file, and each column is looked at."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Reading:
    """A file that was read.

    Parameters
    ----------
    file, sha256
        Name, and hash of exactly the bytes that were read.
    kind, encoding, delimiter, sheet, sheets
        ``"csv"`` or ``"excel"``, and how it is made.
    header_row
        Row of the header as a spreadsheet numbers it, 0 for none.
    date_column
        Header of the column whose dates place the rows.
    columns
        The columns with their evidence, in the order of the file.
    rows
        Column ``row`` and typed columns ``"0"``, ``"1"`` … (a header may be any word); see :meth:`values`.
    questions
        What is open; nothing may be made of the figures before it is answered.
    changes
        All that was set aside, or read differently from how it is written.
    totals
        Rows and sums of each stage.
    problems
        What is doubtful: cells that are not amounts, totals that do not agree, other sheets with data.
    currencies
        ISO 4217 code -> rows with an amount that carries its sign or code.
    account_column
        Header of the column of accounts, each of which has a column with its name; empty where figures stand beside
        each other.
    is_ledger
        Whether the rows are postings, of which many have one line and day.
    months
        Length of a period where the dates do not show it; 0 else.
    unit
        Currency and scale that a line above the header names, or the header of the lines of a statement.
    """

    file: str
    sha256: str
    kind: str
    encoding: str
    delimiter: str
    sheet: str
    sheets: tuple[str, ...]
    header_row: int
    date_column: str
    columns: tuple[ColumnProfile, ...]
    rows: pl.DataFrame
    questions: tuple[Question, ...] = ()
    changes: ChangeLog = field(default_factory=ChangeLog)
    totals: ControlTotals = field(default_factory=ControlTotals)
    problems: tuple[Problem, ...] = ()
    currencies: dict[str, pl.Series] = field(default_factory=dict)
    account_column: str = ""
    is_ledger: bool = False
    months: int = 0
    unit: HeaderUnit = NO_UNIT

    def __repr__(self) -> str:
        how = (
            f"{self.encoding}, delimiter {self.delimiter!r}"
            if self.kind == "csv"
            else f"sheet '{self.sheet}'"
        )
        return (
            f"Reading of {self.file} ({how}): {self.rows.height} rows, {len(self.columns)} columns, "
            f"{len(self.questions)} open questions, {self.changes.count()} changes, {len(self.problems)} problems"
        )

    def column(self, name: str) -> ColumnProfile:
        """Give the profile of a column.

        Raises
        ------
        InvalidData
            When there is none of that name; names those present.
        """
        return self.columns[self._position(name)]

    def values(self, name: str) -> pl.Series:
        """Give the values of a column: Float64, Date or String, null where nothing is given.

        Raises
        ------
        InvalidData
            When there is none of that name; names those present.
        """
        return self.rows[str(self._position(name))]

    def _position(self, name: str) -> int:
        for position, column in enumerate(self.columns):
            if column.name == name:
                return position
        present = ", ".join(column.name for column in self.columns)
        raise InvalidData(f"{self.file} has no column '{name}'; present: {present}.", self.file)


def read_file(
    path: Path | str, *, answers: Answers | None = None, sheet: str = "", start_month: int = 1
) -> Reading:
    """Read a CSV, TSV or Excel file; see :func:`read_content`.

    Parameters
    ----------
    path
        The file; ``.gz`` is unpacked.
    answers
        Key of a question -> value of the chosen option.
    sheet
        Of a workbook; the one with the most cells when empty.
    start_month
        First month of a fiscal year, where the file counts its periods in such years.

    Raises
    ------
    UnreadableFile
        When it is missing, empty, or neither text nor workbook.
    InvalidData
        When it has no row of figures, no column of dates, or an answer is none of the options.
    """
    path = Path(path)
    return read_content(
        path.name, read_file_content(path), answers=answers, sheet=sheet, start_month=start_month
    )


def read_content(
    name: str, content: bytes, *, answers: Answers | None = None, sheet: str = "", start_month: int = 1
) -> Reading:
    """Read the bytes of a file; nothing is written.

    Parameters
    ----------
    name
        File name, for the sentences.
    content
        All its bytes.
    answers, sheet, start_month
        As in :func:`read_file`.

    Raises
    ------
    UnreadableFile
        When it is empty, or neither text nor workbook.
    InvalidData
        When it has no row of figures, no column of dates, or an answer is none of the options.
    """
    answers = answers or {}
    grid = read_grid(name, unpacked(name, content), sheet)
    width = grid.cells.frame.width - 1
    if width > MAX_COLUMNS:
        raise InvalidData(
            f"{name} has {width:,} columns, at most {MAX_COLUMNS:,} are read; export the figures below each other, "
            "with one column that names them.",
            name,
        )
    batch = datev_header(grid.cells, name)
    layout = find_table(grid.cells if batch is None else batch[1], name)
    layout = with_both_headers(layout, grid.cells)
    _refuse_without_rows(name, layout)
    table = _table_of(layout, name, start_month, answers, None if batch is None else batch[0])
    names, frame = table.names, table.frame
    letters = tuple("" if place < 0 else column_letter(place) for place in table.places)
    typed = type_columns(names, letters, frame, answers, name)
    date = date_column(typed, name)
    kept, aside, changes, problems, questions = set_aside_rows(typed, date, answers, name)
    # A line of a statement with its periods side by side counts once for each of them.
    aside_before = layout.rows_before - frame["row"].n_unique()
    totals = ControlTotals().with_stage(
        StageTotals("find the table", frame.height + aside_before, frame.height, aside_before)
    )
    totals = totals.with_stage(_stage(typed, typed.rows, kept.rows, aside))
    found = (change for column in typed.columns for change in column.changes)
    log = ChangeLog((*layout.changes, *table.changes, *found, *changes))
    return Reading(
        name,
        hashlib.sha256(content).hexdigest(),
        grid.kind,
        grid.cells.encoding,
        grid.cells.delimiter,
        grid.sheet,
        grid.sheets,
        layout.header_row,
        typed.columns[date].profile.name,
        tuple(column.profile for column in typed.columns),
        kept.rows,
        (*table.questions, *typed.questions, *questions),
        _in_order(log),
        totals,
        (
            *_about_the_file(grid, name),
            *_about_short_rows(layout, kept, name),
            *unreadable_cells(kept, name),
            *problems,
        ),
        _currencies(typed),
        table.column,
        table.is_ledger,
        table.months,
        unit_of((*_titles(layout), *layout.names[:1])),
    )


def _table_of(
    layout: Layout, file: str, start_month: int, answers: Answers, batch: DatevHeader | None
) -> Accounts:
    """Give a table with one row a period and entity, or one for each account in them, however it is laid out."""
    titles = _titles(layout)
    table = Table(layout.names, layout.places, layout.frame)
    if batch is not None:
        return as_statement(datev_journal(batch, table, file), answers, file)
    known = payments_journal(table, file)
    if known is not None:
        return as_statement(known, answers, file)
    across = with_months_below(layout.names, layout.places, layout.frame, titles, file)
    if across is not None:
        names, frame, fiscal = with_calendar_dates(across.names, across.frame, start_month)
        made = _accounts(Table(names, across.places, frame), answers, file, start_month)
        if made is None:
            made = as_columns(names, across.places, frame, across.account, across.amount)
        months = across.months or made.months
        return replace(made, changes=(*across.changes, *fiscal, *made.changes), months=months)
    names, frame, changes = with_calendar_dates(layout.names, layout.frame, start_month)
    if not changes:
        names, frame, changes = with_whole_dates(names, frame, file)
    places = (*layout.places, *[-1] * (len(names) - len(layout.names)))
    table = Table(names, places, frame)
    contra = with_contra_accounts(table)
    if contra is not None:
        table, booked = contra
        changes = [*changes, *booked]
    bank = with_bank_figures(table, file, proved=True)
    made = None if bank else _accounts(table, answers, file, start_month, titles)
    if made is None:
        bank = bank or with_bank_figures(table, file)
        if bank is not None:
            table, moved = bank
            changes = [*changes, *moved]
        frame, sides = with_sides_as_signs(table.names, table.frame)
        made = with_accounts_as_columns(table.names, table.places, frame)
        changes = [*changes, *sides]
    return replace(made, changes=(*changes, *made.changes))


def _titles(layout: Layout) -> list[str]:
    return [text for change in layout.changes if change.kind is ChangeKind.DROPPED for text in change.before]


def _accounts(
    table: Table, answers: Answers, file: str, start_month: int, titles: Sequence[str] = ()
) -> Accounts | None:
    """Give the lines of the statements, of a ledger, a trial balance or a chart of accounts; else ``None``."""
    journal = journal_of(table)
    if journal is None:
        journal = journal_of(table, is_chart=True)
        if journal is None or journal.date < 0 or not is_chart(journal.postings):
            return None
    span = span_of(titles) if journal.date < 0 else None
    return as_statement(journal, answers, file, span=span, start_month=start_month)


def _refuse_without_rows(file: str, layout: Layout) -> None:
    if layout.frame.is_empty():
        raise InvalidData(
            f"{file} has a header in row {max(layout.header_row, 1)} ({', '.join(layout.names[:6])}) and no row "
            "below it; expected at least one row of figures, export it again.",
            file,
        )


def _stage(typed: Typed, before: pl.DataFrame, after: pl.DataFrame, aside: pl.DataFrame) -> StageTotals:
    amounts = {
        column.profile.name: str(position)
        for position, column in enumerate(typed.columns)
        if column.profile.kind is ColumnKind.NUMBER
    }
    given, kept, gone = (
        {name: float(frame[position].sum()) for name, position in amounts.items()}
        for frame in (before, after, aside)
    )
    sizes = {name: float(before[position].abs().sum()) for name, position in amounts.items()}
    return StageTotals("set rows aside", before.height, after.height, aside.height, given, kept, gone, sizes)


def _currencies(typed: Typed) -> dict[str, pl.Series]:
    found: dict[str, list[pl.Series]] = {}
    for column in typed.columns:
        for code, rows in column.currencies.items():
            found.setdefault(code, []).append(rows)
    return {code: pl.concat(rows).unique().sort() for code, rows in found.items()}


def _in_order(log: ChangeLog) -> ChangeLog:
    def place(change: Change) -> int:
        return change.rows[0] if change.rows else 0

    return ChangeLog(tuple(sorted(log.entries, key=place)))


def _about_short_rows(layout: Layout, kept: Typed, name: str) -> list[Problem]:
    short = kept.rows.filter(pl.col("row").is_in(layout.short))["row"].to_list() if layout.short else []
    if not short:
        return []
    ends = "ends" if len(short) == 1 else "end"
    message = (
        f"{rows_text(short)} {ends} before the last column; what is not there is read as not given, check "
        "that no value is lost."
    )
    return [Problem(message, name, severity=Severity.WARNING)]


def _about_the_file(grid: Grid, name: str) -> list[Problem]:
    if len(grid.sheets) < 2:
        return []
    others = ", ".join(f"'{sheet}'" for sheet in grid.sheets if sheet != grid.sheet)
    message = (
        f"the sheet with the most cells was read; there are also {others}, choose one of them if it is meant."
    )
    return [Problem(message, name, grid.sheet, severity=Severity.WARNING)]
