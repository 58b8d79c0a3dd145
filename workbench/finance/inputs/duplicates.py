"""Rows of one key: the same date and entity more than once, told apart from bookings of one day."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.layout import row_text
from workbench.finance.model.questions import (
    Answers,
    Option,
    Question,
    QuestionKind,
    answer_to,
    question_key,
)

DUPLICATES_KEY = question_key(QuestionKind.DUPLICATE_ROWS)
ADD, ONCE = "add", "once"
# Above this share of rows that share a key, a file holds bookings, and its key says nothing about them.
MAX_DUPLICATES = 0.2


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Rows of one key.

    Parameters
    ----------
    bookings
        Whether the file holds bookings: many rows of one key are its nature.
    identical
        ``row`` and ``first``: rows that repeat an earlier row in every column.
    merged
        Rows of one key that differ, one list each.
    """

    bookings: bool
    identical: pl.DataFrame
    merged: tuple[tuple[int, ...], ...]


NO_DUPLICATES = Duplicates(False, pl.DataFrame(schema={"row": pl.Int64(), "first": pl.Int64()}), ())
"""Of a file whose rows all have a key of their own, or are postings."""


def find_duplicates(entries: pl.DataFrame, key: list[str], cells: pl.DataFrame) -> Duplicates:
    """Judge the rows by their key, never by the date alone.

    Parameters
    ----------
    entries
        ``row`` and the key's columns.
    key
        Date, dimensions, scenario, currency: what makes a row one of its kind.
    cells
        ``row`` and every column of the file: rows are identical only when all of them are.
    """
    keyed = entries.select("row", *key)
    shared = keyed.filter(keyed.select(key).is_duplicated())
    if shared.is_empty():
        return NO_DUPLICATES
    if shared.height > MAX_DUPLICATES * entries.height and entries.height > 2:
        return replace(NO_DUPLICATES, bookings=True)
    columns = [name for name in cells.columns if name != "row"]
    suspects = cells.filter(pl.col("row").is_in(shared["row"].implode()))
    firsts = suspects.with_columns(first=pl.col("row").first().over(columns))
    identical = firsts.filter(pl.col("row") != pl.col("first")).select("row", "first")
    again = identical["row"].implode()
    groups = shared.filter(~pl.col("row").is_in(again)).group_by(key, maintain_order=True).agg("row")
    merged = tuple(tuple(rows) for rows in groups["row"].to_list() if len(rows) > 1)
    return Duplicates(False, identical, merged)


def duplicate_question(found: Duplicates, answers: Answers) -> Question | None:
    """Ask whether identical rows are counted; ``None`` when there are none or it is answered."""
    if found.identical.is_empty() or answer_to(answers, DUPLICATES_KEY, [ADD, ONCE]):
        return None
    row, first = found.identical.row(0)
    more = found.identical.height - 1
    text = (
        f"Row {row} repeats row {first} in every column{f', and so do {more} more rows' if more else ''}, "
        "in a file that has "
        "one row for each date and entity; say whether they are counted."
    )
    options = (
        Option(ONCE, f"the {more + 1} repeated rows are set aside and listed"),
        Option(ADD, "they are bookings of their own and are added"),
    )
    return Question(DUPLICATES_KEY, QuestionKind.DUPLICATE_ROWS, "", int(row), text, options, ONCE)


def without_duplicates(
    entries: pl.DataFrame, found: Duplicates, answers: Answers, cells: pl.DataFrame
) -> tuple[pl.DataFrame, list[Change]]:
    """Set identical rows aside where that was answered, and list the rows that are added up.

    Returns
    -------
    tuple
        The entries that are left, and the changes.
    """
    changes = []
    if not found.identical.is_empty() and answer_to(answers, DUPLICATES_KEY, [ADD, ONCE]) == ONCE:
        texts = {
            row: row_text([str(c) for c in rest if c is not None])
            for row, *rest in _rows(cells, found.identical)
        }
        for row, first in found.identical.rows():
            reason = f"it repeats row {first} in every column; counted once as answered"
            changes.append(Change(ChangeKind.DROPPED, "", (row,), (texts[row],), ("",), reason))
        entries = entries.filter(~pl.col("row").is_in(found.identical["row"].implode()))
    for rows in found.merged:
        reason = (
            f"rows {', '.join(map(str, rows))} have the same date and entity: amounts are added, balances too"
        )
        changes.append(Change(ChangeKind.MERGED, "", rows[1:], ("",), (f"row {rows[0]}",), reason))
    return entries, changes


def _rows(cells: pl.DataFrame, identical: pl.DataFrame) -> list[tuple[object, ...]]:
    return cells.filter(pl.col("row").is_in(identical["row"].implode())).rows()
