"""The rows of the market's record, and the lines of the ingested files, that a value was read from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from workbench.data.explanation.steps import Explained
from workbench.data.origins import Origin
from workbench.data.projects.settings_file import FILE_NAME
from workbench.errors import WorkbenchError
from workbench.files import is_file, walked
from workbench.market.inputs.source_lines import likely_files, source_lines
from workbench.market.model.market_time import to_minutes
from workbench.market.model.tables import TABLES, RawTable
from workbench.market.store.dataset import INCOMING
from workbench.market.store.ledger import Ledger
from workbench.market.store.manifest import Part
from workbench.market.store.months import numbered_rows
from workbench.market.store.reading import MarketData
from workbench.runs.model.read_only import is_viewer

__all__ = ["explain_readings"]

MAX_FILES = 6
MAX_COUNTED = np.timedelta64(32, "D")
"""Longest period whose rows are counted one by one; of a longer one those of its files."""
MAX_LOOKED_UP = np.timedelta64(1, "D")
"""Longest period whose rows are looked up in the ingested files."""
MAX_SERIES_NAMED = 4


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows of one file of the record."""

    part: Part
    frame: pl.DataFrame

    @property
    def place(self) -> str:
        numbers = self.frame["row"]
        first, last, count = int(numbers[0]), int(numbers[-1]), len(numbers)
        if count == 1:
            return f"{self.part.file}, row {first}"
        some = "" if last - first + 1 == count else f", {count} of them"
        return f"{self.part.file}, rows {first} to {last}{some}"


def explain_readings(
    data: MarketData, table: str, series: Sequence[str], begin: np.datetime64, end: np.datetime64
) -> Explained | None:
    """Explain the readings of a table in a period: how many, in which rows of which files; None without any.

    Parameters
    ----------
    data
        The dataset, in one version.
    table
        Name of the raw table.
    series
        Only these; all when empty.
    begin, end
        Range ``(begin, end]`` of stamps.
    """
    parts = data.parts(table, begin, end)
    if not parts:
        return None
    found = [rows for part in parts[:MAX_FILES] if (rows := _rows_of(data, part, table, series, begin, end))]
    counted = "rows of the files that hold the period"
    count = sum(part.rows for part in parts)
    if len(parts) <= MAX_FILES:
        count, counted = sum(rows.frame.height for rows in found), "rows in the period"
    elif end - begin <= MAX_COUNTED:
        chosen = list(series) or None
        count = data.rows(table, begin, end, series=chosen, columns=["minutes"]).height
        counted = "rows in the period"
    more = f" and {len(parts) - MAX_FILES} more" if len(parts) > MAX_FILES else ""
    files = ", ".join(rows.part.file.rpartition("/")[2] for rows in found)
    origin, made = _origin(data)
    inner = _inner_rows(data, table, series, found, begin, end) if count else ()
    named = _named(series)
    return Explained(
        f"Readings of {table}{f', {named}' if named else ''}",
        count,
        "rows",
        origin if count else Origin.MISSING,
        f"{counted}{made}",
        f"table {table}, {files}{more}" if files else f"table {table}",
        tuple(inner),
    )


def _inner_rows(
    data: MarketData,
    table: str,
    series: Sequence[str],
    found: Sequence[_Rows],
    begin: np.datetime64,
    end: np.datetime64,
) -> Iterator[Explained]:
    """Explain rows of files: one reading with its value, several by their first and last row."""
    raw = TABLES[table]
    single = len(found) == 1 and found[0].frame.height == 1
    for rows in found:
        yield (
            _reading(data, raw, rows)
            if single
            else Explained(
                f"Rows of {table}", rows.frame.height, "rows", _origin(data)[0], _span(rows), rows.place
            )
        )
    if found and series and end - begin <= MAX_LOOKED_UP:
        yield from _published(data, raw, series, begin, end)


def _reading(data: MarketData, raw: RawTable, rows: _Rows) -> Explained:
    row, value = rows.frame.row(0, named=True), raw.values[0]
    origin, made = _origin(data)
    unit = value.unit.replace("currency", data.description.currency)
    rule = f"reading of {row['minutes']} minutes{made}"
    name = f"{value.name} of {row[raw.key]}, {row['stamp']:%Y-%m-%d %H:%M}"
    return Explained(name, row[value.name], unit, origin, rule, f"{rows.place}, column {value.name}")


def _published(
    data: MarketData, raw: RawTable, series: Collection[str], begin: np.datetime64, end: np.datetime64
) -> Iterator[Explained]:
    """Where the readings were published: files, and files inside zips, that were ingested and are still there."""
    # Large files are opened for it: a reader of a published page has no such budget.
    known = {} if is_viewer() else Ledger(data.folder).files(data.version)
    if not known:
        return
    homes = [home for home in data.folder.parents[2:3] if is_file(home / FILE_NAME)]
    folders = [data.folder / INCOMING, *(home / "inputs" for home in homes)]
    paths = {path.name: path for folder in folders for path in walked(folder)}
    lines = [
        line
        for path in likely_files(paths, known, begin, end)
        for line in source_lines(path, raw.name, raw.values[0].name, series, begin, end)
    ]
    rule = "as published; of several, the one published last counts"
    for line in lines[:MAX_FILES]:
        yield Explained(
            f"Published readings of {_named(sorted(series))}",
            line.count,
            "lines",
            Origin.MEASURED,
            rule,
            line.place,
        )
    if not lines:
        rule = (
            f"published in one of the {len(known)} files that were ingested up to this version; none that is still "
            "in the folder of the market or in the inputs holds it"
        )
        yield Explained("Published reading", None, "", None, rule, "ingested.sqlite")


def _rows_of(
    data: MarketData,
    part: Part,
    table: str,
    series: Sequence[str],
    begin: np.datetime64,
    end: np.datetime64,
) -> _Rows | None:
    try:
        frame = numbered_rows(
            data.folder, part, TABLES[table], to_minutes(begin), to_minutes(end), series or None
        )
    except WorkbenchError:
        return None
    return _Rows(part, frame) if frame.height else None


def _span(rows: _Rows) -> str:
    stamps = rows.frame["stamp"].to_numpy().astype("datetime64[m]")
    first, last = (stamp.item() for stamp in (stamps.min(), stamps.max()))
    return f"stamps {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}"


def _origin(data: MarketData) -> tuple[Origin, str]:
    return (Origin.ASSUMED, ", made up") if data.description.made_up else (Origin.MEASURED, "")


def _named(series: Sequence[str]) -> str:
    named = ", ".join(series[:MAX_SERIES_NAMED])
    return f"{named} and {len(series) - MAX_SERIES_NAMED} more" if len(series) > MAX_SERIES_NAMED else named
