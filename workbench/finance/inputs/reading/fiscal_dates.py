"""Fiscal years, quarters and periods as companies write them, put on the calendar.

Such as ``FY2012-13``, ``Q1 FY22``, ``P01`` beside ``FY2023``, and ``001.2023``.

A fiscal year with one number is named after the calendar year in which it ends, as everywhere in the workbench.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.cells import TYPED
from workbench.finance.inputs.reading.date_column import is_named_like_a_date
from workbench.finance.inputs.reading.date_parts import dates_rows

__all__ = ["is_fiscal_period", "with_calendar_dates"]

SAMPLE = 200
MOSTLY = 0.6
LAST_PERIOD = 16
"""Accounting systems book what closes a year in periods 13 to 16, which belong to its last month."""

_YEAR_ONE = r"(?P<year>\d{4}|\d{2})"
_YEAR_TWO = r"(?P<first>\d{4})\s*[-/\u2013]\s*(?P<second>\d{4}|\d{2})"
_FY = rf"(?:fy|fiscal year|financial year)\s*'?(?:{_YEAR_TWO}|{_YEAR_ONE})"
_QUARTER = r"q(?P<quarter>[1-4])"
_PERIOD = r"(?:p|per|period)\s*(?P<period>\d{1,2})"
_SEPARATOR = r"[\s,./-]*"
_SURE = [
    re.compile(pattern)
    for pattern in (
        _FY,
        rf"{_QUARTER}{_SEPARATOR}{_FY}",
        rf"{_FY}{_SEPARATOR}{_QUARTER}",
        rf"{_QUARTER}{_SEPARATOR}{_YEAR_TWO}",
        rf"{_YEAR_TWO}{_SEPARATOR}{_QUARTER}",
        rf"{_PERIOD}{_SEPARATOR}{_FY}",
        rf"{_FY}{_SEPARATOR}{_PERIOD}",
        rf"{_PERIOD}{_SEPARATOR}(?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}}){_SEPARATOR}{_PERIOD}",
        # As SAP writes it: always three digits.
        r"(?P<period>0\d{2})[./](?P<year>\d{4})",
    )
]
_TWO_YEARS = re.compile(_YEAR_TWO)
_FISCAL_YEAR = re.compile(r"(fiscal|financial) (year|yr)|fy|geschaeftsjahr|geschäftsjahr", re.IGNORECASE)
_PERIOD_HEADER = re.compile(r"(fiscal |posting |accounting )?period|buchungsperiode|periode", re.IGNORECASE)
_YEAR_CELL = re.compile(rf"(?:(?:fy|fiscal year)\s*'?)?(?:{_YEAR_TWO}|{_YEAR_ONE})")
_PERIOD_CELL = re.compile(r"p?(?:er|eriod)?\s*(?P<period>\d{1,3})")


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a fiscal year: its month counted from the first, 12 for the whole year."""

    ends: int
    month: int


def with_calendar_dates(
    names: Sequence[str], frame: pl.DataFrame, start_month: int
) -> tuple[tuple[str, ...], pl.DataFrame, list[Change]]:
    """Put columns of fiscal periods on the calendar.

    Parameters
    ----------
    names
        Headers.
    frame
        ``row`` and text columns ``"0"``, ``"1"`` …
    start_month
        First month of a fiscal year.

    Returns
    -------
    tuple
        Headers and rows, in which the cells are the last month of each period, and the change that says so.
    """
    pair = _pair(names, frame)
    if pair is not None and not _is_dated(names, frame, pair):
        year, period = pair
        together = _text(frame[str(period)]) + "|" + _text(frame[str(year)])
        months = _months(together, _read_pair, start_month)
        name = f"{names[year]} + {names[period]}"
        change = _change(name, together.str.replace("|", " ", literal=True), months, start_month)
        return (*names, name), frame.with_columns(months.alias(str(len(names)))), [change]
    readers = {at: read for at, name in enumerate(names) if (read := _reader_of(frame[str(at)], name))}
    if readers and not _is_dated(names, frame, tuple(readers)):
        # Of a year and its quarters, the quarters tell the rows apart.
        at = max(readers, key=lambda place: frame[str(place)].n_unique())
        months = _months(frame[str(at)], readers[at], start_month)
        change = _change(names[at], frame[str(at)], months, start_month)
        return tuple(names), frame.with_columns(months.alias(str(at))), [change]
    return tuple(names), frame, []


def _is_dated(names: Sequence[str], frame: pl.DataFrame, fiscal: Sequence[int]) -> bool:
    """Whether other columns date the rows; then a fiscal year beside them is only a label."""
    return any(dates_rows(name, frame[str(at)]) for at, name in enumerate(names) if at not in fiscal)


def _reader_of(cells: pl.Series, name: str) -> Callable[[str], _Part | None] | None:
    sample = _sample(cells)
    if not sample:
        return None
    if sum(_read_sure(text) is not None for text in sample) >= MOSTLY * len(sample):
        return _read_sure
    # 2011-12 alone is December 2011; where every cell names two years that follow each other, they are years.
    pairs = [_TWO_YEARS.fullmatch(text) for text in sample]
    named = is_named_like_a_date(name) or _FISCAL_YEAR.fullmatch(name.strip().replace("_", " "))
    if len(sample) > 1 and named and all(pair is not None and _ends(pair) is not None for pair in pairs):
        return _read_years
    return None


def is_fiscal_period(text: str) -> bool:
    """Whether a text can only be a part of a fiscal year, such as ``001.2024`` or ``P01 FY24``."""
    return _read_sure(text.strip().casefold()) is not None


def _read_sure(text: str) -> _Part | None:
    for pattern in _SURE:
        match = pattern.fullmatch(text)
        if match is not None:
            return _part(match)
    return None


def _read_years(text: str) -> _Part | None:
    match = _TWO_YEARS.fullmatch(text)
    ends = None if match is None else _ends(match)
    return None if ends is None else _Part(ends, 12)


def _read_pair(text: str) -> _Part | None:
    period, _, year = text.partition("|")
    found, of = (
        _PERIOD_CELL.fullmatch(period.removesuffix(".0")),
        _YEAR_CELL.fullmatch(year.removesuffix(".0")),
    )
    if found is None or of is None:
        return None
    ends = _ends(of)
    number = int(found["period"])
    return _Part(ends, min(number, 12)) if ends is not None and 1 <= number <= LAST_PERIOD else None


def _part(match: re.Match[str]) -> _Part | None:
    groups = match.groupdict()
    ends = _ends(match)
    if ends is None:
        return None
    if groups.get("quarter"):
        return _Part(ends, 3 * int(groups["quarter"]))
    number = int(groups.get("period") or 12)
    return _Part(ends, min(number, 12)) if 1 <= number <= LAST_PERIOD else None


def _ends(match: re.Match[str]) -> int | None:
    """Give the calendar year in which a fiscal year ends; None where two numbers do not follow each other."""
    groups = match.groupdict()
    if groups.get("first"):
        first, second = int(groups["first"]), int(groups["second"])
        follows = second == first + 1 if second > 99 else second == (first + 1) % 100
        return first + 1 if follows else None
    if not groups.get("year"):
        return None
    year = int(groups["year"])
    return year if year > 99 else 2000 + year


def _pair(names: Sequence[str], frame: pl.DataFrame) -> tuple[int, int] | None:
    plain = [name.strip().replace("_", " ") for name in names]
    years = [at for at, name in enumerate(plain) if _FISCAL_YEAR.fullmatch(name)]
    periods = [at for at, name in enumerate(plain) if _PERIOD_HEADER.fullmatch(name)]
    for year in years:
        for period in periods:
            both = _sample(_text(frame[str(period)]) + "|" + _text(frame[str(year)]))
            if both and sum(_read_pair(text) is not None for text in both) >= MOSTLY * len(both):
                return year, period
    return None


def _months(cells: pl.Series, read: Callable[[str], _Part | None], start_month: int) -> pl.Series:
    texts = _text(cells)
    found = {text: read(text) for text in texts.drop_nulls().unique()}
    months = {text: _month(part, start_month) for text, part in found.items() if part is not None}
    # A cell that is no fiscal period stays as it is, and is named by whoever reads the column.
    return pl.Series([None if text is None else months.get(text, text) for text in texts], dtype=pl.String())


def _month(part: _Part, start_month: int) -> str:
    months = 12 * part.ends + part.month - 1 - (0 if start_month == 1 else 13 - start_month)
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


def _change(name: str, before: pl.Series, after: pl.Series, start_month: int) -> Change:
    reason = (
        "a part of a fiscal year, named after the year in which that ends; fiscal years begin in "
        f"{calendar.month_name[start_month]}, by the project's settings"
    )
    first = next((at for at, text in enumerate(before) if text is not None), 0)
    return Change(
        ChangeKind.READ_AS, name, (), (str(before[first]).removeprefix(TYPED),), (str(after[first]),), reason
    )


def _text(cells: pl.Series) -> pl.Series:
    return cells.str.strip_prefix(TYPED).str.strip_chars().str.to_lowercase()


def _sample(cells: pl.Series) -> list[str]:
    filled = cells.drop_nulls()
    found: list[str] = _text(filled.gather_every(max(1, len(filled) // SAMPLE))).to_list()
    return found
