"""Small hand-made datasets, and plain sums over raw rows to compare with."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from workbench.market.model.description import MarketDescription
from workbench.market.model.nem import NEM
from workbench.market.model.tables import TABLES
from workbench.market.model.units import MarketUnit, UnitKind
from workbench.market.store.dataset import create_dataset
from workbench.market.store.months import schema_of
from workbench.market.store.publication import Published, writing

UNITS = (
    MarketUnit("COAL1", "Coal Station", "NSW1", "Coal", "A", 500.0),
    MarketUnit("WIND1", "Wind Farm", "SA1", "Wind", "B", 200.0),
    MarketUnit("BATT1", "Big Battery", "SA1", "Battery Storage", "C", 100.0, 200.0, UnitKind.BIDIRECTIONAL),
    MarketUnit("PUMP1", "Pumped Hydro", "NSW1", "Water", "D", 240.0, kind=UnitKind.LOAD),
)


def rows(
    table: str,
    stamps: Sequence[str] | Any,
    series: str | Sequence[str],
    *,
    minutes: int = 5,
    published: str | None = "2025-08-01T00:00",
    rank: int = 1,
    **values: Any,
) -> pl.DataFrame:
    """Rows of one table; a value that is given once is that of every row."""
    when = np.array(stamps, dtype="datetime64[ms]")
    count = len(when)
    columns: dict[str, Any] = {
        "stamp": when,
        TABLES[table].key: [series] * count if isinstance(series, str) else series,
    }
    for name in TABLES[table].value_names:
        value = values.get(name)
        columns[name] = [value] * count if value is None or np.isscalar(value) else list(value)
    columns["minutes"] = [minutes] * count
    columns["rank"] = [rank] * count
    columns["published"] = [None if published is None else np.datetime64(published, "ms").item()] * count
    return pl.DataFrame(columns, schema=schema_of(TABLES[table]))


def stamps_between(start: str, end: str, step: int = 5) -> Any:
    """Stamps of (start, end]."""
    first, last = np.datetime64(start, "m"), np.datetime64(end, "m")
    minute, width = np.timedelta64(1, "m"), np.timedelta64(step, "m")
    return np.arange(first + width, last + minute, width)


def publish(folder: Path, frames: dict[str, pl.DataFrame], **options: Any) -> Published:
    """Publish rows in a dataset of the NEM, made when it is not there."""
    create_dataset(folder, options.pop("description", NEM))
    options.setdefault("register", UNITS)
    with writing(folder) as writer:
        return writer.publish(frames, **options)


def with_changes(**changes: Any) -> MarketDescription:
    """The NEM with something else."""
    return dataclasses.replace(NEM, **changes)
