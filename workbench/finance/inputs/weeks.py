"""Files of weeks: what a week holds belongs to its days, and so to one month or to two."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Sequence

import pandas as pd
import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.problems import Problem, Severity
from workbench.data.texts.dates import Precision
from workbench.finance.inputs.reading.columns import ColumnProfile
from workbench.finance.inputs.reading.read import Reading
from workbench.finance.model.ledger import Figure, PartialPeriod
from workbench.finance.model.roles import Behaviour

__all__ = ["about_one_weekday", "covered_days", "days_behind", "partly_covered", "with_weeks_parted"]

DAYS = 7
MIN_WEEKS = 8
# From the Thursday, by which ISO 8601 places a week, to its Sunday.
AFTER_THURSDAY = 3
_ENDING = re.compile(r"week[- _]?(end(ing|ed|s)?|to)( date| on)?|w/?e", re.IGNORECASE)
_BEGINNING = re.compile(
    r"week([- _]?(begin\w*|start\w*|commencing|of|from))?( date)?|w/?c|woche", re.IGNORECASE
)


def days_behind(column: ColumnProfile, dates: pl.Series) -> int | None:
    """Give how many days the weeks of a file last behind their dates; ``None`` for a file of days or months.

    Weeks are those that are written so (``2024-W05``, ``KW 5/2024``), and days under a header that says so
    (``Week ending``), one in seven.
    """
    if column.precision is Precision.WEEK:
        return AFTER_THURSDAY
    days = dates.drop_nulls().unique()
    if len(days) < 2 or days.dt.weekday().n_unique() > 1:
        return None
    if _ENDING.fullmatch(column.name.strip()):
        return 0
    return DAYS - 1 if _BEGINNING.fullmatch(column.name.strip()) else None


def with_weeks_parted(
    frame: pl.DataFrame, figures: Sequence[Figure], behind: int, column: str
) -> tuple[pl.DataFrame, Change]:
    """Part each week that lies in two months by its days, to the cent; a balance is that of its last day.

    Parameters
    ----------
    frame
        ``row``, ``date`` and figures.
    figures
        What they are.
    behind
        Of :func:`days_behind`.
    column
        Header of the dates.
    """
    frame = frame.with_columns(pl.col("date").dt.offset_by(f"{behind}d"))
    month = pl.col("date").dt.month_start()
    before = (month - pl.col("date").dt.offset_by(f"{1 - DAYS}d")).dt.total_days()
    parted = frame.filter(before > 0)
    flows = [one for one in figures if one.behaviour is Behaviour.FLOW]
    shares = {
        one.name: (pl.col(one.name) * before / DAYS).round(one.decimals).alias(one.name) for one in flows
    }
    first = parted.with_columns(
        *shares.values(),
        *(pl.lit(None, dtype=pl.Float64).alias(one.name) for one in figures if one not in flows),
        date=month.dt.offset_by("-1d"),
    )
    rest = ((pl.col(one.name) - shares[one.name]).round(one.decimals).alias(one.name) for one in flows)
    last = parted.with_columns(*rest)
    reason = (
        "the file has weeks: of a week in two months each has the share of its days, of seven, and balances are "
        "those of its last day"
    )
    rows = tuple(sorted(set(parted["row"].to_list())))
    whole = frame.filter(before <= 0)
    change = Change(ChangeKind.READ_AS, column, rows, ("",), (f"{len(rows)} rows parted",), reason)
    return pl.concat([whole, first, last]).sort("row", "date", maintain_order=True), change


def covered_days(
    dates: pl.Series, column: ColumnProfile, behind: int | None
) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Give the first and the last day of a file of days or of ISO weeks; ``None`` for any other."""
    if column.precision not in (Precision.DAY, Precision.WEEK):
        return None
    first, last = (pd.Timestamp(str(day)) for day in (dates.min(), dates.max()))
    if behind is not None:
        first += pd.Timedelta(days=behind + 1 - DAYS)
        last += pd.Timedelta(days=behind)
    # Other weeks than from Monday to Sunday lie in two of the ISO weeks.
    return None if behind is not None and first.day_of_week else (first, last)


def partly_covered(dates: pl.Series, behind: int) -> tuple[PartialPeriod, ...]:
    """Find the first and the last month that weeks do not cover wholly.

    Parameters
    ----------
    dates
        Of the file, before weeks were parted.
    behind
        Of :func:`days_behind`.
    """
    lowest, highest = dates.min(), dates.max()
    assert isinstance(lowest, datetime.date)
    assert isinstance(highest, datetime.date)
    first = lowest + datetime.timedelta(behind + 1 - DAYS)
    last = highest + datetime.timedelta(behind)
    after = calendar.monthrange(last.year, last.month)[1] - last.day
    found = {}
    if first.day > 1:
        reason = f"the weeks begin on {first}, {first.day - 1} days after the month's first"
        found[first.year, first.month] = reason
    if after:
        found[last.year, last.month] = f"the weeks end on {last}, {after} days before the month's end"
    return tuple(
        PartialPeriod(pd.Timestamp(year, month, 1).as_unit("s"), reason)
        for (year, month), reason in found.items()
    )


def about_one_weekday(reading: Reading, column: ColumnProfile, behind: int | None) -> list[Problem]:
    """Say that months have four or five rows where a file has one day a week and not that it means the week."""
    days = reading.values(column.name).drop_nulls().unique().sort()
    steps = days.diff().drop_nulls().dt.total_days()
    if behind is not None or len(days) < MIN_WEEKS or not (steps % DAYS == 0).all() or steps.median() != DAYS:
        return []
    message = (
        f"all dates of '{column.name}' are one day of the week: months have four or five of them, which shows "
        "between months; name the column 'Week beginning' or 'Week ending' where each stands for a week."
    )
    return [Problem(message, reading.file, severity=Severity.WARNING)]
