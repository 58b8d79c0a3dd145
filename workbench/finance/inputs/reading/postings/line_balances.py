"""Balances of the lines of a statement, from movements and the other way round."""

from __future__ import annotations

import datetime

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.finance.inputs.reading.postings.titles import Span
from workbench.finance.model.lines import (
    ASSET_LINES,
    BALANCE_LINES,
    CREDIT_LINES,
    LIABILITY_LINES,
    RESULT_LINES,
    TOTAL_ASSETS,
    TOTAL_LIABILITIES,
    Line,
)

__all__ = ["STOCKS", "balances_of", "movements_of", "of_span"]

DECIMALS = 6
STOCKS = {
    **{
        str(line): (line,)
        for line in BALANCE_LINES
        if line not in (Line.OTHER_ASSETS, Line.OTHER_LIABILITIES)
    },
    TOTAL_ASSETS: ASSET_LINES,
    TOTAL_LIABILITIES: LIABILITY_LINES,
}


def movements_of(work: pl.DataFrame, start_month: int) -> tuple[pl.DataFrame, int, list[Change]]:
    """Turn balances into what happened since the balance before; results begin anew with each fiscal year."""
    result = pl.col("line").is_in([str(line) for line in RESULT_LINES])
    year = pl.col("day").dt.year() + (pl.col("day").dt.month() >= start_month).cast(pl.Int32)
    fiscal_month = (pl.col("day").dt.month().cast(pl.Int32) - start_month) % 12 + 1
    work = work.sort("day", maintain_order=True).with_columns(year=year, fiscal_month=fiscal_month)
    before = pl.col("amount").shift(1).over("account")
    same_year = pl.col("year").shift(1).over("account") == pl.col("year")
    work = work.with_columns(
        moved=pl.when(result & ~same_year.fill_null(False))
        .then(pl.col("amount"))
        .otherwise(pl.col("amount") - before.fill_null(0.0)),
        since=pl.when(same_year.fill_null(False)).then(pl.lit(0)).otherwise(pl.col("fiscal_month")),
        # The first balance is what was brought forward and what was posted since.
        opening=pl.when(result).then(pl.lit(False)).otherwise(before.is_null()),
    )
    days = work["day"].unique()
    yearly = bool((work["fiscal_month"] == 12).all())
    kept = work.with_columns(
        amount=pl.when(result & (pl.col("since") > 1) & (not yearly))
        .then(pl.lit(None))
        .otherwise(pl.col("moved"))
    )
    changes = []
    lost = (
        kept.filter(result & pl.col("amount").is_null() & pl.col("moved").is_not_null())["row"]
        .unique()
        .sort()
        .to_list()
    )
    if lost:
        reason = (
            "income and costs since the fiscal year began; what belongs to the period is not known without "
            "the balances "
            "of the period before"
        )
        changes.append(Change(ChangeKind.BLANKED, "", tuple(lost), ("",), ("",), reason))
    return kept.sort("index"), 12 if yearly and len(days) == 1 else 0, changes


def of_span(work: pl.DataFrame, span: Span, start_month: int) -> tuple[pl.DataFrame, int, list[Change]]:
    """Take the results of a trial balance with movements for those of its month, quarter or year, or for none."""
    months = span.months or (span.last.month - start_month) % 12 + 1
    if months in (1, 3, 12):
        return work, months, []
    result = pl.col("line").is_in([str(line) for line in RESULT_LINES])
    rows = tuple(work.filter(result)["row"].to_list())
    reason = f"income and costs of {months} months, which are neither a month, a quarter nor a year"
    change = Change(ChangeKind.BLANKED, "", rows, ("",), ("",), reason)
    return work.with_columns(amount=pl.when(result).then(None).otherwise(pl.col("amount"))), 0, [change]


def balances_of(work: pl.DataFrame) -> pl.DataFrame:
    """The balance of each line at the end of each month, with the last ``row`` that moved it."""
    given = work.filter(pl.col("day").is_not_null() & pl.col("amount").is_not_null())
    last: datetime.date = given["day"].max()  # type: ignore[assignment]
    months = (
        given.select(
            pl.date_range(pl.col("day").min().dt.month_start(), pl.col("day").max().dt.month_start(), "1mo")
        )
        .to_series()
        .alias("month")
    )
    ends = pl.DataFrame({"month": months}).with_columns(
        day=pl.min_horizontal(pl.col("month").dt.month_end(), pl.lit(last))
    )
    parts = []
    for name, lines in STOCKS.items():
        members = [str(line) for line in lines]
        if name == str(Line.EQUITY):
            # What was earned and not yet paid out belongs to the owners.
            members += [str(line) for line in RESULT_LINES]
        here = given.filter(pl.col("line").is_in(members))
        if not here["line"].is_in([str(line) for line in lines]).any():
            continue
        sign = -1.0 if lines[0] in CREDIT_LINES else 1.0
        moved = here.group_by(pl.col("day").dt.month_start().alias("month")).agg(
            pl.col("amount").sum(), pl.col("row").max()
        )
        steps = ends.join(moved, on="month", how="left", maintain_order="left")
        parts.append(
            steps.select(
                pl.col("row").forward_fill().backward_fill(),
                "day",
                line=pl.lit(name),
                balance=(sign * pl.col("amount").fill_null(0.0).cum_sum()).round(DECIMALS),
            )
        )
    return pl.concat(parts) if parts else pl.DataFrame()
