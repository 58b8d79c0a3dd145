"""Where each number comes from: the rows of the file behind every period of the company and of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.finance.model.ledger import Ledger

__all__ = ["row_ranges", "sources_table"]

COLUMNS = ["period", "dimension", "entity", "rows", "count"]


def row_ranges(rows: Sequence[int] | np.ndarray[Any, Any] | pd.Series[int]) -> str:
    """Write row numbers as ranges: ``2-5, 9``."""
    numbers = np.unique(np.asarray(rows, dtype=np.int64))
    if not len(numbers):
        return ""
    cuts = np.flatnonzero(np.diff(numbers) > 1) + 1
    return ", ".join(
        str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in np.split(numbers, cuts)
    )


def sources_table(ledger: Ledger) -> pd.DataFrame:
    """Give the rows of the file behind each period, for the company and for every part.

    Returns
    -------
    DataFrame
        period, dimension, entity (both empty for the company), rows (as ranges), count.
    """
    tables = [_grouped(ledger.entries, "", [])]
    tables += [_grouped(ledger.entries, name, [name]) for name in ledger.dimensions]
    return pd.concat(tables, ignore_index=True)[COLUMNS]


def _grouped(entries: pd.DataFrame, dimension: str, keys: list[str]) -> pd.DataFrame:
    groups = entries.groupby(["period", *keys], observed=True, sort=True)["row"]
    table = groups.agg([row_ranges, "count"]).reset_index()
    table = table.rename(
        columns={"row_ranges": "rows", dimension: "entity"} if keys else {"row_ranges": "rows"}
    )
    return table.assign(dimension=dimension, entity=table["entity"].astype(str) if keys else "")
