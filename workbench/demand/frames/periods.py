"""The periods of a labelled frame: years, quarters or months, read from numbers, dates or text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from workbench.data.arrays import Integers
from workbench.data.formatting import year_from_label, year_label
from workbench.errors import InvalidData, SettingError

__all__ = ["Periods", "Step", "read_periods"]

EARLIEST, LATEST = 1800, 2200
FISCAL_YEAR = re.compile(r"\s*(?:FY\s*)?(\d{4})\s*[-/\u2013]\s*(\d{2}|\d{4})\s*", re.IGNORECASE)
YEAR = re.compile(r"\s*(?:FY\s*)?\d{4}\s*", re.IGNORECASE)


class Step(StrEnum):
    """How far the periods of a frame lie apart."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"

    @property
    def months(self) -> int:
        """Months in a period."""
        return {Step.YEAR: 12, Step.QUARTER: 3, Step.MONTH: 1}[self]


@dataclass(frozen=True, slots=True)
class Periods:
    """Successive periods.

    Parameters
    ----------
    step
        How far they lie apart.
    first
        Number of the first: the year, or months since year 0 divided by those of the step.
    count
        How many there are.
    dates
        The first label, where the labels are dates; None where they are years.
    fiscal
        Whether years are written as ``FY 2024-25``; each is numbered by the one in which it ends.
    name
        What the labels are called.
    """

    step: Step
    first: int
    count: int
    dates: pd.Timestamp | None
    fiscal: bool
    name: str

    @property
    def season(self) -> int:
        """Periods in a year."""
        return 12 // self.step.months

    def labels(self, start: int, stop: int) -> pd.Index:
        """Give the labels of the periods from ``start`` to before ``stop``, counted from the first."""
        years = range(self.first + start, self.first + stop)
        if self.fiscal:
            return pd.Index([year_label(year) for year in years], dtype=object, name=self.name)
        if self.dates is None:
            return pd.Index(years, dtype="int64", name=self.name)
        at = [self.dates + pd.DateOffset(months=self.step.months * place) for place in range(start, stop)]
        if self.dates.is_month_end:
            at = [date + pd.offsets.MonthEnd(0) for date in at]
        return pd.DatetimeIndex(at, name=self.name)

    def place_of(self, label: object, setting: str) -> int:
        """Place of a period that the caller names, counted from the first.

        Raises
        ------
        SettingError
            When it is not a period of this step.
        """
        example = "2035 or FY 2034-35" if self.step is Step.YEAR else "2026-06"
        refused = SettingError(
            f"{setting} is {label!r}, expected a {self.step} such as {example}.", setting, label
        )
        text = str(label)
        try:
            if isinstance(label, bool):
                raise refused
            if self.step is Step.YEAR and (YEAR.fullmatch(text) or FISCAL_YEAR.fullmatch(text)):
                return year_from_label(text) - self.first
            if isinstance(label, (int, float)):
                raise refused
            return _number(pd.Timestamp(text), self.step) - self.first
        except ValueError as error:
            raise refused from error


def read_periods(index: pd.Index) -> tuple[Periods, Integers]:
    """Read the index of a frame.

    Parameters
    ----------
    index
        Years as numbers or text (``2024``, ``"FY 2024-25"``), or dates, periods or text of dates (``"2024-01"``).

    Returns
    -------
    Periods
        From the earliest to the latest label.
    ndarray
        Place of each label among them.

    Raises
    ------
    InvalidData
        When the labels are not years or dates, repeat, or lie apart in another step than years, quarters or months.
    """
    if isinstance(index, pd.MultiIndex) or not len(index):
        raise InvalidData("The frame needs one row for each year or date, and its labels as the index.")
    name = str(index.name) if index.name is not None else ""
    years = _years(index)
    if years is not None:
        numbers, fiscal = years
        _refuse_repeated(index, numbers)
        first = int(numbers.min())
        periods = Periods(Step.YEAR, first, int(numbers.max()) - first + 1, None, fiscal, name or "year")
        return periods, numbers - first
    dates = _dates(index)
    months = np.asarray(dates.year * 12 + dates.month - 1, dtype=np.int64)
    step = _step(index, months)
    numbers = months // step.months
    first = int(numbers.min())
    count = int(numbers.max()) - first + 1
    return Periods(step, first, count, dates.min(), False, name or "period"), numbers - first


def _years(index: pd.Index) -> tuple[Integers, bool] | None:
    if pd.api.types.is_numeric_dtype(index.dtype):
        numbers = index.to_numpy(float)
        if not ((numbers == np.round(numbers)) & (numbers >= EARLIEST) & (numbers <= LATEST)).all():
            raise InvalidData(
                f"The index begins with {index[0]}, expected years or dates: put them into the index with "
                "frame.set_index('year')."
            )
        return numbers.astype(np.int64), False
    if isinstance(index, (pd.DatetimeIndex, pd.PeriodIndex)):
        return None
    texts = [str(label) for label in index]
    if all(YEAR.fullmatch(text) for text in texts):
        return np.array([year_from_label(text) for text in texts], dtype=np.int64), False
    if all(_is_fiscal(text) for text in texts):
        return np.array([year_from_label(text) for text in texts], dtype=np.int64), True
    return None


def _is_fiscal(text: str) -> bool:
    found = FISCAL_YEAR.fullmatch(text)
    return found is not None and int(found[2]) % 100 == (int(found[1]) + 1) % 100


def _dates(index: pd.Index) -> pd.DatetimeIndex:
    if isinstance(index, pd.DatetimeIndex):
        return index.tz_localize(None)
    if isinstance(index, pd.PeriodIndex):
        return index.to_timestamp()
    dates = []
    for label in index:
        try:
            dates.append(pd.Timestamp(pd.Period(str(label)).start_time if "Q" in str(label) else str(label)))
        except (ValueError, TypeError) as error:
            raise InvalidData(
                f"The label {label!r} of the index is not a year or date; write 2024, FY 2024-25, 2024-06 or "
                "2024-06-30."
            ) from error
    return pd.DatetimeIndex(dates)


def _step(index: pd.Index, months: Integers) -> Step:
    _refuse_repeated(index, months)
    apart = int(np.gcd.reduce(np.diff(np.sort(months)))) if len(months) > 1 else 12
    for step in Step:
        if apart % step.months == 0:
            return step
    raise InvalidData(
        f"The labels of the index lie {apart} months apart, expected years, quarters or months."
    )


def _refuse_repeated(index: pd.Index, numbers: Integers) -> None:
    order = np.argsort(numbers, kind="stable")
    same = np.flatnonzero(np.diff(numbers[order]) == 0)
    if len(same):
        first, second = index[order[same[0]]], index[order[same[0] + 1]]
        raise InvalidData(
            f"The rows {first} and {second} of the frame lie in one period; sum or average them by month, quarter "
            "or year before they are forecast."
        )


def _number(date: pd.Timestamp, step: Step) -> int:
    return (date.year * 12 + date.month - 1) // step.months
