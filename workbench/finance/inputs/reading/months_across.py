"""Files with the periods side by side, as statements are printed: each line and period becomes a row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.cells import TYPED, shown
from workbench.data.texts.dates import MONTH_NAMES, read_date
from workbench.data.texts.layout import MONTHS_ACROSS
from workbench.data.texts.total_rows import RELATIVE_TOLERANCE, ROUNDING
from workbench.errors import InvalidData
from workbench.finance.inputs.reading.accounts import is_account
from workbench.finance.inputs.reading.columns import ColumnKind, evidence_of_mark, kind_of, typed_number
from workbench.finance.model.roles import Variant
from workbench.finance.model.variants import variants_in

__all__ = ["Across", "with_months_below"]

ACCOUNT, PERIOD, AMOUNT = "Account", "Period", "Amount"
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_WHOLE_YEAR = re.compile(r"(fy|full year|ytd|year|total|sum|summe|gesamt|jahr)\b.*", re.IGNORECASE)


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
    """

    names: tuple[str, ...]
    places: tuple[int, ...]
    frame: pl.DataFrame
    account: int
    amount: int
    changes: tuple[Change, ...]


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
    periods = _periods(names, titles, file)
    if len(periods) < MONTHS_ACROSS:
        return None
    labels = [
        at
        for at in range(len(names))
        if at not in periods and kind_of(frame[str(at)], names[at]) is ColumnKind.TEXT
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
    named = variants_in(" ".join(titles))
    # A title such as "Actual against budget" says nothing about the lines.
    variant = named[0] if len(named) == 1 else Variant.ACTUAL
    if variant is not Variant.ACTUAL:
        name = pl.col(str(account)) + f" ({str(variant).replace('_', ' ')})"
        lines = lines.with_columns(name.alias(str(account)))
    long = pl.concat(
        lines.select(
            "row",
            *(pl.col(str(at)).alias(str(to)) for to, at in enumerate(labels)),
            pl.lit(period).alias(str(len(labels))),
            pl.col(str(at)).alias(str(len(labels) + 1)),
        )
        for at, period in periods.items()
    ).sort("row", maintain_order=True)
    return Across(
        (*(_label(names[at], at == account) for at in labels), PERIOD, AMOUNT),
        (*(places[at] for at in labels), -1, -1),
        long,
        labels.index(account),
        len(labels) + 1,
        (_said(names, periods, titles, variant), *changes),
    )


def _periods(names: Sequence[str], titles: Sequence[str], file: str) -> dict[int, str]:
    """Give position -> period, as text that is a date, of the columns that are periods."""
    dated = {at: name for at, name in enumerate(names) if read_date(shown(name))}
    if len(dated) >= MONTHS_ACROSS:
        return {at: shown(name) for at, name in dated.items()}
    months = {at: MONTH_NAMES.get(shown(name).casefold().strip(". ")) for at, name in enumerate(names)}
    months = {at: month for at, month in months.items() if month}
    if len(months) < MONTHS_ACROSS:
        return {}
    years = {year for title in titles for year in _YEAR.findall(title)}
    if len(years) != 1:
        seen = f"several years ({', '.join(sorted(years))})" if years else "no year"
        raise InvalidData(
            f"{file} has its months side by side without a year ({shown(names[next(iter(months))])} …), and the "
            f"lines above them name {seen}; write the year into the headers, such as 'Jan 2024'.",
            file,
        )
    return {at: f"{next(iter(years))}-{month:02d}" for at, month in months.items()}


def _without_sums(
    names: Sequence[str], frame: pl.DataFrame, periods: dict[int, str], labels: Sequence[int], file: str
) -> list[Change]:
    """Leave out columns that add up the periods; another column of numbers is not passed over."""
    changes = []
    whole = sum(_numbers(frame, at).fill_null(0.0) for at in periods)
    for at, name in enumerate(names):
        if at in periods or at in labels or kind_of(frame[str(at)], name) is not ColumnKind.NUMBER:
            continue
        given = _numbers(frame, at)
        off = (given - whole).abs().fill_null(0.0)
        adds_up = bool(
            (off <= RELATIVE_TOLERANCE * given.abs().fill_null(0.0) + ROUNDING * len(periods)).all()
        )
        if not adds_up and not _WHOLE_YEAR.fullmatch(shown(name)):
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


def _said(names: Sequence[str], periods: dict[int, str], titles: Sequence[str], variant: Variant) -> Change:
    first, last = (shown(names[at]) for at in (min(periods), max(periods)))
    reason = f"the periods stand side by side ({first} to {last}); each line and period became a row"
    if variant is not Variant.ACTUAL:
        reason += (
            f", of the {str(variant).replace('_', ' ')} that the title names ('{' '.join(titles)[:60]}')"
        )
    return Change(ChangeKind.READ_AS, AMOUNT, (), (first,), (periods[min(periods)],), reason)
