"""Small datasets for the tests of queries: one from the generator, and one written down row by row."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd
import polars as pl

from workbench.market.model.nem import NEM
from workbench.market.model.tables import TABLES
from workbench.market.model.units import MarketUnit, UnitKind
from workbench.market.sample.market import SampleMarket
from workbench.market.store.dataset import create_dataset
from workbench.market.store.months import empty
from workbench.market.store.publication import writing
from workbench.market.store.reading import MarketData

UNITS = (
    MarketUnit("COAL1", "Old Hill", "NSW1", "Coal", "Hill Energy", 100.0),
    MarketUnit("COAL2", "Old Hill", "NSW1", "Coal", "Hill Energy", 100.0),
    MarketUnit("WIND1", "Gale Ridge", "SA1", "Wind", "Gale Power", 60.0),
    MarketUnit("BATG", "Amp Yard", "SA1", "Battery Storage", "Amp", 30.0, 60.0),
    MarketUnit("BATL", "Amp Yard", "SA1", "Battery Storage", "Amp", 30.0, 60.0, UnitKind.LOAD),
    MarketUnit("BATB", "Volt Works", "SA1", "Battery Storage", "Volt", 50.0, 100.0, UnitKind.BIDIRECTIONAL),
)
"""Two coal units, a wind farm, a battery with a separate load unit (as once) and a bidirectional one."""


def frame_of(table: str, rows: Iterable[Sequence[object]], columns: Sequence[str]) -> pl.DataFrame:
    """Make raw rows: stamp, series, minutes and these values."""
    kind = TABLES[table]
    schema = empty(kind).schema
    made = {name: [] for name in schema}
    for stamp, series, minutes, *values in rows:
        given = {"stamp": datetime.datetime.fromisoformat(str(stamp)), kind.key: series, "minutes": minutes}
        given |= dict(zip(columns, values, strict=True))
        for name in schema:
            made[name].append(given.get(name))
    return pl.DataFrame(made, schema=schema)


def publish(folder: Path, frames: dict[str, pl.DataFrame], units: tuple[MarketUnit, ...] = UNITS) -> Path:
    """Publish a version with these rows added."""
    if not (folder / "market.toml").exists():
        create_dataset(folder, NEM)
    with writing(folder) as writer:
        writer.publish(frames, register=units)
    return folder


def generated(folder: Path, *spans: tuple[str, str], units: int = 24) -> Path:
    """Publish what the generator makes for some spans of time."""
    market = SampleMarket.make(units)
    create_dataset(folder, NEM)
    with writing(folder) as writer:
        for start, end in spans:
            writer.publish(market.frames(start, end), register=market.units)
    return folder


def raw(data: MarketData, table: str) -> pd.DataFrame:
    """All raw rows of a table as pandas, with the length of each row's interval in hours."""
    rows = data.rows(table, data.first, data.last).to_dict(as_series=False)
    frame = pd.DataFrame(rows)
    frame["stamp"] = pd.to_datetime(frame["stamp"])
    frame["hours"] = frame["minutes"] / 60.0
    return frame
