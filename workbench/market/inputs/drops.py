"""Plain CSV, Excel and Parquet files: what their columns are is declared in a mapping, never guessed.

A mapping is a TOML file beside the files, ``drops.toml``::

    [[drops]]
    pattern = "prices_5min_*.parquet"    # which files
    table = "price"                      # raw table that their rows go to
    stamp = "settlementdate"             # column with the time
    series = "regionid"                  # column with the region, unit, interconnector …
    cadences = [5]                       # what rows may have [min]; [30, 5] for tables that hold both
    period = "ending"                    # whether a time ends or begins its interval
    time_zone = ""                       # of local times with summer time, such as "Europe/Berlin"
    format = ""                          # of times in an unusual form, such as "%d/%m/%Y %H:%M"
    [drops.values]
    rrp = "rrp"                          # column here = column there

or, for a wide file with a column for each series, ``columns`` in place of ``series`` and ``values``::

    [drops.columns]
    "SA1 Wind" = "Wind"                  # series here = column there

A file with prices and demands has two mappings of the same pattern, one for each table. Columns are found by their
names, whatever the case, blanks and a star at the end; ``"MTU*"`` finds any that begins so. More, for the files of
market platforms::

    date = "Date"                        # column with the day, where the stamp is the time of day or a block 1 … 96
    interval = "Delivery Interval"       # column with the part of the hour 1 … 24 that the stamp numbers
    length = "ResolutionCode"            # column with the length of each row: PT15M, 60 …
    records = "data.prices"              # of a JSON file: where its list of records is
    suffix = " consumption"              # added to each name of a series
    optional = true                      # files may lack some of the columns
    [drops.only]
    Area = ["BZN|DE-LU"]                 # rows whose column says something else are of other series: left out
    [drops.names]
    "BZN|DE-LU" = "DE_LU"                # series there = series here
    [drops.units]
    mw = "MWh"                           # unit there, where it is not that of the table
"""

from __future__ import annotations

import fnmatch
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.data.atomic import reason_of
from workbench.data.problems import Problems
from workbench.data.texts.amounts import PLACEHOLDERS
from workbench.errors import InvalidData, UnreadableFile
from workbench.market.inputs.cadence import row_cadences
from workbench.market.inputs.drop_rows import (
    FACTORS,
    MAPPING_FILE,
    Drop,
    is_empty,
    lengths_of,
    open_rows,
    with_dates,
    with_names,
    with_units,
    without_units_row,
)
from workbench.market.inputs.drop_times import with_stamps
from workbench.market.model.description import MarketDescription
from workbench.market.model.tables import TABLES, USUAL, RawTable
from workbench.market.store.months import schema_of
from workbench.structured import read_toml, typed


@dataclass(frozen=True, slots=True)
class _MappingFile:
    drops: tuple[dict[str, Any], ...]


def read_mapping(path: Path, description: MarketDescription) -> tuple[Drop, ...]:
    """Read a mapping.

    Raises
    ------
    UnreadableFile
        When it cannot be read.
    InvalidData
        When it is not TOML, or declares what cannot be.
    """
    try:
        content = read_toml(path, _MappingFile)
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {reason_of(error)}", path) from error
    problems = Problems(path.name)
    drops = []
    for number, item in enumerate(content.drops, 1):
        item.setdefault("cadences", [description.interval_minutes])
        try:
            drop = typed(item, Drop, path, inside=f"drops[{number}]")
        except InvalidData as error:
            problems.extend(error.problems)
            continue
        for message in _wrong(drop, description):
            problems.error(f"drops[{number}]: {message}")
        drops.append(drop)
    problems.raise_errors()
    return tuple(drops)


def _wrong(drop: Drop, description: MarketDescription) -> list[str]:
    wrong = []
    table = TABLES.get(drop.table)
    if table is None:
        return [f"table is {drop.table!r}, expected one of {', '.join(TABLES)}."]
    wrong += [f"{name} is empty." for name in ("pattern", "stamp") if not getattr(drop, name).strip()]
    if bool(drop.columns) == bool(drop.series and drop.values):
        wrong.append("give either series and values, or columns for a wide file.")
    if drop.period not in ("ending", "beginning"):
        wrong.append(f"period is {drop.period!r}, expected 'ending' or 'beginning'.")
    if drop.time_zone and drop.time_zone not in available_timezones():
        wrong.append(f"time_zone is {drop.time_zone!r}, expected an IANA name such as 'Europe/Berlin'.")
    unknown = [name for name in drop.values if name not in table.value_names]
    if unknown:
        wrong.append(
            f"{unknown[0]!r} is not a column of {table.name}; it has {', '.join(table.value_names)}."
        )
    odd = [unit for unit in drop.units.values() if unit not in FACTORS]
    if odd:
        wrong.append(f"the unit {odd[0]!r} is not known; known are {', '.join(FACTORS)}.")
    odd = [name for name in drop.units if name not in table.value_names]
    if odd:
        wrong.append(f"units names {odd[0]!r}; {table.name} has {', '.join(table.value_names)}.")
    required = [value.name for value in table.values if value.required and value.name not in drop.values]
    if drop.values and required:
        wrong.append(f"values lacks {', '.join(required)}.")
    interval, bucket = description.interval_minutes, description.bucket_minutes
    unfit = [item for item in drop.cadences if item % interval or item < interval or bucket % item]
    if unfit or not drop.cadences:
        wrong.append(f"cadences {unfit} are not multiples of {interval} that divide {bucket}.")
    return wrong


def find_drops(path: Path, drops: Sequence[Drop]) -> tuple[Drop, ...]:
    """Give the mappings of a file: those of the first pattern that fits its name, whatever the case.

    Several mappings of one pattern read one file into several tables, or columns of it into one.
    """
    name = path.name.lower()
    first = next((drop.pattern for drop in drops if fnmatch.fnmatch(name, drop.pattern.lower())), None)
    return tuple(drop for drop in drops if drop.pattern == first)


def read_drop(
    path: Path, drop: Drop, description: MarketDescription, *, left_out: Counter[str] | None = None
) -> tuple[dict[str, pl.DataFrame], Problems]:
    """Read a file by its mapping.

    Parameters
    ----------
    path
        CSV, Excel or Parquet.
    drop
        What its columns are.
    description
        The clock: times with a zone are brought to it.
    left_out
        Gets the rows of the raw table that are left out, as the problems list them.

    Returns
    -------
    frames
        Raw table -> rows.
    problems
        Changes and doubts, each with its row; of a text file it is the line.

    Raises
    ------
    UnreadableFile
        When the file cannot be read.
    InvalidData
        When a column is missing or a value cannot be read; nothing of the file is used.
    """
    table, problems = TABLES[drop.table], Problems(path.name)
    left_out = Counter() if left_out is None else left_out
    frame, found = open_rows(path, drop, problems, left_out)
    if frame.is_empty():
        problems.warning("has no rows below its header; nothing was ingested from it.")
    height = frame.height
    frame = without_units_row(frame, found, problems)
    left_out[table.name] += (height - frame.height) * found.series_of_row
    frame, found = with_dates(frame, found, problems)
    frame = frame.with_columns(_valueless=is_empty(frame, found))
    height = frame.height
    frame = with_stamps(
        frame,
        found.stamp,
        description,
        problems,
        series=() if found.columns else (found.series,),
        period=found.period,
        zone=found.time_zone,
        form=found.format,
    )
    left_out[table.name] += (height - frame.height) * found.series_of_row
    if "_passed" in frame.columns:
        frame = frame.with_columns(pl.col("stamp") + pl.duration(minutes=pl.col("_passed")))
    frame = lengths_of(frame, found, problems)
    long = _long(frame, found, table)
    long = _with_numbers(long, table, problems)
    problems.raise_errors()
    return {table.name: _finish(long, found, table, problems, left_out)}, problems


def _long(frame: pl.DataFrame, drop: Drop, table: RawTable) -> pl.DataFrame:
    if not drop.columns:
        picked = {name: pl.col(column) for name, column in drop.values.items()}
        return frame.select(
            "stamp", "_row", "_length", pl.col(drop.series).cast(pl.String).alias(table.key), **picked
        )
    value = table.values[0].name
    parts = [
        frame.select("stamp", "_row", "_length", pl.lit(series).alias(table.key), pl.col(column).alias(value))
        for series, column in drop.columns.items()
    ]
    return pl.concat(parts)


def _with_numbers(frame: pl.DataFrame, table: RawTable, problems: Problems) -> pl.DataFrame:
    for value in table.values:
        if value.name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=pl.Float64).alias(value.name))
            continue
        column = pl.col(value.name)
        if frame.schema[value.name] == pl.String:
            column = column.str.strip_chars().replace("", None)
            nothing = column.str.to_lowercase().is_in(PLACEHOLDERS).fill_null(False)
            said = frame.filter(nothing)
            if said.height:
                row, seen = said.select("_row", value.name).row(0)
                problems.change(
                    f"{said.height} cells of {value.name} say {seen!r} or the like, the first in row {row}: read "
                    "as missing, not as 0."
                )
            column = pl.when(~nothing).then(column)
        number = column.cast(pl.Float64, strict=False)
        bad = frame.filter(column.is_not_null() & (number.is_null() | number.is_infinite()))
        for row, seen in bad.select("_row", value.name).head(5).iter_rows():
            problems.error(f"row {row} has {seen!r} in {value.name}, expected a number.")
        frame = frame.with_columns(number.fill_nan(None).alias(value.name))
    unnamed = frame.filter(pl.col(table.key).str.strip_chars().fill_null("") == "")
    for row in unnamed["_row"].head(5):
        problems.error(f"row {row} has no {table.key}.")
    return frame


def _finish(
    frame: pl.DataFrame, drop: Drop, table: RawTable, problems: Problems, left_out: Counter[str]
) -> pl.DataFrame:
    required = [value.name for value in table.values if value.required]
    empty = frame.filter(pl.any_horizontal(pl.col(required).is_null()))
    if empty.height:
        left_out[table.name] += empty.height
        row = empty["_row"][0]
        problems.change(
            f"{empty.height} rows have no {', '.join(required)} and were left out, the first is row {row}."
        )
        frame = frame.filter(pl.all_horizontal(pl.col(required).is_not_null()))
    frame = frame.with_columns(with_names(table.key, drop), _minute=pl.col("stamp").dt.epoch("ms") // 60_000)
    minutes, lengths = frame["_minute"].to_numpy(), _lengths(frame, drop)
    if drop.period == "beginning":
        if len(drop.cadences) > 1 and lengths is None:
            raise InvalidData(
                f"{problems.file}: times that begin their interval need one cadence, or a column with the length "
                f"of each row; {MAPPING_FILE} gives {', '.join(map(str, drop.cadences))}.",
                problems.file,
            )
        minutes = minutes + (drop.cadences[0] if lengths is None else lengths)
        problems.change("times that begin their interval were moved to its end.")
    _, series = np.unique(frame[table.key].to_numpy().astype(str), return_inverse=True)
    if lengths is None:
        cadence, unfit = row_cadences(minutes, series, drop.cadences)
    else:
        cadence = lengths.astype(np.int16)
        uneven = np.flatnonzero(minutes % lengths)
        unfit = int(uneven[0]) if len(uneven) else -1
    if unfit >= 0:
        row, seen = frame.select("_row", "stamp").row(unfit)
        problems.error(
            f"row {row} has the time {seen}, which does not end an interval of {min(drop.cadences)} minutes."
        )
        problems.raise_errors()
    found = {int(length): int((cadence == length).sum()) for length in np.unique(cadence)}
    if len(found) > 1:
        counts = ", ".join(f"{count} rows of {length} min" for length, count in found.items())
        problems.warning(f"holds two cadences: {counts}; each row counts with its own.")
    _refuse_twice(frame, minutes, cadence, table, problems)
    made = (
        frame.with_columns(
            stamp=pl.Series(minutes.astype("datetime64[m]").astype("datetime64[ms]")),
            minutes=pl.Series(cadence),
            rank=pl.lit(USUAL, pl.Int8),
            published=pl.lit(None, dtype=pl.Datetime("ms")),
        )
        .select(table.columns)
        .cast(schema_of(table))
    )
    return with_units(made, drop)


def _refuse_twice(
    frame: pl.DataFrame,
    minutes: NDArray[np.int64],
    cadence: NDArray[np.int16],
    table: RawTable,
    problems: Problems,
) -> None:
    """Refuse a file that says different things of one series and time: its mapping lacks what tells them apart."""
    key = frame.select(table.key, _ends=pl.Series(minutes), _lasts=pl.Series(cadence))
    if not key.is_duplicated().any():
        return
    given = [name for name in table.value_names if name in frame.columns]
    unlike = key.with_columns(frame.select("_row", *given)).unique(
        [*key.columns, *given], maintain_order=True
    )
    twice = unlike.filter(pl.struct(key.columns).is_duplicated()).sort(key.columns, maintain_order=True)
    if twice.is_empty():
        return
    (name, ends, *_), rows = twice.select(key.columns).row(0), twice["_row"][:2].to_list()
    stamp = np.datetime64(int(ends), "m").astype("datetime64[s]").item()
    problems.error(
        f"rows {rows[0]} and {rows[1]} both are of {name} at {stamp:%Y-%m-%d %H:%M} and differ; tell in "
        f"{MAPPING_FILE} what tells them apart: 'only' picks rows, 'interval' names a part of an hour, 'series' "
        "what they are of, 'time_zone' local times."
    )
    problems.raise_errors()


def _lengths(frame: pl.DataFrame, drop: Drop) -> NDArray[np.int64] | None:
    """Give the length that the file says of each row [min]; None where it says none.

    A range that the change of clocks makes longer or shorter has the length of the row above it.
    """
    if not len(frame) or frame["_length"].null_count() == len(frame):
        return None
    known = pl.when(pl.col("_length").is_in(list(drop.cadences))).then(pl.col("_length"))
    filled = frame.select(known.forward_fill().backward_fill().alias("length"))["length"]
    return None if filled.null_count() else filled.to_numpy()
