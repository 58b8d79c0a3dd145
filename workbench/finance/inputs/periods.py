"""Periods of a file: how far they lie apart, which are partial, and what is not given in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import polars as pl

from workbench.finance.model.ledger import Figure, Frequency, Gap, PartialPeriod
from workbench.finance.model.roles import Behaviour, Variant

# Above this, a file holds the balance of each month, quarter or year and not its days.
MAX_STEP_WITHIN_A_MONTH = 16
QUARTER_DAYS, YEAR_DAYS = (80, 100), (350, 380)
# Of the pauses between two days with rows, those that are no longer than this share of them say nothing.
USUAL_PAUSE = 0.95
# Share of entity x period that a panel holds; below it entities come and go, and a missing one says nothing.
DENSE = 0.9
NOT_REPORTED = "no row yet, though there is one in the period before"


def frequency_of(dates: pl.Series, months: int = 0) -> Frequency:
    """Tell from the distances of the dates whether a file has months, quarters or years.

    Parameters
    ----------
    dates
        Of the rows.
    months
        Length of a period where it is known otherwise; 0 else.
    """
    known = next((one for one in Frequency if one.months == months), None)
    if known is not None:
        return known
    days = np.unique(dates.cast(pl.Int32).to_numpy())
    step = float(np.median(np.diff(days))) if len(days) > 1 else 30.0
    if QUARTER_DAYS[0] <= step <= QUARTER_DAYS[1]:
        return Frequency.QUARTER
    return Frequency.YEAR if YEAR_DAYS[0] <= step <= YEAR_DAYS[1] else Frequency.MONTH


def period_of(dates: pl.Series, frequency: Frequency, start_month: int = 1) -> pl.Series:
    """Give the first day of the period of each date, on the grid of the frequency.

    Parameters
    ----------
    dates
        Of the rows. Quarters and years are dated by their end, as ``2024-Q4`` is, unless each date is the first
        of a month and quarters or years begin in that month.
    frequency
        How far the periods lie apart.
    start_month
        First month of a fiscal year.
    """
    months = dates.dt.year() * 12 + dates.dt.month().cast(pl.Int32) - 1
    if not _are_beginnings(dates, frequency, start_month):
        months = months - (frequency.months - 1)
    first = int(months.min())  # type: ignore[arg-type]
    months = (months - first) // frequency.months * frequency.months + first
    frame = pl.DataFrame({"month": months})
    return frame.select(pl.date(pl.col("month") // 12, pl.col("month") % 12 + 1, 1).alias("period"))["period"]


def _are_beginnings(dates: pl.Series, frequency: Frequency, start_month: int) -> bool:
    if frequency is Frequency.MONTH:
        return True
    if (dates.dt.day() != 1).any():
        return False
    month = int(dates.dt.month()[0])
    # A spreadsheet writes "Mar 2024", which ends a quarter, as the first of March.
    for begin in (start_month, 1):
        place = (month - begin) % frequency.months
        if place in (0, frequency.months - 1):
            return place == 0
    return True


def all_periods(periods: pl.Series, frequency: Frequency) -> pd.DatetimeIndex:
    """Give every period from the first to the last."""
    first, last = pd.Timestamp(str(periods.min())), pd.Timestamp(str(periods.max()))
    index = pd.date_range(first, last, freq=f"{frequency.months}MS").as_unit("s")
    return index.rename("period")


def partial_periods(dates: pl.Series) -> tuple[PartialPeriod, ...]:
    """Find a first or last month whose days or weeks do not reach from its beginning to its end.

    A file of days without any weekend counts working days only. A file with one date a month has no partial
    periods.
    """
    days = np.unique(dates.cast(pl.Int32).to_numpy()).astype("datetime64[D]")
    if len(days) < 2:
        return ()
    steps = np.diff(days).astype(np.int64)
    if np.median(steps) > MAX_STEP_WITHIN_A_MONTH:
        return ()
    # Days without a row are usual where nothing is sold or posted on them.
    step = int(np.quantile(steps, USUAL_PAUSE, method="lower"))
    working = len(days) >= 10 and bool(np.is_busday(days).all())
    found = []
    first, last = days[0], days[-1]
    begin = first.astype("datetime64[M]")
    end = last.astype("datetime64[M]") + np.timedelta64(1, "M")
    before = _count(begin.astype("datetime64[D]"), first, working)
    after = _count(last + np.timedelta64(1, "D"), end.astype("datetime64[D]"), working)
    words = "working days" if working else "days"
    if before >= step:
        reason = f"the rows begin on {first}, {before} {words} after the month's first"
        found.append(PartialPeriod(pd.Timestamp(begin).as_unit("s"), reason))
    if after >= step:
        reason = f"the rows end on {last}, {after} {words} before the month's end"
        found.append(PartialPeriod(pd.Timestamp(last.astype("datetime64[M]")).as_unit("s"), reason))
    # A single month may be partial at both ends, and is one period.
    return tuple({item.period: item for item in found}.values())


def missing_periods(periods: pl.Series, grid: pd.DatetimeIndex) -> list[Gap]:
    """List the periods without a row."""
    present = pd.DatetimeIndex(periods.unique().to_list())
    return [Gap(period, (), "", "no row at all") for period in grid.difference(present)]


def entity_spans(
    entries: pl.DataFrame, dimensions: Sequence[str], grid: pd.DatetimeIndex
) -> pl.DataFrame | None:
    """Give each entity's first and last period; ``None`` when the entities are not a steady panel."""
    if not dimensions:
        return None
    position = {period.date(): at for at, period in enumerate(grid)}
    present = entries.select("period", *dimensions).unique()
    spans = present.group_by(dimensions, maintain_order=True).agg(
        first=pl.col("period").min(), last=pl.col("period").max(), count=pl.len()
    )
    if spans.height < 2:
        return None
    lengths = [position[last] - position[first] + 1 for first, last in spans.select("first", "last").rows()]
    return spans if present.height >= DENSE * sum(lengths) and max(lengths) > 1 else None


def missing_entities(entries: pl.DataFrame, dimensions: Sequence[str], grid: pd.DatetimeIndex) -> list[Gap]:
    """List the periods in which an entity that is expected has no row.

    It is expected between its first and last row; one that has rows up to the period before the last has not
    reported the last one yet, and one that has ended earlier has ended. Where the entities of all dimensions
    together come and go, those of each dimension alone are expected.
    """
    gaps = []
    for names, spans in _panels(entries, dimensions, grid):
        present = set(entries.select("period", *names).unique().rows())
        places = [names.index(name) if name in names else -1 for name in dimensions]
        for *entity, first, last, _ in spans.select(*names, "first", "last", "count").rows():
            is_open = len(grid) > 1 and last == grid[-2].date()
            full = tuple(entity[place] if place >= 0 else "" for place in places)
            for period in grid:
                day = period.date()
                if first <= day <= last and (day, *entity) not in present:
                    gaps.append(Gap(period, full, "", "no row, though there are some before and after"))
            if is_open:
                gaps.append(Gap(grid[-1], full, "", NOT_REPORTED))
    return gaps


def _panels(
    entries: pl.DataFrame, dimensions: Sequence[str], grid: pd.DatetimeIndex
) -> list[tuple[list[str], pl.DataFrame]]:
    spans = entity_spans(entries, dimensions, grid)
    if spans is not None:
        return [(list(dimensions), spans)]
    single = [([name], entity_spans(entries, [name], grid)) for name in dimensions if len(dimensions) > 1]
    return [(names, found) for names, found in single if found is not None]


def open_period(
    gaps: Sequence[Gap], figures: Sequence[Figure], grid: pd.DatetimeIndex
) -> tuple[PartialPeriod, ...]:
    """Find the last period when something is missing in it that the period before has: it is open."""
    if len(grid) < 2:
        return ()
    actual = {"", *(figure.name for figure in figures if figure.variant is Variant.ACTUAL)}
    before = {(gap.entity, gap.figure) for gap in gaps if gap.period == grid[-2]}
    new = [
        gap
        for gap in gaps
        if gap.period == grid[-1] and gap.figure in actual and (gap.entity, gap.figure) not in before
    ]
    if not new:
        return ()
    first = new[0]
    what = ", ".join(filter(None, first.entity)) or "the company"
    said = f"{what}: {first.reason}" + (f" of {first.figure.replace('_', ' ')}" if first.figure else "")
    more = f"; {len(new) - 1} more gaps" if len(new) > 1 else ""
    return (PartialPeriod(grid[-1], said + more),)


def blank_amounts(
    entries: pl.DataFrame,
    dimensions: Sequence[str],
    figures: Sequence[Figure],
    rows_of: dict[str, pl.Series],
    company_wide: Sequence[str],
) -> list[Gap]:
    """List where rows have no amount of a figure that the file has.

    Parameters
    ----------
    entries
        Rows with ``period``, dimensions and figures.
    dimensions, figures
        What there is.
    rows_of
        Figure -> which rows are expected to have it (those of its variant).
    company_wide
        Stocks of the whole company: one balance a period is enough.
    """
    gaps = []
    for figure in figures:
        here = entries.filter(rows_of[figure.name])
        if figure.variant is not Variant.ACTUAL:
            here = _between_first_and_last(here, figure.name)
        blank = here.filter(pl.col(figure.name).is_null())
        if blank.is_empty() or blank.height == here.height:
            continue
        keys = ["period", *(dimensions if figure.name not in company_wide else ())]
        if figure.behaviour is Behaviour.STOCK:
            # The last balance of the period is enough.
            given = here.filter(pl.col(figure.name).is_not_null()).select(keys).unique()
            blank = blank.join(given, on=keys, how="anti", nulls_equal=True)
        counts = blank.group_by(keys, maintain_order=True).agg(blank=pl.len(), row=pl.col("row").first())
        whole = here.group_by(keys).agg(all=pl.len())
        for period, *entity, missing, row, rows in counts.join(whole, on=keys, maintain_order="left").rows():
            reason = (
                f"row {row} has no amount"
                if rows == 1
                else f"{missing} of {rows} rows have no amount, first row {row}"
            )
            gaps.append(Gap(pd.Timestamp(period).as_unit("s"), tuple(entity), figure.name, reason))
    return gaps


def _between_first_and_last(entries: pl.DataFrame, name: str) -> pl.DataFrame:
    """A budget is made for some years only; outside of them it is not missing."""
    given = entries.filter(pl.col(name).is_not_null())["period"]
    return entries.filter(pl.col("period").is_between(given.min(), given.max()))


def _count(start: np.datetime64, end: np.datetime64, working: bool) -> int:
    return int(np.busday_count(start, end)) if working else int((end - start).astype(np.int64))
