"""Rows that are not figures of a period: totals, notes, rows without a date. Each is reported."""

from __future__ import annotations

import numpy as np
import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.problems import Problem, Severity
from workbench.data.texts.layout import row_text
from workbench.data.texts.total_rows import TotalRow, find_totals, total_sentence
from workbench.errors import InvalidData
from workbench.finance.inputs.reading.columns import ColumnKind
from workbench.finance.inputs.reading.type_columns import Typed
from workbench.finance.model.questions import (
    Answers,
    Option,
    Question,
    QuestionKind,
    answer_to,
    question_key,
)

UNDATED_KEY = question_key(QuestionKind.UNDATED_ROWS)
TOTALS_KEY = question_key(QuestionKind.TOTAL_ROWS)
SET_ASIDE, AS_ABOVE, KEEP = "set aside", "as above", "keep"
_DATE_WORDS = ("transaction date", "posting date", "date", "period", "month", "date of sale")


def date_column(typed: Typed, file: str) -> int:
    """Choose the column whose dates place the rows: named best, then filled best, then the first.

    Raises
    ------
    InvalidData
        When no column holds dates; the sentence names the columns and what they hold.
    """
    dates = [at for at, column in enumerate(typed.columns) if column.profile.kind is ColumnKind.DATE]
    if not dates:
        seen = ", ".join(f"'{column.profile.name}' ({column.profile.kind})" for column in typed.columns)
        raise InvalidData(
            f"{file} has no column of dates; its columns are {seen}; expected one with a day, month, "
            "quarter or year "
            "in each row, add it and export again.",
            file,
        )

    def rank(at: int) -> tuple[bool, bool, int]:
        profile = typed.columns[at].profile
        exact = profile.name.strip().casefold().replace("_", " ") in _DATE_WORDS
        fine = profile.precision is not None and profile.precision.value in ("day", "week", "month")
        return fine, exact, profile.filled

    return max(dates, key=lambda at: (rank(at), -at))


def set_aside_rows(
    typed: Typed, date: int, answers: Answers, file: str
) -> tuple[Typed, pl.DataFrame, list[Change], list[Problem], list[Question]]:
    """Set aside totals, notes and rows without a date.

    Parameters
    ----------
    typed
        The table.
    date
        Position of the column whose dates place the rows.
    answers
        What the user said.
    file
        Its name.

    Returns
    -------
    tuple
        The table that is left, the rows that were set aside, the changes, what is doubtful, and what is open.

    Raises
    ------
    InvalidData
        When no row is left, or an answer is none of the options.
    """
    totals = _totals(typed, date)
    kept, doubtful = _sorted_out(totals, answers)
    changes = [_dropped(typed, total.row, total_sentence(total)) for total in kept]
    problems = [problem for total in kept if (problem := _disagreement(total, file))]
    questions = [_total_question(doubtful)] if doubtful else []
    gone = {total.row for total in kept}
    known_totals = gone | {total.row for total in doubtful}

    amounts = _positions(typed, ColumnKind.NUMBER)
    has_amount = pl.any_horizontal(pl.col(amounts).is_not_null()) if amounts else pl.lit(False)
    undated = typed.rows.filter(pl.col(str(date)).is_null() & ~pl.col("row").is_in(known_totals))
    notes = undated.filter(~has_amount)["row"].to_list()
    changes += [_dropped(typed, row, "a note: it has neither a date nor an amount") for row in notes]
    gone |= set(notes)
    without = undated.filter(has_amount)["row"].to_list()
    if without:
        answer = answer_to(answers, UNDATED_KEY, [SET_ASIDE, AS_ABOVE])
        if answer == SET_ASIDE:
            changes += [_dropped(typed, row, "it has no date; set aside as answered") for row in without]
            gone |= set(without)
        elif answer == AS_ABOVE:
            typed, filled = _as_above(typed, date, without, gone)
            changes.append(filled)
        else:
            questions.append(_undated_question(typed, date, without))
    aside = typed.rows.filter(pl.col("row").is_in(gone))
    rows = typed.rows.filter(~pl.col("row").is_in(gone))
    if rows.is_empty():
        raise InvalidData(f"{file} has no row of figures: all {aside.height} rows are totals or notes.", file)
    return Typed(typed.columns, rows, typed.texts, typed.questions), aside, changes, problems, questions


def _totals(typed: Typed, date: int) -> list[TotalRow]:
    days = typed.rows[str(date)].cast(pl.Int32).fill_null(-1).to_numpy().astype(np.int64)
    texts = {at: typed.texts[at] for at in [*_positions(typed, ColumnKind.TEXT), str(date)]}
    amounts = {
        typed.columns[int(at)].profile.name: typed.rows[at].fill_null(float("nan")).to_numpy()
        for at in _positions(typed, ColumnKind.NUMBER)
    }
    return find_totals(typed.rows["row"].to_numpy(), days, texts, amounts)


def _sorted_out(totals: list[TotalRow], answers: Answers) -> tuple[list[TotalRow], list[TotalRow]]:
    certain = [total for total in totals if not total.dated or total.proved]
    doubtful = [total for total in totals if total.dated and not total.proved]
    answer = answer_to(answers, TOTALS_KEY, [SET_ASIDE, KEEP]) if doubtful else None
    if answer == SET_ASIDE:
        return [*certain, *doubtful], []
    return certain, [] if answer == KEEP else doubtful


def _positions(typed: Typed, kind: ColumnKind) -> list[str]:
    return [str(at) for at, column in enumerate(typed.columns) if column.profile.kind is kind]


def _dropped(typed: Typed, row: int, reason: str) -> Change:
    _, *cells = typed.texts.filter(pl.col("row") == row).row(0)
    return Change(ChangeKind.DROPPED, "", (row,), (row_text(cells),), ("",), reason)


def _disagreement(total: TotalRow, file: str) -> Problem | None:
    if not total.off or not total.proved:
        return None
    column, off = max(total.off.items(), key=lambda item: abs(item[1]))
    message = (
        f"the total in column '{column}' is {abs(off):,.2f} {'more' if off > 0 else 'less'} than the rows it sums; "
        "the rows are used, check the total."
    )
    return Problem(message, file, cell=f"row {total.row}", severity=Severity.WARNING)


def _total_question(totals: list[TotalRow]) -> Question:
    first = totals[0]
    text = (
        f"Row {first.row} and {len(totals) - 1} more say '{first.label}' and are not the sums of the other rows of "
        "their dates; say whether they are totals."
        if len(totals) > 1
        else f"Row {first.row} says '{first.label}' and is not the sum of the other rows of its date; "
        "say whether it is a total."
    )
    options = (
        Option(SET_ASIDE, "they repeat other rows and are set aside"),
        Option(KEEP, "they are figures of their own and are kept"),
    )
    return Question(TOTALS_KEY, QuestionKind.TOTAL_ROWS, "", first.row, text, options)


def _undated_question(typed: Typed, date: int, rows: list[int]) -> Question:
    name = typed.columns[date].profile.name
    cell = typed.texts.filter(pl.col("row") == rows[0])[str(date)][0]
    seen = f"'{cell}' is not a date" if cell else "the date is blank"
    more = f", and {len(rows) - 1} more rows with amounts" if len(rows) > 1 else ""
    text = f"Column '{name}', row {rows[0]}: {seen}{more}; say what shall become of the amounts."
    options = (
        Option(SET_ASIDE, f"the {len(rows)} rows are set aside and listed"),
        Option(AS_ABOVE, "each belongs to the date of the row above it, as in a sheet with merged cells"),
    )
    return Question(UNDATED_KEY, QuestionKind.UNDATED_ROWS, name, rows[0], text, options)


def _as_above(typed: Typed, date: int, rows: list[int], gone: set[int]) -> tuple[Typed, Change]:
    at = str(date)
    chosen = pl.col("row").is_in(rows)
    left = typed.rows.filter(~pl.col("row").is_in(gone))
    filled = left.with_columns(
        pl.when(chosen).then(pl.col(at).forward_fill()).otherwise(pl.col(at)).alias(at)
    )
    if filled.filter(chosen)[at].null_count():
        raise InvalidData(f"Row {rows[0]} has no date and no row with one above it; add the date.")
    after = filled.filter(chosen)[at]
    everything = typed.rows.join(filled.select("row", later=at), on="row", how="left", maintain_order="left")
    everything = everything.with_columns(pl.coalesce(at, "later").alias(at)).drop("later")
    change = Change(
        ChangeKind.IMPUTED,
        typed.columns[date].profile.name,
        tuple(rows),
        ("",),
        tuple(str(day) for day in after),
        "the date of the row above, as answered",
    )
    return Typed(typed.columns, everything, typed.texts, typed.questions), change
