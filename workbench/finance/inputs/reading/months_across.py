"""Files with the periods side by side, as statements are printed: each line and period becomes a row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.cells import TYPED, shown
from workbench.data.texts.total_rows import RELATIVE_TOLERANCE, ROUNDING
from workbench.errors import InvalidData
from workbench.finance.inputs.reading.accounts import is_account, is_account_number
from workbench.finance.inputs.reading.columns import ColumnKind, evidence_of_mark, kind_of, typed_number
from workbench.finance.inputs.reading.date_column import looks_like_dates
from workbench.finance.inputs.reading.period_headers import (
    PeriodColumn,
    is_cumulated,
    is_derived,
    period_columns,
)
from workbench.finance.model.roles import Variant
from workbench.finance.model.variants import variants_in

__all__ = ["Across", "with_months_below"]

ACCOUNT, PERIOD, AMOUNT, SCENARIO = "Account", "Period", "Amount", "Scenario"


@dataclass(frozen=True, slots=True)
class Across:
    """What a file with the periods side by side becomes.

    Parameters
    ----------
    names, places
        Header of each column, and its position in the file; -1 for periods and amounts, which come from many.
    frame
        ``row`` and text columns ``"0"``, ``"1"`` …
    account, amount
        Positions of the lines of the statement and of the amounts.
    changes
        Says what was done.
    months
        Length of a period where its name does not show it; 0 else.
    """

    names: tuple[str, ...]
    places: tuple[int, ...]
    frame: pl.DataFrame
    account: int
    amount: int
    changes: tuple[Change, ...]
    months: int = 0


def with_months_below(
    names: Sequence[str], places: Sequence[int], frame: pl.DataFrame, titles: Sequence[str], file: str
) -> Across | None:
    """Put the periods of a statement below each other; None where they are already.

    Parameters
    ----------
    names, places
        Header of each column, and its position in the file.
    frame
        ``row`` and text columns ``"0"``, ``"1"`` …
    titles
        Texts above the header: they may name the year, and say that it is a budget.
    file
        Its name.

    Raises
    ------
    InvalidData
        When the year is named nowhere, no column names the lines, or another column of numbers is not their sum.
    """
    dated = any(looks_like_dates(frame[str(at)], name) for at, name in enumerate(names))
    columns = period_columns(names, titles, file, dated)
    periods = columns.at
    if not periods:
        return None
    labels = [
        at
        for at in range(len(names))
        if at not in periods
        and (
            kind_of(frame[str(at)], names[at]) is ColumnKind.TEXT
            or is_account_number(names[at])
            or is_account(names[at])
        )
    ]
    if not labels:
        raise InvalidData(
            f"{file} has its periods side by side ({shown(names[next(iter(periods))])} …) and no column that names "
            "its lines; add one with the name of the figure in each row.",
            file,
        )
    changes = _without_sums(names, frame, periods, labels, file)
    cells = [str(at) for at in periods]
    headings = frame.filter(~pl.any_horizontal(pl.col(cells).is_not_null()))
    changes += [
        Change(ChangeKind.DROPPED, "", (row,), (shown(text or ""),), ("",), "a heading: it has no amount")
        for row, text in headings.select("row", str(labels[0])).rows()
    ]
    account = next((at for at in labels if is_account(names[at])), labels[0])
    lines = _named_once(frame.filter(pl.any_horizontal(pl.col(cells).is_not_null())), account, labels)
    variants = {column.variant for column in periods.values()}
    named = variants_in(" ".join(titles))
    # A title such as "Actual against budget" says nothing about the lines.
    variant = next(iter(variants)) if len(variants) == 1 else Variant.ACTUAL
    if variants == {Variant.ACTUAL} and len(named) == 1:
        variant = named[0]
    if variant is not Variant.ACTUAL:
        name = pl.col(str(account)) + f" ({str(variant).replace('_', ' ')})"
        lines = lines.with_columns(name.alias(str(account)))
    long = pl.concat(
        lines.select(
            "row",
            *(pl.col(str(at)).alias(str(to)) for to, at in enumerate(labels)),
            pl.lit(column.period).alias(str(len(labels))),
            pl.col(str(at)).alias(str(len(labels) + 1)),
            *([pl.lit(str(column.variant)).alias(str(len(labels) + 2))] if len(variants) > 1 else []),
        )
        for at, column in periods.items()
    ).sort("row", maintain_order=True)
    if len(variants) > 1:
        # A plan that was not made for a line or a period is not missing.
        long = long.filter(
            (pl.col(str(len(labels) + 2)) == str(Variant.ACTUAL)) | pl.col(str(len(labels) + 1)).is_not_null()
        )
    return Across(
        (
            *(_label(names[at], at == account) for at in labels),
            PERIOD,
            AMOUNT,
            *([SCENARIO] * (len(variants) > 1)),
        ),
        (*(places[at] for at in labels), -1, -1, *([-1] * (len(variants) > 1))),
        long,
        labels.index(account),
        len(labels) + 1,
        (_said(names, periods, titles, variant), *changes),
        columns.months,
    )


def _without_sums(
    names: Sequence[str],
    frame: pl.DataFrame,
    periods: dict[int, PeriodColumn],
    labels: Sequence[int],
    file: str,
) -> list[Change]:
    """Leave out columns that add up the periods; another column of numbers is not passed over."""
    changes = []
    sums = {
        variant: sum(
            _numbers(frame, at).fill_null(0.0) for at, one in periods.items() if one.variant is variant
        )
        for variant in {one.variant for one in periods.values()}
    }
    for at, name in enumerate(names):
        if at in periods or at in labels or kind_of(frame[str(at)], name) is not ColumnKind.NUMBER:
            continue
        if is_derived(name):
            changes.append(
                Change(ChangeKind.DROPPED, name, (), (name,), ("",), "it compares two other columns")
            )
            continue
        given = _numbers(frame, at)
        bound = RELATIVE_TOLERANCE * given.abs().fill_null(0.0) + ROUNDING * len(periods)
        adds_up = any(bool(((given - whole).abs().fill_null(0.0) <= bound).all()) for whole in sums.values())
        if not adds_up and not is_cumulated(name):
            raise InvalidData(
                f"{file} has its periods side by side and a column '{name}' beside them that is not their sum; "
                "remove it, or name its period.",
                file,
            )
        reason = "it adds up the periods" if adds_up else "it sums periods of which not all are in the file"
        changes.append(Change(ChangeKind.DROPPED, name, (), (name,), ("",), reason))
    return changes


def _numbers(frame: pl.DataFrame, at: int) -> pl.Series:
    cells, rows = frame[str(at)], frame["row"]
    decimal = "," if evidence_of_mark(cells, rows).decimal == "," else "."
    return typed_number(cells, rows, "", "", decimal, "").values


def _named_once(lines: pl.DataFrame, account: int, labels: Sequence[int]) -> pl.DataFrame:
    """Tell lines of one name apart by their rows: ``Other`` among incomes is not ``Other`` among costs."""
    name = pl.col(str(account)).str.strip_prefix(TYPED).str.strip_chars()
    again = pl.struct(name, *(pl.col(str(at)) for at in labels if at != account)).is_duplicated()
    numbered = pl.format("{} (row {})", name, pl.col("row"))
    return lines.with_columns(pl.when(again).then(numbered).otherwise(name).alias(str(account)))


def _label(name: str, is_line: bool) -> str:
    return ACCOUNT if is_line and re.fullmatch(r"Column [A-Z]+", name) else name


def _said(
    names: Sequence[str], periods: dict[int, PeriodColumn], titles: Sequence[str], variant: Variant
) -> Change:
    first, last = (shown(names[at]) for at in (min(periods), max(periods)))
    reason = f"the periods stand side by side ({first} to {last}); each line and period became a row"
    if variant is not Variant.ACTUAL:
        reason += (
            f", of the {str(variant).replace('_', ' ')} that the title names ('{' '.join(titles)[:60]}')"
        )
    return Change(ChangeKind.READ_AS, AMOUNT, (), (first,), (periods[min(periods)].period,), reason)
