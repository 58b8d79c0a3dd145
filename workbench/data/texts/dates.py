"""Dates as people write them, and which of day and month comes first."""

from __future__ import annotations

import calendar
import datetime
import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

FIRST_YEAR, LAST_YEAR = 1900, 2100
# Two digits: 69 is 1969 and 68 is 2068, as POSIX strptime has it.
PIVOT = 69
# By ISO 8601 a week belongs to the year, and so to the month, that has its Thursday.
THURSDAY = 4
# A longer cell is a remark; the patterns below must not be tried on arbitrary pasted text.
MAX_DATE_CHARACTERS = 60
EXCEL_EPOCH = datetime.date(1899, 12, 30)
# 1954 to 2119: what a date stored as a number can be, and amounts seldom all are.
EXCEL_SERIALS = range(20_000, 80_000)

_MONTHS = {
    1: "jan january januar janvier janv enero ene gennaio gen janeiro januari styczeń",
    2: "feb february februar février fevrier févr fevr fév febrero febbraio fevereiro fev februari luty",
    3: "mar march märz mär maerz mrz mars marzo março marco maart mrt marzec",
    4: "apr april avril avr abril abr aprile kwiecień",
    5: "may mai mayo maggio mag maio mei maj",
    6: "jun june juni juin junio giugno giu junho czerwiec",
    7: "jul july juli juillet juil julio luglio lug julho lipiec",
    8: "aug august août aout agosto ago augustus augusti sierpień",
    9: "sep sept september septembre septiembre settembre set setembro wrzesień",
    10: "oct october okt oktober octobre octubre ottobre ott outubro out październik",
    11: "nov november novembre noviembre novembro listopad",
    12: "dec december dez dezember décembre decembre déc diciembre dic dicembre dezembro grudzień",
}
MONTH_NAMES = {name: month for month, names in _MONTHS.items() for name in names.split()}

_TIME = r"(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp][Mm])?\s*"
_TIME += r"(?:Z|(?:UTC|GMT|[A-Z]{2,4}T)?(?:[+-]\d{1,2}:?(?:\d{2})?)?)?)?"
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _TIME)
_YEAR_LAST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})" + _TIME)
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_COMPACT_MONTH = re.compile(r"(\d{4})(\d{2})")
_MONTH_NUMBER = re.compile(r"(?:(\d{4})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{4}))")
_DAY_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?[-/. ]*([^\W\d_]+)\.?[-/., ]*(\d{4}|\d{2})" + _TIME)
_NAMED_DAY = re.compile(r"([^\W\d_]+)\.?[-/. ]*(\d{1,2})(?:st|nd|rd|th)?,?[-/. ]+(\d{4})" + _TIME)
_NAMED_MONTH = re.compile(r"([^\W\d_]+)\.?[-/., ']*(\d{4}|\d{2})")
_MONTH_NAMED_LAST = re.compile(r"(\d{4})[-/. ]*([^\W\d_]+)\.?")
_QUARTER = re.compile(r"(?:(\d{4})[-/. ]*Q([1-4])|Q([1-4])[-/. ]*(\d{4}))", re.IGNORECASE)
_WEEK = re.compile(
    r"(\d{4})[-/. ]?W(\d{1,2})(?:-([1-7]))?|(?:W|WK|KW|Week)[-/. ]?(\d{1,2})[-/., ]+(\d{4})", re.IGNORECASE
)
_MONTH_SHORT_YEAR = re.compile(r"(\d{1,2})[-/](\d{2})")
_YEAR = re.compile(r"(\d{4})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")


class DateOrder(StrEnum):
    """Which of day and month is written first."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


class Precision(StrEnum):
    """What a date says."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Shape(StrEnum):
    """How a date is written."""

    ISO = "year-month-day"
    NUMBERS = "numbers with the year last"
    NAMED = "month by name"
    COMPACT = "digits without separators"
    MONTH = "year and month"
    WEEK = "week"
    QUARTER = "quarter"
    YEAR = "year"
    SERIAL = "Excel's day number"


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A date that was read: the last day of what it says (of the month, for ``Jan 2024``), of a week its Thursday.

    Parameters
    ----------
    day
        The day.
    precision
        What the text says.
    shape
        How it was written.
    order
        What this text alone shows of the order; ``None`` when either would do.
    ambiguous
        Whether the other order would give another day.
    """

    day: datetime.date
    precision: Precision
    shape: Shape
    order: DateOrder | None = None
    ambiguous: bool = False


@lru_cache(maxsize=200_000)
def read_date(text: str, order: DateOrder | None = None, named: bool = False) -> ReadDate | None:
    """Read one date.

    Parameters
    ----------
    text
        Without blanks at its ends.
    order
        How ``01/02/2024`` is read; day first when ``None`` (the result says that it was ambiguous).
    named
        Whether the column is named like a date: only then bare digits (``202401``, ``45292``, ``2024``) are dates.

    Returns
    -------
    ReadDate or None
        ``None`` when the text is not a date, or one that does not exist such as ``31/02/2024``.
    """
    text = text.strip()
    if len(text) > MAX_DATE_CHARACTERS:
        return None
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]), Shape.ISO)
    if match := _YEAR_LAST.fullmatch(text):
        return _by_order(int(match[1]), int(match[2]), _full_year(match[3]), order)
    if match := _QUARTER.fullmatch(text):
        year, quarter = int(match[1] or match[4]), int(match[2] or match[3])
        return _month_end(year, 3 * quarter, Precision.QUARTER, Shape.QUARTER)
    if match := _WEEK.fullmatch(text):
        return _week(int(match[1] or match[5]), int(match[2] or match[4]), match[3])
    if named and (match := _MONTH_SHORT_YEAR.fullmatch(text)):
        return _month_end(_full_year(match[2]), int(match[1]), Precision.MONTH, Shape.MONTH)
    # 12.2024 may as well be an amount.
    if (match := _MONTH_NUMBER.fullmatch(text)) and (named or "." not in text):
        year, month = int(match[1] or match[4]), int(match[2] or match[3])
        return _month_end(year, month, Precision.MONTH, Shape.MONTH)
    if text.replace(".", "").isdecimal():
        return _bare_digits(text) if named else None
    return _with_month_name(text)


def order_evidence(dates: Mapping[str, ReadDate]) -> tuple[str, str, str]:
    """Give the first text that shows day first, one that shows month first, one that shows neither."""
    day_first = next((text for text, date in dates.items() if date.order is DateOrder.DAY_FIRST), "")
    month_first = next((text for text, date in dates.items() if date.order is DateOrder.MONTH_FIRST), "")
    ambiguous = next((text for text, date in dates.items() if date.ambiguous), "")
    return day_first, month_first, ambiguous


def daily_order(texts: Iterable[str]) -> tuple[DateOrder | None, str]:
    """Find which of day and month comes first in a column that has a row or more for each day.

    A date that can be read in one way only shows it; else the order in which more of the days follow each other.

    Returns
    -------
    order
        ``None`` when nothing shows it, or one date shows one order and another the other.
    evidence
        In words.
    """
    read = {text: date for text in dict.fromkeys(texts) if (date := read_date(text))}
    day_first, month_first, ambiguous = order_evidence(read)
    if day_first and month_first:
        return None, f"'{day_first}' can only be day first and '{month_first}' only month first"
    if day_first or month_first:
        order = DateOrder.DAY_FIRST if day_first else DateOrder.MONTH_FIRST
        return order, f"'{day_first or month_first}' shows it"
    if not ambiguous:
        return DateOrder.DAY_FIRST, "no date can be read in two ways"
    steps = {}
    for order in DateOrder:
        days = [date.day for text in read if (date := read_date(text, order))]
        pairs = itertools.pairwise(days)
        steps[order] = sum(abs((after - before).days) == 1 for before, after in pairs)
    day, month = (steps[order] for order in (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST))
    if day == month:
        return None, f"'{ambiguous}' may be day first or month first, and no date shows which"
    return DateOrder.DAY_FIRST if day > month else DateOrder.MONTH_FIRST, "so the days follow each other"


def _by_order(first: int, second: int, year: int, order: DateOrder | None) -> ReadDate | None:
    shown = None
    if first > 12 >= second:
        shown = DateOrder.DAY_FIRST
    elif second > 12 >= first:
        shown = DateOrder.MONTH_FIRST
    chosen = shown or order or DateOrder.DAY_FIRST
    day, month = (first, second) if chosen is DateOrder.DAY_FIRST else (second, first)
    ambiguous = shown is None and first != second
    return _day(year, month, day, Shape.NUMBERS, shown, ambiguous)


def _bare_digits(text: str) -> ReadDate | None:
    if match := _COMPACT_DAY.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]), Shape.COMPACT)
    if match := _COMPACT_MONTH.fullmatch(text):
        return _month_end(int(match[1]), int(match[2]), Precision.MONTH, Shape.COMPACT)
    if (match := _SERIAL.fullmatch(text)) and int(match[1]) in EXCEL_SERIALS:
        return ReadDate(EXCEL_EPOCH + datetime.timedelta(int(match[1])), Precision.DAY, Shape.SERIAL)
    if match := _YEAR.fullmatch(text):
        return _month_end(int(match[1]), 12, Precision.YEAR, Shape.YEAR)
    return None


def _with_month_name(text: str) -> ReadDate | None:
    for pattern, day_at, month_at, year_at in (
        (_DAY_NAMED, 1, 2, 3),
        (_NAMED_DAY, 2, 1, 3),
        (_NAMED_MONTH, 0, 1, 2),
        (_MONTH_NAMED_LAST, 0, 2, 1),
    ):
        match = pattern.fullmatch(text)
        month = MONTH_NAMES.get(match[month_at].casefold()) if match else None
        if match and month:
            year = _full_year(match[year_at])
            if day_at:
                return _day(year, month, int(match[day_at]), Shape.NAMED)
            return _month_end(year, month, Precision.MONTH, Shape.NAMED)
    return None


def _full_year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= PIVOT else 2000)


def _day(
    year: int, month: int, day: int, shape: Shape, order: DateOrder | None = None, ambiguous: bool = False
) -> ReadDate | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return ReadDate(datetime.date(year, month, day), Precision.DAY, shape, order, ambiguous)
    except ValueError:
        return None


def _week(year: int, week: int, day: str | None) -> ReadDate | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        found = datetime.date.fromisocalendar(year, week, int(day or THURSDAY))
        return ReadDate(found, Precision.DAY if day else Precision.WEEK, Shape.WEEK)
    except ValueError:
        return None


def _month_end(year: int, month: int, precision: Precision, shape: Shape) -> ReadDate | None:
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
        return None
    last = calendar.monthrange(year, month)[1]
    return ReadDate(datetime.date(year, month, last), precision, shape)
