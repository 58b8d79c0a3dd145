"""The days that the lines above a table name, such as ``As of December 31, 2024`` or ``January - March 2024``."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.data.texts.dates import MONTH_NAMES, read_date

__all__ = ["Span", "span_of"]

_NAME = "|".join(sorted(MONTH_NAMES, key=len, reverse=True))
_DAY = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{4}"
    rf"|\d{{1,2}}[. -]*(?:{_NAME})\.?[ ,-]*\d{{4}}|(?:{_NAME})\.? \d{{1,2}},? \d{{4}}",
    re.IGNORECASE,
)
_MONTH = re.compile(rf"\b(?P<name>{_NAME})\.?,? (?P<year>(?:19|20)\d{{2}})", re.IGNORECASE)
_MONTHS = re.compile(
    rf"\b(?P<first>{_NAME})\.? ?- ?(?P<last>{_NAME})\.?,? (?P<year>(?:19|20)\d{{2}})", re.IGNORECASE
)
_ENDED = re.compile(
    r"(?P<count>\d{1,2} )?(?P<unit>year|month|quarter)s?[ -](to date )?(ended|ending)|(gesch[aä]fts)?jahr",
    re.IGNORECASE,
)
_PRINTED = re.compile(
    r"print|created|generated|run (on|date)|erstellt|gedruckt|accrual basis|cash basis|gmt", re.IGNORECASE
)
_LENGTHS = {"year": 12, "quarter": 3, "month": 1}


@dataclass(frozen=True, slots=True)
class Span:
    """The days that titles name.

    Parameters
    ----------
    last
        The last day.
    months
        Number of whole months that end with it; 0 where only one day is named.
    """

    last: datetime.date
    months: int


def span_of(titles: Iterable[str]) -> Span | None:
    """Give the days that titles name; ``None`` without any. When a report was printed is not one of them."""
    for title in titles:
        text = title.replace("\u2013", "-")
        if _PRINTED.search(text):
            continue
        days = sorted(read.day for match in _DAY.findall(text) if (read := read_date(match.strip())))
        range_ = _MONTHS.search(text)
        if not days and range_ is not None:
            year = int(range_["year"])
            first, last = (MONTH_NAMES[range_[one].casefold()] for one in ("first", "last"))
            days = [datetime.date(year if first <= last else year - 1, first, 1), _end(year, last)]
        months = [
            (int(match["year"]), MONTH_NAMES[match["name"].casefold()]) for match in _MONTH.finditer(text)
        ]
        if not days and months:
            days = [datetime.date(*min(months), 1), _end(*max(months))]
        if days:
            return Span(days[-1], _length(days[0], days[-1]) or _said(text))
    return None


def _end(year: int, month: int) -> datetime.date:
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


def _length(first: datetime.date, last: datetime.date) -> int:
    after = last + datetime.timedelta(days=1)
    whole = first.day == 1 and after.day == 1 and first < last
    return 12 * (after.year - first.year) + after.month - first.month if whole else 0


def _said(text: str) -> int:
    match = _ENDED.search(text)
    if match is None:
        return 0
    return int(match["count"] or 1) * _LENGTHS.get((match["unit"] or "year").casefold(), 0)
