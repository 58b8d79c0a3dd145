"""Cells of a column of dates, read as days: ISO 8601 at once, others where it is certain what comes first."""

from __future__ import annotations

import re
from typing import TypeAlias

import numpy as np
import pandas as pd
import polars as pl

from workbench.data.problems import Problems
from workbench.data.texts.dates import Precision, daily_order, read_date
from workbench.data.texts.layout import rows_text
from workbench.evapotranspiration.inputs.tables.headers import MAX_BAD_CELLS_LISTED, words

Days: TypeAlias = np.ndarray[tuple[int], np.dtype[np.datetime64]]


def read_dates(values: pd.Series, problems: Problems) -> pd.Series:
    """Read the cells of a column of dates; a cell that is none is missing, and among the problems."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        plain = values.dt.tz_localize(None) if values.dt.tz is not None else values
        _refuse_blank(values.index[values.isna()], problems)
        return plain.astype("datetime64[s]")
    if isinstance(values.dtype, pd.CategoricalDtype):
        # The days of one site are those of the next: each is read once.
        days, codes = (
            _iso_days(pl.Series(values.cat.categories, dtype=pl.String)),
            values.cat.codes.to_numpy(),
        )
        if not np.isnat(days).any() and (codes >= 0).all():
            return pd.Series(days[codes], index=values.index)
    texts = words(values)
    found = pd.Series(_iso_days(pl.Series(texts.to_list(), dtype=pl.String)), index=values.index)
    if not found.isna().any():
        return found
    _refuse_blank(values.index[texts == ""], problems)
    found = found.fillna(_other_dates(texts[found.isna() & (texts != "")], problems))
    bad = found.isna() & (texts != "")
    for row in values.index[bad][:MAX_BAD_CELLS_LISTED]:
        problems.error(f"row {row}, column 'date': {texts[row]!r} {_why_no_date(texts[row])}")
    if int(bad.sum()) > MAX_BAD_CELLS_LISTED:
        problems.error(f"column 'date': {int(bad.sum()) - MAX_BAD_CELLS_LISTED} more cells are no dates.")
    return found


def _iso_days(texts: pl.Series) -> Days:
    """Days of texts that begin with an ISO 8601 date and may go on with a time; missing where they do not."""
    plain = (texts.str.len_bytes() == len("2024-02-29")).all()
    days = texts if plain else texts.str.extract(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?$")
    return days.str.to_date("%Y-%m-%d", strict=False).to_numpy().astype("datetime64[s]")


def _refuse_blank(rows: pd.Index, problems: Problems) -> None:
    if len(rows):
        problems.error(
            f"{rows_text(list(rows))}, column 'date': the cell is blank; write a date like 2024-02-29."
        )


def _other_dates(texts: pd.Series, problems: Problems) -> pd.Series:
    """Read dates that are not ISO 8601, where it is certain which of day and month comes first."""
    order, evidence = daily_order(texts)
    days = {text: read_date(text, order, named=True) for text in texts.unique()}
    found = texts.map(
        {text: date.day for text, date in days.items() if date and date.precision is Precision.DAY}
    )
    read = int(found.notna().sum())
    if read and order is None:
        rows = rows_text(list(texts.index))
        problems.error(f"column 'date', {rows}: {evidence}; write dates like 2024-02-29 (year, month, day).")
    elif read:
        problems.change(f"column 'date': {read} dates were read {order}, {evidence}.")
    return found.astype("datetime64[s]")


def _why_no_date(text: str) -> str:
    if found := re.fullmatch(r"(\d{4})-02-29.*", text):
        return f"is not a date: {found[1]} is not a leap year; leave the row out."
    return "is not a date; write dates like 2024-02-29 (year, month, day)."
