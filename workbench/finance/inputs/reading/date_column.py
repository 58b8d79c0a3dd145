"""A column of dates: their order with evidence, and every date that is written in another way."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from dataclasses import dataclass

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.amounts import is_placeholder
from workbench.data.texts.cells import shown
from workbench.data.texts.dates import (
    DateOrder,
    Precision,
    ReadDate,
    Shape,
    order_evidence,
    read_date,
)
from workbench.finance.model.questions import Option, Question, QuestionKind, question_key

SAMPLE = 500
MOSTLY = 0.6
# Under a header that says so, a few dates are enough, so that the others are named and not passed over as text.
MOSTLY_WHEN_NAMED = 0.3
_NAMED = re.compile(
    r".*\b(date|period|datum|fecha|dated|timestamp)\b.*|(fiscal |calendar |accounting |posting |reporting )?"
    r"(month|year|day|time|quarter|week|monat|jahr|tag|zeitraum|mes|año|mois|année|periode)( end(ing|ed)?)?",
    re.IGNORECASE,
)
_ISO = r"^(\d{4}-\d{2}-\d{2})(?:[T ]\d{1,2}:.*)?$"


@dataclass(frozen=True, slots=True)
class DateColumn:
    """A column of dates.

    Parameters
    ----------
    values
        Date, null where nothing is given or the cell is not a date; the last day of a month, quarter or year.
    precision
        What the dates of the column say, the coarsest of them.
    evidence
        How the order is known, as text.
    unreadable
        ``row`` and ``text`` of the cells that are not dates.
    changes
        Dates that are written in another way than the rest.
    question
        When day and month cannot be told apart, or one cell shows one order and another the other.
    """

    values: pl.Series
    precision: Precision
    evidence: str
    unreadable: pl.DataFrame
    changes: tuple[Change, ...]
    question: Question | None = None


def is_named_like_a_date(name: str) -> bool:
    """Whether a header says that the column holds dates."""
    # EcritureDate is two words.
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.strip().replace("_", " "))
    return _NAMED.fullmatch(words) is not None


def looks_like_dates(cells: pl.Series, name: str) -> bool:
    """Whether most cells are dates; bare digits only under a header that says so."""
    filled = cells.drop_nulls()
    sample = [shown(text) for text in filled.gather_every(max(1, len(filled) // SAMPLE)).to_list()]
    sample = [text for text in sample if not is_placeholder(text)]
    named = is_named_like_a_date(name)
    dates = sum(read_date(text, None, named) is not None for text in sample)
    return bool(sample) and dates >= (MOSTLY_WHEN_NAMED if named else MOSTLY) * len(sample)


def read_dates(cells: pl.Series, rows: pl.Series, name: str, order: DateOrder | None = None) -> DateColumn:
    """Read a column of dates.

    Parameters
    ----------
    cells, rows
        Text of each cell (null for blank), and its row in the file.
    name
        Header of the column.
    order
        As the user answered; a cell that can only be read the other way is still read as it must be.
    """
    frame = pl.DataFrame({"text": cells.str.strip_prefix("\x1f"), "row": rows})
    iso = pl.col("text").str.extract(_ISO).str.to_date("%Y-%m-%d", strict=False)
    frame = frame.with_columns(iso=iso)
    texts = frame.filter(pl.col("iso").is_null() & pl.col("text").is_not_null())["text"].unique(
        maintain_order=True
    )
    named = is_named_like_a_date(name)
    read = {text: date for text in texts if (date := read_date(text, order, named))}
    order, refuted = _refuted(read, frame, name, order)
    if refuted:
        read = {text: date for text in texts if (date := read_date(text, order, named))}
    read = _without_coarser(read, len(frame) - frame["iso"].null_count())
    evidence, question = _order_of(read, frame, name, order)
    values = pl.DataFrame(
        {"text": list(read), "late": [date.day for date in read.values()]},
        schema={"text": pl.String(), "late": pl.Date()},
    )
    frame = frame.join(values, on="text", how="left", maintain_order="left").with_columns(
        value=pl.coalesce("iso", "late")
    )
    unreadable = frame.filter(pl.col("value").is_null() & pl.col("text").is_not_null()).select("row", "text")
    changes, precision = _unlike_the_rest(frame, read, name)
    return DateColumn(frame["value"], precision, evidence, unreadable, (*refuted, *changes), question)


def _refuted(
    read: dict[str, ReadDate], frame: pl.DataFrame, name: str, order: DateOrder | None
) -> tuple[DateOrder | None, tuple[Change, ...]]:
    """Drop an answer, kept from an earlier file, that a cell of this one contradicts and none supports."""
    day_first, month_first, _ = order_evidence(read)
    shown = day_first or month_first
    if order is None or not shown or (day_first and month_first) or read[shown].order is order:
        return order, ()
    row = _row(frame, shown)
    reason = f"'{order}' was answered, but '{shown}' in row {row} can only be {read[shown].order}: the file decides"
    change = Change(ChangeKind.READ_AS, name, (row,), (shown,), (str(read[shown].day),), reason)
    return read[shown].order, (change,)


def _without_coarser(read: dict[str, ReadDate], days: int) -> dict[str, ReadDate]:
    """``Q1 2024`` or ``2024`` among days or months is a line that sums them, and no date of its own."""
    coarse = (Precision.QUARTER, Precision.YEAR)
    fine = {text: date for text, date in read.items() if date.precision not in coarse}
    return fine if len(fine) + days > len(read) / 2 else read


def _order_of(
    read: dict[str, ReadDate], frame: pl.DataFrame, name: str, order: DateOrder | None
) -> tuple[str, Question | None]:
    day_first, month_first, ambiguous = order_evidence(read)
    if ambiguous and order is not None:
        return f"{order}, as answered", None
    if day_first and month_first:
        said = (
            f"'{day_first}' in row {_row(frame, day_first)} can only be day first and '{month_first}' in row "
            f"{_row(frame, month_first)} only month first"
        )
        contradiction = (
            f"{said}, so that '{ambiguous}' in row {_row(frame, ambiguous or day_first)} may be either;"
        )
        return said, _question(read, frame, name, ambiguous, contradiction) if ambiguous else None
    shown_by = day_first or month_first
    if shown_by and ambiguous:
        return _decided_by(read, shown_by, frame), None
    if shown_by:
        return f"{read[shown_by].order}: '{shown_by}' in row {_row(frame, shown_by)}", None
    if not ambiguous:
        return "no date can be read in two ways", None
    seen = f"'{ambiguous}' may be day first or month first, and no date in the column shows which;"
    return "", _question(read, frame, name, ambiguous, seen)


def _decided_by(read: dict[str, ReadDate], text: str, frame: pl.DataFrame) -> str:
    order = read[text].order
    if order is DateOrder.MONTH_FIRST:
        for other in [other for other, date in read.items() if date.ambiguous]:
            again = read_date(other, order)
            if again is not None:
                read[other] = again
    return f"{order}: '{text}' in row {_row(frame, text)}"


def _question(
    read: dict[str, ReadDate], frame: pl.DataFrame, name: str, ambiguous: str, seen: str
) -> Question:
    other = {text: read_date(text, DateOrder.MONTH_FIRST) for text, date in read.items() if date.ambiguous}
    month_first = [date.day for date in other.values() if date]
    day_first = [read[text].day for text in other]
    row = _row(frame, ambiguous)
    last = next(reversed(other))
    labels = []
    for order, days in ((DateOrder.DAY_FIRST, day_first), (DateOrder.MONTH_FIRST, month_first)):
        label = (
            f"'{ambiguous}' is {days[list(other).index(ambiguous)]:%d %B %Y}, '{last}' is {days[-1]:%d %B %Y}"
        )
        labels.append(Option(str(order), f"{label}: {_rhythm(days)}"))
    text = f"Column '{name}', row {row}: {seen} say which of day and month comes first."
    recommended = _more_regular(day_first, month_first)
    key = question_key(QuestionKind.DATE_ORDER, name)
    return Question(key, QuestionKind.DATE_ORDER, name, row, text, tuple(labels), recommended)


def _rhythm(days: list[datetime.date]) -> str:
    months = len({(day.year, day.month) for day in days})
    return f"{len(days)} dates in {months} month{'s' if months != 1 else ''}"


def _more_regular(day_first: list[datetime.date], month_first: list[datetime.date]) -> str:
    # A file of months has one day of the month in all of them; read the wrong way round it has many.
    first, second = (len({day.day for day in days}) for days in (day_first, month_first))
    if first == second:
        return ""
    return str(DateOrder.DAY_FIRST if first < second else DateOrder.MONTH_FIRST)


def _unlike_the_rest(
    frame: pl.DataFrame, read: dict[str, ReadDate], name: str
) -> tuple[tuple[Change, ...], Precision]:
    kinds: Counter[tuple[Shape, Precision]] = Counter()
    kinds[Shape.ISO, Precision.DAY] += frame["iso"].count()
    texts = frame.filter(pl.col("iso").is_null() & pl.col("value").is_not_null())
    counts = dict(texts["text"].value_counts().rows())
    for text, date in read.items():
        kinds[date.shape, date.precision] += counts.get(text, 0)
    usual = kinds.most_common(1)[0][0]
    changes = _unlike_in_order(texts, read, name)
    for shape in dict.fromkeys(date.shape for date in read.values()):
        if shape is usual[0]:
            continue
        odd = texts.filter(pl.col("text").is_in([text for text, date in read.items() if date.shape is shape]))
        changes.append(_read_as(name, odd, shape, usual[0]))
    if usual[0] is not Shape.ISO and frame["iso"].count():
        changes.append(_read_as(name, frame.filter(pl.col("iso").is_not_null()), Shape.ISO, usual[0]))
    return tuple(changes), usual[1]


def _read_as(name: str, odd: pl.DataFrame, shape: Shape, usual: Shape) -> Change:
    return Change(
        ChangeKind.READ_AS,
        name,
        tuple(odd["row"].to_list()),
        tuple(odd["text"].to_list()),
        tuple(str(day) for day in odd["value"]),
        f"the date is written as {shape}, most of the column as {usual}",
    )


def _unlike_in_order(texts: pl.DataFrame, read: dict[str, ReadDate], name: str) -> list[Change]:
    by_order = {
        order: texts.filter(
            pl.col("text").is_in([text for text, date in read.items() if date.order is order])
        )
        for order in DateOrder
    }
    odd_order, odd = min(by_order.items(), key=lambda item: item[1].height)
    if (
        odd.is_empty()
        or not by_order[DateOrder.DAY_FIRST].height
        or not by_order[DateOrder.MONTH_FIRST].height
    ):
        return []
    after = tuple(str(day) for day in odd["value"])
    reason = f"the date can only be {odd_order}, other dates of the column are the other way round"
    return [Change(ChangeKind.READ_AS, name, tuple(odd["row"]), tuple(odd["text"]), after, reason)]


def _row(frame: pl.DataFrame, text: str) -> int:
    return int(frame.filter(pl.col("text") == text)["row"][0])
