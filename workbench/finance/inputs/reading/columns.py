"""What each column of a file holds, with the evidence for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.amount_column import (
    PARENTHESES,
    TRAILING,
    TRIANGLE,
    NumberColumn,
    examples,
    looks_like_amounts,
    read_numbers,
)
from workbench.data.texts.cells import TYPED, shown
from workbench.data.texts.dates import DateOrder, Precision
from workbench.data.texts.decimal_mark import MarkEvidence, mark_evidence
from workbench.finance.inputs.reading.date_column import looks_like_dates, read_dates
from workbench.finance.model.questions import Question

SAMPLES = 4


class ColumnKind(StrEnum):
    """What a column holds."""

    DATE = "date"
    NUMBER = "number"
    TEXT = "text"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """A column as it was read.

    Parameters
    ----------
    name, letter
        Header, and the column's letter in a spreadsheet.
    kind
        What it holds.
    filled, blank, distinct
        Number of cells with a value, without one, and of different values.
    samples
        The first few different cells as they are in the file.
    evidence
        How the dates or the numbers are read and what shows it, as text.
    currency
        ISO 4217 code, when the cells carry one and the same; empty else.
    unit
        ``"%"`` when most cells have a percent sign.
    decimals
        Most digits after the decimal mark.
    minimum, maximum, total
        Of the numbers; nan for other kinds.
    negative
        Number of negative numbers.
    precision
        What the dates say: a day, a month, a quarter or a year.
    """

    name: str
    letter: str
    kind: ColumnKind
    filled: int
    blank: int
    distinct: int
    samples: tuple[str, ...]
    evidence: str = ""
    currency: str = ""
    unit: str = ""
    decimals: int = 0
    minimum: float = float("nan")
    maximum: float = float("nan")
    total: float = float("nan")
    negative: int = 0
    precision: Precision | None = None


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column with its values.

    Parameters
    ----------
    profile
        What is known of it.
    values
        Float64, Date or String; null where nothing is given.
    changes
        Cells that were read differently from how they are written.
    currencies
        ISO code -> rows in which it occurs.
    question
        What only the user can answer.
    unreadable
        ``row`` and ``text`` of cells that are not of the column's kind.
    """

    profile: ColumnProfile
    values: pl.Series
    changes: tuple[Change, ...]
    currencies: dict[str, pl.Series]
    question: Question | None
    unreadable: pl.DataFrame


def kind_of(cells: pl.Series, name: str) -> ColumnKind:
    """Tell the kind of a column by its cells, and for bare digits by its header."""
    if cells.null_count() == len(cells):
        return ColumnKind.EMPTY
    if looks_like_dates(cells, name):
        return ColumnKind.DATE
    return ColumnKind.NUMBER if looks_like_amounts(cells) else ColumnKind.TEXT


def evidence_of_mark(cells: pl.Series, rows: pl.Series) -> MarkEvidence:
    """Find the decimal mark of a column of amounts; number cells of a workbook have none."""
    text = cells.is_not_null() & ~cells.str.starts_with(TYPED).fill_null(True)
    return mark_evidence(cells.filter(text), rows.filter(text))


def typed_date(
    cells: pl.Series, rows: pl.Series, name: str, letter: str, order: DateOrder | None
) -> TypedColumn:
    """Read a column of dates."""
    read = read_dates(cells, rows, name, order)
    profile = _profile(cells, name, letter, ColumnKind.DATE, read.evidence, precision=read.precision)
    return TypedColumn(profile, read.values, read.changes, {}, read.question, read.unreadable)


def typed_text(cells: pl.Series, name: str, letter: str) -> TypedColumn:
    """Keep a column of text as it is."""
    kind = ColumnKind.TEXT if cells.null_count() < len(cells) else ColumnKind.EMPTY
    nothing = pl.DataFrame(schema={"row": pl.Int64(), "text": pl.String()})
    return TypedColumn(
        _profile(cells, name, letter, kind), cells.str.strip_prefix(TYPED), (), {}, None, nothing
    )


def typed_number(
    cells: pl.Series, rows: pl.Series, name: str, letter: str, decimal: str, reason: str
) -> TypedColumn:
    """Read a column of amounts with a decimal mark that is known."""
    read = read_numbers(cells, rows, decimal)
    values = read.values
    currency = next(iter(read.currencies)) if len(read.currencies) == 1 else ""
    filled = len(values) - values.null_count()
    mark = "point" if decimal == "." else "comma"
    evidence = "; ".join(part for part in (f"decimal {mark}: {reason}", *_forms(read)) if part)
    profile = _profile(
        cells,
        name,
        letter,
        ColumnKind.NUMBER,
        evidence,
        currency=currency,
        unit="%" if filled and read.percent > filled / 2 else "",
        decimals=read.decimals,
        values=values,
    )
    return TypedColumn(profile, values, _number_changes(read, name), read.currencies, None, read.unreadable)


def _forms(read: NumberColumn) -> list[str]:
    return [f"{part.height} with {form} ({examples(part, 1)})" for form, part in read.forms.items()]


def _number_changes(read: NumberColumn, name: str) -> tuple[Change, ...]:
    changes = []
    for form, part in read.forms.items():
        negative = form in (PARENTHESES, TRAILING, TRIANGLE)
        kind = ChangeKind.SIGN if negative else ChangeKind.READ_AS
        reason = f"{form} means a negative amount" if negative else f"the amount is written with {form}"
        rows, before, values = (tuple(part[column].to_list()) for column in ("row", "text", "value"))
        changes.append(Change(kind, name, rows, before, tuple([f"{value:.15g}" for value in values]), reason))
    for part, reason in (
        (read.placeholders, "the text says that nothing is known; read as not given, not as 0"),
        (read.unreadable, "it is not an amount; read as not given"),
    ):
        if part.height:
            before = tuple([shown(text) for text in part["text"].to_list()])
            rows = tuple(part["row"].to_list())
            changes.append(Change(ChangeKind.BLANKED, name, rows, before, ("",), reason))
    return tuple(changes)


def _profile(
    cells: pl.Series,
    name: str,
    letter: str,
    kind: ColumnKind,
    evidence: str = "",
    *,
    currency: str = "",
    unit: str = "",
    decimals: int = 0,
    values: pl.Series | None = None,
    precision: Precision | None = None,
) -> ColumnProfile:
    distinct = cells.drop_nulls().unique(maintain_order=False)
    first = cells.drop_nulls().head(200).unique(maintain_order=True).head(SAMPLES)
    numbers = values.drop_nulls() if values is not None else pl.Series(dtype=pl.Float64)
    some = len(numbers) > 0
    return ColumnProfile(
        name,
        letter,
        kind,
        len(cells) - cells.null_count(),
        cells.null_count(),
        len(distinct),
        tuple(shown(text) for text in first),
        evidence,
        currency,
        unit,
        decimals,
        float(numbers.min()) if some else float("nan"),  # type: ignore[arg-type]
        float(numbers.max()) if some else float("nan"),  # type: ignore[arg-type]
        float(numbers.sum()) if some else float("nan"),
        int((numbers < 0).sum()),
        precision,
    )
