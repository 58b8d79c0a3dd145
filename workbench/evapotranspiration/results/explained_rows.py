"""In which rows of the files of a run a value is, where the files are still those of the run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.data.explanation.cells import Tracer
from workbench.data.explanation.steps import Explained, is_missing
from workbench.data.origins import Origin
from workbench.data.problems import Problems
from workbench.errors import WorkbenchError
from workbench.evapotranspiration.inputs.files import read_raw
from workbench.evapotranspiration.inputs.tables.dates import read_dates
from workbench.evapotranspiration.model.weather import WEATHER_COLUMNS, WEATHER_UNITS

__all__ = ["FileRows", "readings", "reference_rows", "row_with", "weather_rows"]

REFERENCE = "eto_reference"


@dataclass(frozen=True, slots=True, eq=False)
class FileRows:
    """Rows of a file.

    Parameters
    ----------
    name
        Of the file.
    frame
        The rows; the index is their number in the file.
    """

    name: str
    frame: pd.DataFrame

    def place(self, column: str = "") -> str:
        """Name file, rows and column."""
        of = f", column '{column}'" if column else ""
        if len(self.frame) == 1:
            return f"{self.name}, row {int(self.frame.index[0])}{of}"
        first, last, count = int(self.frame.index.min()), int(self.frame.index.max()), len(self.frame)
        between = "" if last - first + 1 == count else f", {count} rows of them"
        return f"{self.name}, rows {first} to {last}{between}{of}"


def row_with(tracer: Tracer, site: str, source: str, date: pd.Timestamp, column: str, value: float) -> str:
    """Name the file and row that hold a value of a day; empty where there is no one such row."""
    for name, frame in _files(tracer):
        found = FileRows(name, _rows(frame, site, source, date, date))
        if column in frame:
            near = np.isclose(pd.to_numeric(found.frame[column], errors="coerce"), value)
            found = FileRows(name, found.frame[near])
            if len(found.frame) == 1:
                return found.place(column)
    return ""


def reference_rows(tracer: Tracer, site: str, first: pd.Timestamp, last: pd.Timestamp) -> FileRows | None:
    """Give the rows of the reference of a site in a range of days; None where the file is not there."""
    return next(
        (
            FileRows(name, rows)
            for name, frame in _files(tracer)
            if _is_reference(tracer, name) and "eto" in frame
            if len(rows := _rows(frame, site, "", first, last))
        ),
        None,
    )


def weather_rows(
    tracer: Tracer, site: str, source: str, first: pd.Timestamp, last: pd.Timestamp
) -> FileRows | None:
    """Give the rows of a source of a site in a range of days; None where the file is not there."""
    for name, frame in _files(tracer):
        if _is_reference(tracer, name) or not any(column in frame for column in WEATHER_COLUMNS):
            continue
        rows = _rows(frame, site, source, first, last)
        if len(rows) and ("source" in frame or Path(name).stem == source):
            return FileRows(name, rows)
    return None


def readings(found: FileRows | None, source: str, site: str, date: pd.Timestamp) -> list[Explained]:
    """Explain the values of the weather of one day by their cells in the file."""
    if found is None or len(found.frame) != 1:
        return []
    row = found.frame.iloc[0]
    cells = {
        name: pd.to_numeric(row[name], errors="coerce") for name in WEATHER_COLUMNS if name in found.frame
    }
    return [
        Explained(
            f"{name.capitalize()}, {source}, {site}, {date:%Y-%m-%d}",
            float(value),
            WEATHER_UNITS[name],
            Origin.MEASURED,
            "of the file",
            found.place(name),
        )
        for name, value in cells.items()
        if not is_missing(value)
    ]


def _files(tracer: Tracer) -> Iterator[tuple[str, pd.DataFrame]]:
    """Read the tables of days that are still those of the run, each once."""
    for name, sha256 in tracer.result.facts["files"].items():
        path = tracer.unchanged_input(name, sha256)
        if path is None or path.suffix.lower() not in (".csv", ".parquet"):
            continue
        if name not in tracer.kept:
            tracer.kept[name] = _table(path)
        frame: pd.DataFrame = tracer.kept[name]
        if "date" in frame:
            yield name, frame


def _table(path: Path) -> pd.DataFrame:
    problems = Problems(path.name)
    try:
        frame, _ = read_raw(path, problems)
        return frame.assign(date=read_dates(frame["date"], problems)) if "date" in frame else frame
    except (WorkbenchError, ValueError, OSError):
        return pd.DataFrame()


def _rows(
    frame: pd.DataFrame, site: str, source: str, first: pd.Timestamp, last: pd.Timestamp
) -> pd.DataFrame:
    days = frame["date"].dt.normalize()
    mine = (days >= first) & (days <= last)
    for key, value in (("site", site), ("source", source)):
        if key in frame and value:
            mine &= frame[key].astype(str).str.strip() == value
    found: pd.DataFrame = frame[mine]
    return found


def _is_reference(tracer: Tracer, name: str) -> bool:
    stated = str(getattr(tracer.result.config, "reference_file", "") or "")
    return Path(name).name == Path(stated).name if stated else Path(name).stem == REFERENCE
