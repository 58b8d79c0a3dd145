"""DATEV's batch of postings (``EXTF`` or ``DTVF``): its first line says the fiscal year and the chart.

Source: DATEV, Schnittstellenentwicklung, Format "Buchungsstapel" version 13 (developer.datev.de).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.cells import Cells, shown
from workbench.errors import InvalidData
from workbench.finance.inputs.reading.postings.charts import Chart
from workbench.finance.inputs.reading.postings.journal import Journal
from workbench.finance.inputs.reading.postings.journal_columns import Table
from workbench.finance.inputs.reading.postings.sides import amounts_of

__all__ = ["DatevHeader", "datev_header", "datev_journal"]

# Places in the first line, counted from 0.
_YEAR_BEGIN, _LENGTH, _FROM, _CHART = 12, 13, 14, 26
_AMOUNT, _SIDE, _ACCOUNT, _CONTRA, _DAY = "umsatz", "soll/haben", "konto", "gegenkonto", "belegdatum"
_CARRIED = range(9000, 10_000)


@dataclass(frozen=True, slots=True)
class DatevHeader:
    """What the first line of a batch says.

    Parameters
    ----------
    first, last
        First and last day of the fiscal year.
    length
        Digits of an account; customers and suppliers have one more.
    chart
        The chart of accounts; ``None`` when it is not named, or is another than SKR 03 and SKR 04.
    """

    first: datetime.date
    last: datetime.date
    length: int
    chart: Chart | None


def datev_header(cells: Cells, file: str) -> tuple[DatevHeader, Cells] | None:
    """Read the first line of a batch; ``None`` when a file is none.

    Returns
    -------
    tuple
        The line, and the cells without it.

    Raises
    ------
    InvalidData
        When the line has no fiscal year.
    """
    frame = cells.frame
    if not frame.height or shown(frame["0"][0] or "") not in ("EXTF", "DTVF"):
        return None
    line = [shown(cell) if cell else "" for cell in frame.drop("row").row(0)]
    line += [""] * (_CHART + 1 - len(line))
    first = _day(line[_YEAR_BEGIN]) or _day(line[_FROM])
    if first is None:
        raise InvalidData(
            f"{file} is a batch of postings of DATEV, and its first line does not say when its fiscal year begins "
            f"(field {_YEAR_BEGIN + 1}, found '{line[_YEAR_BEGIN]}'); export it again.",
            file,
        )
    last = first.replace(year=first.year + 1) - datetime.timedelta(days=1)
    chart = {"03": Chart.SKR03, "04": Chart.SKR04}.get(line[_CHART].zfill(2))
    length = int(line[_LENGTH]) if line[_LENGTH].isdecimal() else 4
    rest = replace(cells, frame=frame.slice(1), lengths=cells.lengths.slice(1))
    return DatevHeader(first, last, length, chart), rest


def _day(text: str) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if len(text) == 8 and text.isdecimal() else None


def datev_journal(header: DatevHeader, table: Table, file: str) -> Journal:
    """Give the postings of a batch; each row posts to an account and, the other way, to its contra account.

    Raises
    ------
    InvalidData
        When a column that every batch has is missing.
    """
    at = {key: _place(table.names, key, file) for key in (_AMOUNT, _SIDE, _ACCOUNT, _CONTRA, _DAY)}
    amount, _, _ = amounts_of(table.frame, table.names, None, None, at[_AMOUNT], at[_SIDE])
    days = [_posted(text, header) for text in table.frame[str(at[_DAY])]]
    labels = [place for place in range(len(table.names)) if place not in at.values()]
    labels = [place for place in labels if table.frame[str(place)].null_count() < table.frame.height]
    texts = table.frame.select(
        "row", *(pl.col(str(place)).alias(str(to)) for to, place in enumerate(labels, 1))
    )
    texts = texts.insert_column(1, pl.Series("0", days, dtype=pl.String()))
    sides = [(at[_ACCOUNT], amount), (at[_CONTRA], -amount)]
    parts = []
    for place, values in sides:
        account = table.frame[str(place)].map_elements(shown, return_dtype=pl.String).alias("account")
        kinds = [_kind(text, header) for text in account]
        opening = [
            any(_is_carried(table.frame[str(one)][row]) for one, _ in sides) for row in range(len(account))
        ]
        parts.append(
            pl.DataFrame({
                "account": account, "kind": pl.Series(kinds, dtype=pl.String()),
                "group": pl.Series([None] * len(account), dtype=pl.String()),
                "amount": values, "opening": pl.Series(opening, dtype=pl.Boolean()),
            })
        )  # fmt: skip
    side = table.names[at[_SIDE]]
    said = f"'{side}' is the side of '{table.names[at[_ACCOUNT]]}', the contra account has the other"
    change = Change(
        ChangeKind.READ_AS, table.names[at[_DAY]], (), (table.frame[str(at[_DAY])][0] or "",), (days[0] or "",),
        f"day and month; the fiscal year is from {header.first} to {header.last}",
    )  # fmt: skip
    names = (table.names[at[_DAY]], *(table.names[place] for place in labels))
    places = (table.places[at[_DAY]], *(table.places[place] for place in labels))
    return Journal(
        Table(names, places, pl.concat([texts, texts])), pl.concat(parts), 0, True, True, said,
        header.chart, (change,),
        table.places[at[_AMOUNT]],
    )  # fmt: skip


def _place(names: Sequence[str], key: str, file: str) -> int:
    for at, name in enumerate(names):
        if name.casefold().startswith(key) and "basis" not in name.casefold():
            return at
    raise InvalidData(
        f"{file} is a batch of postings of DATEV without a column '{key.title()}'; export it again.", file
    )


def _posted(text: str | None, header: DatevHeader) -> str | None:
    digits = shown(text).zfill(4) if text else ""
    if len(digits) != 4 or not digits.isdecimal():
        return text
    for year in range(header.first.year, header.last.year + 1):
        try:
            day = datetime.date(year, int(digits[2:]), int(digits[:2]))
        except ValueError:
            continue
        if header.first <= day <= header.last:
            return day.isoformat()
    return text


def _kind(account: str | None, header: DatevHeader) -> str | None:
    """Accounts with one more digit are those of customers (1 to 6) and suppliers (7 to 9)."""
    if account is None or len(account) != header.length + 1:
        return None
    return "Debtor" if account[0] in "123456" else "Creditor"


def _is_carried(account: str | None) -> bool:
    text = shown(account) if account else ""
    return text.isdecimal() and int(text[:4]) in _CARRIED and len(text) >= 4
