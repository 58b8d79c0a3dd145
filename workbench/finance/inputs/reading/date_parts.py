"""A year in one column and the month or quarter in another: put together to one column of dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.cells import TYPED
from workbench.data.texts.dates import MONTH_NAMES, Precision, read_date
from workbench.errors import InvalidData

_YEAR = re.compile(r"(calendar )?(year|yr|jahr|año|année)", re.IGNORECASE)
_FISCAL_YEAR = re.compile(r"(fiscal|financial) year|fy", re.IGNORECASE)
_MONTH = re.compile(r"(calendar )?(month|monat|mes|mois)( (no|number|name|nr))?\.?", re.IGNORECASE)
_WEEK = re.compile(
    r"(iso |calendar |kalender)?(week|kw|woche|semaine|semana)( (no|number|nr))?\.?", re.IGNORECASE
)
_WEEK_OF_YEAR = r"^(\d{4})(\d{2})$"
_QUARTER = re.compile(r"(calendar )?(quarter|qtr|quartal|trimestre)", re.IGNORECASE)
SAMPLE = 50


@dataclass(frozen=True, slots=True)
class DateParts:
    """The columns that hold the parts of a date.

    Parameters
    ----------
    year, part
        Positions of the year and of the month or quarter.
    """

    year: int
    part: int


def with_whole_dates(
    names: Sequence[str], frame: pl.DataFrame, file: str
) -> tuple[tuple[str, ...], pl.DataFrame, list[Change]]:
    """Add a column of dates where a file has the year and the month, or the quarter, in two columns.

    Nothing is added when one column has whole dates already.

    Parameters
    ----------
    names
        Headers.
    frame
        ``row`` and text columns ``"0"``, ``"1"`` …
    file
        Its name.

    Returns
    -------
    tuple
        Headers and rows with the added column, and the change that says so.

    Raises
    ------
    InvalidData
        When the year is a fiscal one: which calendar month is meant cannot be known.
    """
    frame = _with_weeks(names, frame)
    parts = _find(names, frame, file)
    if parts is None:
        return tuple(names), frame, []
    year, part = (
        pl.col(str(at)).str.strip_prefix(TYPED).str.strip_chars() for at in (parts.year, parts.part)
    )
    number = part.str.to_lowercase().str.strip_chars(".").replace(MONTH_NAMES_AS_TEXT)
    # 1, 01, 1.0 and Q1 are one part.
    number = number.str.strip_suffix(".0").str.zfill(2)
    if _WEEK.fullmatch(names[parts.part].strip().replace("_", " ")):
        number = "W" + number.str.strip_chars("wk").str.zfill(2)
    joined = pl.when(number.str.contains(r"^W?\d{2}$")).then(year + "-" + number).otherwise(year + " " + part)
    name = f"{names[parts.year]} + {names[parts.part]}"
    added = frame.with_columns(joined.alias(str(len(names))))
    reason = (
        f"the dates are in two columns, '{names[parts.year]}' and '{names[parts.part]}'; they were put "
        "together"
    )
    change = Change(ChangeKind.READ_AS, name, (), ("",), (str(added[str(len(names))][0]),), reason)
    return (*names, name), added, [change]


MONTH_NAMES_AS_TEXT = {name: f"{month:02d}" for name, month in MONTH_NAMES.items()}


def _find(names: Sequence[str], frame: pl.DataFrame, file: str) -> DateParts | None:
    plain = [name.strip().replace("_", " ") for name in names]
    part = next(
        (at for at, name in enumerate(plain) if _MONTH.fullmatch(name) and _is_part(frame[str(at)])), None
    )
    if part is None:
        quarters = (
            at for at, name in enumerate(plain) if _QUARTER.fullmatch(name) and _is_part(frame[str(at)])
        )
        part = next(quarters, None)
    if part is None:
        weeks = (at for at, name in enumerate(plain) if _WEEK.fullmatch(name) and _is_week(frame[str(at)]))
        part = next(weeks, None)
    if part is None or any(_has_whole_dates(frame[str(at)]) for at in range(len(names))):
        return None
    year = next((at for at, name in enumerate(plain) if _YEAR.fullmatch(name)), None)
    fiscal = next((at for at, name in enumerate(plain) if _FISCAL_YEAR.fullmatch(name)), None)
    if year is None and fiscal is not None:
        raise InvalidData(
            f"{file} has the columns '{names[fiscal]}' and '{names[part]}': in which calendar year a "
            "month of a fiscal "
            "year lies is not said; expected a column with the whole date, add it and export again.",
            file,
        )
    return None if year is None else DateParts(year, part)


def dates_rows(name: str, cells: pl.Series) -> bool:
    """Whether a column says the day, month or quarter of its rows, alone or beside a year."""
    plain = name.strip().replace("_", " ")
    is_named = _MONTH.fullmatch(plain) or _QUARTER.fullmatch(plain)
    return _has_whole_dates(cells) or (is_named is not None and _is_part(cells))


def _with_weeks(names: Sequence[str], frame: pl.DataFrame) -> pl.DataFrame:
    """Write ``202405`` in a column of weeks as week 5, not as May."""
    for at, name in enumerate(names):
        cells = frame[str(at)].str.strip_prefix(TYPED)
        if (
            _WEEK.fullmatch(name.strip().replace("_", " "))
            and cells.drop_nulls().str.contains(_WEEK_OF_YEAR).all()
        ):
            weeks = cells.str.replace(_WEEK_OF_YEAR, "${1}-W${2}").alias(str(at))
            frame = frame.with_columns(weeks) if len(cells.drop_nulls()) else frame
    return frame


def _is_week(cells: pl.Series) -> bool:
    sample = [text.removesuffix(".0").casefold().lstrip("kw").strip() for text in _sample(cells)]
    return bool(sample) and all(text.isdecimal() and 1 <= int(text) <= 53 for text in sample)


def _sample(cells: pl.Series) -> list[str]:
    filled = cells.drop_nulls()
    return [text.removeprefix(TYPED) for text in filled.gather_every(max(1, len(filled) // SAMPLE)).to_list()]


def _is_part(cells: pl.Series) -> bool:
    sample = _sample(cells)
    parts = [text for text in sample if _is_month(text) or re.fullmatch(r"[Qq][1-4]", text)]
    return bool(sample) and len(parts) >= 0.6 * len(sample)


def _is_month(text: str) -> bool:
    if text.casefold().strip(".") in MONTH_NAMES:
        return True
    number = text.removesuffix(".0")
    return number.isdecimal() and 1 <= int(number) <= 12


def _has_whole_dates(cells: pl.Series) -> bool:
    sample = _sample(cells)
    dates = [date for text in sample if (date := read_date(text)) and date.precision is not Precision.YEAR]
    return bool(sample) and len(dates) >= 0.6 * len(sample)
