"""Years as people write them in headers and cells: fiscal or calendar, actual, provisional or projected."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from workbench.data.texts.dates import DateOrder, Precision, read_date

__all__ = ["Kind", "WrittenYear", "read_year"]

EARLIEST_YEAR, LATEST_YEAR = 1900, 2200
_TWO_DIGITS = 2000
_FISCAL = r"(?:f\.?\s?y\.?|fiscal year|financial year|fiscal|year|y\.?e\.?|cy)?\s*['\u2019]?\s*"
_PAIR = re.compile(_FISCAL + r"(\d{4}|\d{2})\s*[-/\u2013\u2014_]\s*['\u2019]?(\d{4}|\d{2})", re.IGNORECASE)
_ALONE = re.compile(_FISCAL + r"(\d{4})(?:\.0)?", re.IGNORECASE)
_SHORT = re.compile(r"f\.?\s?y\.?\s*['\u2019]?\s*(\d{2})", re.IGNORECASE)
_BEFORE = re.compile(r"(?:year |fy |12 months )?(?:as (?:on|at|of)|ended|ending|to)\s+", re.IGNORECASE)
_MARKED = re.compile(
    r"(.*?\d)[\s*#\u2020]*(?:[\[(]?\s*([a-z][a-z .\u2011-]*?)\.?\s*[\])]?)?[*#\u2020]*", re.IGNORECASE
)
MAX_CHARACTERS = 40


class Kind(StrEnum):
    """What a year is said to be."""

    UNSAID = "unsaid"
    ACTUAL = "actual"
    PROVISIONAL = "provisional"
    PROJECTION = "projection"


_KINDS = {
    **dict.fromkeys(
        ("a", "act", "actual", "actuals", "audited", "true up", "trued up", "final"), Kind.ACTUAL
    ),
    **dict.fromkeys(
        ("p", "prov", "provisional", "unaudited", "pre", "prel", "preliminary"), Kind.PROVISIONAL
    ),
    **dict.fromkeys(
        (
            *(
                "e",
                "est",
                "estimate",
                "estimated",
                "estimates",
                "re",
                "revised estimate",
                "revised estimates",
            ),
            *("be", "budget", "budget estimate", "budget estimates", "ae", "f", "forecast", "forecasted"),
            *(
                "proj",
                "projected",
                "projection",
                "projections",
                "plan",
                "planned",
                "target",
                "expected",
                "approved",
            ),
        ),
        Kind.PROJECTION,
    ),
}


@dataclass(frozen=True, slots=True)
class WrittenYear:
    """A year that was read.

    Parameters
    ----------
    year
        The year in which it ends: 2015 for ``2014-15``.
    kind
        What is said of it, as in ``2024-25 (Proj.)``.
    mark
        The word or letter that says so.
    fiscal
        Whether it is written as a year of two.
    """

    year: int
    kind: Kind = Kind.UNSAID
    mark: str = ""
    fiscal: bool = False


def read_year(value: object) -> WrittenYear | None:
    """Read the value of a cell as a year; None when it is none.

    ``2015``, ``2014-15``, ``FY15``, ``FY 2014/2015``, ``F.Y. 14-15``, ``Mar-15``, ``as on 31.03.2015`` and the date
    2015-03-31 are the year that ends in 2015; a day that begins a fiscal year, 2014-04-01, is the year that it
    begins. A letter or word behind it says what the year is: ``2025-26 (Proj.)``, ``2014-15 (A)``. By custom of
    statistical offices ``(P)`` is provisional.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return _checked(int(value)) if float(value).is_integer() else None
    if isinstance(value, datetime.date):
        return _of_day(value)
    return _from_text(value) if isinstance(value, str) and len(value) <= MAX_CHARACTERS else None


@lru_cache(maxsize=20_000)
def _from_text(text: str) -> WrittenYear | None:
    marked = _MARKED.fullmatch(text.strip())
    if marked is None:
        return None
    mark = (marked[2] or "").strip(" .").casefold()
    kind = _KINDS.get(mark.replace(".", ""), Kind.UNSAID) if mark else Kind.UNSAID
    if mark and kind is Kind.UNSAID:
        return None
    found = _plain(_BEFORE.sub("", marked[1], count=1).strip())
    return None if found is None else WrittenYear(found.year, kind, marked[2] or "", found.fiscal)


def _plain(text: str) -> WrittenYear | None:
    if match := _PAIR.fullmatch(text):
        first = int(match[1]) + (_TWO_DIGITS if len(match[1]) == 2 else 0)
        follows = match[2] in (f"{(first + 1) % 100:02d}", str(first + 1))
        return _checked(first + 1, fiscal=True) if follows else None
    if match := _ALONE.fullmatch(text):
        return _checked(int(match[1]))
    if match := _SHORT.fullmatch(text):
        return _checked(_TWO_DIGITS + int(match[1]), fiscal=True)
    date = read_date(text, DateOrder.DAY_FIRST)
    if date is None or date.precision not in (Precision.DAY, Precision.MONTH):
        return None
    return _of_day(date.day)


def _of_day(day: datetime.date) -> WrittenYear | None:
    """A day or month with which a year ends, or with which one begins."""
    if (day.month, day.day) in ((3, 31), (3, 1), (6, 30), (12, 31), (1, 1)):
        return _checked(day.year, fiscal=day.month in (3, 6))
    return _checked(day.year + 1, fiscal=True) if (day.month, day.day) == (4, 1) else None


def _checked(year: int, *, fiscal: bool = False) -> WrittenYear | None:
    return WrittenYear(year, fiscal=fiscal) if EARLIEST_YEAR <= year <= LATEST_YEAR else None
