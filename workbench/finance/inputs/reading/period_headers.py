"""Headers that are periods, such as ``Jan 2024``, ``001.2024`` or ``Q1 FY24 Budget``."""

from __future__ import annotations

import calendar
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.data.texts.cells import shown
from workbench.data.texts.dates import MONTH_NAMES, read_date
from workbench.data.texts.layout import MONTHS_ACROSS
from workbench.errors import InvalidData
from workbench.finance.inputs.reading.fiscal_dates import is_fiscal_period
from workbench.finance.inputs.reading.postings.titles import span_of
from workbench.finance.model.roles import Variant
from workbench.finance.model.variants import split_variant

__all__ = ["PeriodColumn", "PeriodColumns", "is_cumulated", "is_derived", "period_columns"]

MIN_YEARS = 2
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_TWO_YEARS = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*[-/\u2013]\s*((?:19|20)?\d{2})(?!\d)")
_DERIVED = re.compile(
    r".*(\b(over|under|variance|var|diff(erence)?|delta|abweichung|abw|remaining|change|yoy|pct|percent|ecart|écart)\b|%).*",
    re.IGNORECASE,
)
_DAYS = re.compile(
    r"(?P<first>[^\W\d_]+)\.? 1 ?[-\u2013] ?(?:(?P<last>[^\W\d_]+)\.? ?)?"
    r"(?P<day>\d{1,2}),? ?(?P<year>(?:19|20)\d{2})"
)
_SUMMED = re.compile(
    r"(fy|full year|ytd|year|total|sum|summe|gesamt|jahr|kum(uliert|\.)?|cumul(\w+)?)\b.*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:per(?:iod|iode)?|posting period|p|buchungsperiode)\.? ?(\d{1,2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PeriodColumn:
    """A column of amounts of one period.

    Parameters
    ----------
    period
        A text that is a date or a part of a fiscal year.
    variant
        Whether the amounts happened, or were planned.
    """

    period: str
    variant: Variant = Variant.ACTUAL


@dataclass(frozen=True, slots=True)
class PeriodColumns:
    """The columns of periods: position -> what it is, and the length of a period that is not shown else."""

    at: dict[int, PeriodColumn]
    months: int = 0


def is_derived(name: str) -> bool:
    """Whether a header says that its column compares two others: a variance, a percentage of the budget."""
    return _DERIVED.fullmatch(shown(name)) is not None


def is_cumulated(name: str) -> bool:
    """Whether a header says that its column sums several periods: ``Jan/2024 - Dec/2024``, ``YTD``, ``Total``."""
    text = shown(name)
    ends = re.split(r"(?: ?[-\u2013] ?| (?:to|bis|a|au) )(?=[^\W\d_])", text, maxsplit=1)
    return _SUMMED.fullmatch(text) is not None or (len(ends) == 2 and all(read_date(end) for end in ends))


def period_columns(names: Sequence[str], titles: Sequence[str], file: str, dated: bool) -> PeriodColumns:
    """Find the columns that are periods; none where a table has its periods below each other.

    Parameters
    ----------
    names
        Headers.
    titles
        Texts above the header, which may name the year or the period.
    file
        Its name.
    dated
        Whether a column of the table holds dates.

    Raises
    ------
    InvalidData
        When months have no year, or actual and budget no period.
    """
    found: dict[int, PeriodColumn] = {}
    for at, name in enumerate(names):
        column = None if is_derived(name) else _period_of(shown(name))
        if column is not None:
            found[at] = column
    if len({one.period for one in found.values()}) >= MONTHS_ACROSS or len(found) > MONTHS_ACROSS:
        return PeriodColumns(found)
    if found and not dated and any(is_cumulated(name) for name in names):
        # A month beside the months up to it, as a business assessment has them.
        return PeriodColumns(found)
    years = {at: PeriodColumn(shown(name)) for at, name in enumerate(names) if _YEAR.fullmatch(shown(name))}
    if len(years) >= MIN_YEARS and not dated:
        return PeriodColumns(years, 12)
    bare = _bare_months(names)
    if len({month for month, _ in bare.values()}) >= MONTHS_ACROSS:
        return PeriodColumns(_with_years(names, bare, titles, file))
    return PeriodColumns({}) if dated else _one_period(names, titles, file)


def _period_of(text: str) -> PeriodColumn | None:
    if _is_period(text):
        return PeriodColumn(text)
    days = _whole_months(text)
    if days:
        return PeriodColumn(days)
    rest, variant = split_variant(text.casefold())
    rest = rest.strip(" -_/:()[]")
    if variant is not None and _is_period(rest):
        return PeriodColumn(rest, variant)
    return None


def _whole_months(text: str) -> str:
    """Give ``2024-01`` for ``Jan 1 - Jan 31 2024``, and ``2024-Q1`` for a quarter; empty for any other text."""
    match = _DAYS.fullmatch(text)
    first = MONTH_NAMES.get(match["first"].casefold()) if match else None
    last = MONTH_NAMES.get((match["last"] or match["first"]).casefold()) if match else None
    if match is None or first is None or last is None:
        return ""
    year = int(match["year"])
    if int(match["day"]) != calendar.monthrange(year, last)[1]:
        return ""
    if first == last:
        return f"{year}-{last:02d}"
    return f"{year}-Q{last // 3}" if last % 3 == 0 and last - first == 2 else ""


def _is_period(text: str) -> bool:
    return read_date(text) is not None or is_fiscal_period(text)


def _bare_months(names: Sequence[str]) -> dict[int, tuple[int, Variant]]:
    """Months, or numbered periods, without a year."""
    found = {}
    for at, name in enumerate(names):
        if is_derived(name):
            continue
        rest, variant = split_variant(re.sub(r" \([A-Z]+\)$", "", shown(name)).casefold())
        rest = rest.strip(" -_/:()[].")
        numbered = _NUMBERED.fullmatch(rest)
        month = int(numbered[1]) if numbered else MONTH_NAMES.get(rest)
        if month is not None and 1 <= month <= 12:
            found[at] = (month if not numbered else -month, variant or Variant.ACTUAL)
    return found


def _with_years(
    names: Sequence[str], bare: dict[int, tuple[int, Variant]], titles: Sequence[str], file: str
) -> dict[int, PeriodColumn]:
    above = " ".join(titles)
    pairs = {match for match in _TWO_YEARS.findall(above) if int(match[1][-2:]) == (int(match[0]) + 1) % 100}
    years = {int(year) for year in _YEAR.findall(above)}
    months = [month for month, _ in bare.values()]
    if any(month < 0 for month in months):
        if len(years) == 1 or len(pairs) == 1:
            ends = int(next(iter(pairs))[0]) + 1 if pairs else next(iter(years))
            return {
                at: PeriodColumn(f"P{-month:02d} FY{ends}", variant) for at, (month, variant) in bare.items()
            }
        months = []
    wraps = any(
        later < earlier for earlier, later in itertools.pairwise(months) if (earlier, later) != (12, 1)
    )
    over = (12, 1) in set(itertools.pairwise(months))
    if not months or (len(pairs) != 1 if over else len(years) != 1 or pairs) or (wraps and over):
        seen = (
            f"several years ({', '.join(map(str, sorted(years)))})"
            if len(years) > 1
            else ("no year" if not years else "a year")
        )
        if over and len(years) == 1:
            seen = "one year, though the months go over its end"
        raise InvalidData(
            f"{file} has its months side by side without a year ({shown(names[next(iter(bare))])} …), and the "
            f"lines above them name {seen}; write the year into the headers, such as 'Jan 2024'.",
            file,
        )
    first = int(next(iter(pairs))[0]) if over else next(iter(years))
    start = months[0] if over else 1
    return {
        at: PeriodColumn(f"{first + (month < start)}-{month:02d}", variant)
        for at, (month, variant) in bare.items()
    }


def _one_period(names: Sequence[str], titles: Sequence[str], file: str) -> PeriodColumns:
    """Actual and budget of one period side by side, of which the title names the period."""
    found: dict[int, Variant] = {}
    for at, name in enumerate(names):
        rest, variant = split_variant(re.sub(r"[\W_]+", " ", shown(name).casefold()).strip())
        if variant is not None and not rest and not is_derived(name):
            found[at] = variant
    if (
        Variant.ACTUAL not in found.values()
        or len(set(found.values())) < 2
        or len(found) > len(set(found.values()))
    ):
        return PeriodColumns({})
    span = span_of(titles)
    if span is None or span.months not in (1, 3, 12):
        raise InvalidData(
            f"{file} has {' and '.join(repr(names[at]) for at in found)} side by side, and no line above the "
            f"header says "
            "of which month, quarter or year; write it there, such as 'January 2024'.",
            file,
        )
    return PeriodColumns(
        {at: PeriodColumn(span.last.isoformat(), variant) for at, variant in found.items()}, span.months
    )
