"""Months put together: quarters, fiscal years, the year to date, the last twelve months."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.data.arrays import Booleans, Floats
from workbench.finance.model.calendar import period_text
from workbench.finance.model.ledger import Frequency, Ledger


class Span(StrEnum):
    """What a figure or a measure is computed over."""

    MONTH = "month"
    """One period of the file, a quarter or a year where the file has those."""
    QUARTER = "quarter"
    FISCAL_YEAR = "fiscal year"
    YEAR_TO_DATE = "year to date"
    ROLLING_12 = "rolling 12 months"


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of one span over the periods of a ledger.

    Parameters
    ----------
    last
        First day of the last period of each. Shape (w,).
    labels
        Name of each, as shown.
    member
        Which periods belong to which window. Shape (w, p).
    expected
        How many periods a whole window has. Shape (w,).
    days
        Calendar days of each period. Shape (p,).
    partial
        Whether a window reaches beyond the periods of the file, or holds a partial period. Shape (w,).
    """

    last: pd.DatetimeIndex
    labels: tuple[str, ...]
    member: Booleans
    expected: npt.NDArray[np.int64]
    days: Floats
    partial: Booleans


def windows_of(ledger: Ledger, span: Span) -> Windows:
    """Make the windows of a span.

    A year to date has every period as its last; a rolling window too, from the twelfth month on. A quarter or
    fiscal year that the file only begins is there, and marked as partial.
    """
    step = ledger.frequency.months
    months = _month_numbers(ledger.periods)
    groups = _groups(ledger, span, months)
    partial_periods = np.isin(
        ledger.periods.to_numpy(), pd.DatetimeIndex([item.period for item in ledger.partial]).to_numpy()
    )
    starts = np.array([first for first, _, _ in groups])
    ends = np.array([last for _, last, _ in groups])
    wholes = np.array([end for _, _, end in groups])
    member = (months >= starts[:, None]) & (months <= ends[:, None])
    expected = np.maximum(1, (wholes - starts) // step + 1)
    partial = (member.sum(axis=1) < expected) | (member & partial_periods).any(axis=1)
    lasts = [int(np.flatnonzero(row)[-1]) for row in member]
    days = np.array([_days(int(month), int(month) + step - 1) for month in months])
    last = ledger.periods[lasts]
    labels = tuple(_label(ledger, span, period) for period in last)
    return Windows(last, labels, member, expected.astype(np.int64), days, partial)


def _groups(ledger: Ledger, span: Span, months: npt.NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """First and last month of what each window holds, and the last month of what it should hold."""
    step = ledger.frequency.months
    offset = ledger.calendar.start_month - 1
    if (
        span is Span.MONTH
        or (span is Span.QUARTER and step >= 3)
        or (span is not Span.ROLLING_12 and step == 12)
    ):
        return [(int(month), int(month), int(month)) for month in months]
    if span is Span.ROLLING_12:
        return [
            (int(month) - 12 + step, int(month), int(month))
            for month in months
            if month - 12 + step >= months[0]
        ]
    length = 3 if span is Span.QUARTER else 12
    begins = (months - offset) // length * length + offset
    if span is Span.YEAR_TO_DATE:
        return [(int(begin), int(month), int(month)) for begin, month in zip(begins, months, strict=True)]
    # Quarters that begin in the middle of a period of the file end with the last period that begins in them.
    return [(int(b), int(months[begins == b].max()), int(b) + length - step) for b in np.unique(begins)]


def _label(ledger: Ledger, span: Span, period: pd.Timestamp) -> str:
    calendar = ledger.calendar
    year = calendar.year_of(period)
    step = ledger.frequency.months
    if step > 1 and (int(period.month) - calendar.start_month) % step and span is not Span.ROLLING_12:
        # The periods of the file are not those of the fiscal year.
        return period_text(period, step)
    if span is Span.FISCAL_YEAR or (ledger.frequency is Frequency.YEAR and span is not Span.ROLLING_12):
        return calendar.year_label(year)
    if span is Span.QUARTER or (span is Span.MONTH and ledger.frequency is Frequency.QUARTER):
        return calendar.quarter_label(year, calendar.quarter_of(period))
    month = f"{period + pd.DateOffset(months=step - 1):%b %Y}"
    if span is Span.YEAR_TO_DATE:
        return f"{calendar.year_label(year)} to {month}"
    return f"12 months to {month}" if span is Span.ROLLING_12 else month


def _month_numbers(periods: pd.DatetimeIndex) -> npt.NDArray[np.int64]:
    return np.asarray(periods.year * 12 + periods.month - 1, dtype=np.int64)


def _days(first: int, last: int) -> float:
    begin = np.datetime64(f"{first // 12:04d}-{first % 12 + 1:02d}")
    end = np.datetime64(f"{last // 12:04d}-{last % 12 + 1:02d}") + np.timedelta64(1, "M")
    return float((end.astype("datetime64[D]") - begin.astype("datetime64[D]")).astype(np.int64))
