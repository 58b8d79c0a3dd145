"""Tables of daily values from the project's inputs: CSV and Parquet, in the units that their headers say.

A table has one row for each day (and site, and source): columns ``date``, optionally ``site`` and ``source``, and
values named as the ``WEATHER_UNITS`` of :mod:`~workbench.evapotranspiration.model.weather`, with the unit in
brackets where it is another: ``tmax [degF]``, ``u2 [km/h]``, ``rs [W/m2]``. -999 and empty cells are missing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.data.arrays import Integers
from workbench.data.problems import Problems
from workbench.data.tables.parquet import read_frame
from workbench.data.texts.content import FileKind, kind_of
from workbench.data.texts.layout import rows_text
from workbench.data.texts.table import without_totals
from workbench.data.workbooks.one_table import read_one_table
from workbench.errors import UnreadableFile
from workbench.evapotranspiration.inputs.netcdf_files import is_netcdf, read_netcdf
from workbench.evapotranspiration.inputs.places.place import Place
from workbench.evapotranspiration.inputs.tables.dates import read_dates
from workbench.evapotranspiration.inputs.tables.declared_otherwise import declared_clock
from workbench.evapotranspiration.inputs.tables.headers import (
    is_header,
    is_text_column,
    named_columns,
    numbers,
    read_header,
    refuse_unread,
    words,
)
from workbench.evapotranspiration.inputs.tables.hours import are_hours, clock_times, days_of_hours
from workbench.evapotranspiration.inputs.tables.known_downloads import (
    declared_units,
    is_of_download,
    known_download,
)
from workbench.evapotranspiration.inputs.tables.unit_rows import with_header_below, with_units_below
from workbench.evapotranspiration.model.weather import WEATHER_UNITS
from workbench.files import open_file
from workbench.runs.model.digest import file_digest

_PREAMBLE_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class DailyTable:
    """A table of daily values of sites.

    Parameters
    ----------
    frame
        Columns site, source (texts, empty where the table has none), date, and values in our units; sorted.
    problems
        What was noticed and changed while reading.
    sha256
        Hash of the file.
    unused
        Columns that are not read.
    asks_wind_height
        Whether the height of a wind stands nowhere in the file.
    hours
        The hours that the days were made of, as :func:`~.tables.hours.whole_hours` gives them; None where the rows
        are days, or longer than an hour.
    places
        Of a NetCDF file: those that were wanted and lie in it, or all of it.
    """

    frame: pd.DataFrame
    problems: Problems
    sha256: str
    unused: tuple[str, ...] = ()
    asks_wind_height: bool = False
    hours: pd.DataFrame | None = None
    places: tuple[Place, ...] = ()


def read_daily_table(
    path: Path,
    columns: Sequence[str] = tuple(WEATHER_UNITS),
    left_out: Sequence[str] = (),
    wind_height: float | None = None,
    units: Mapping[str, str] | None = None,
    places: Sequence[Place] = (),
) -> DailyTable:
    """Read a table of daily values.

    Parameters
    ----------
    path
        ``.csv``, ``.parquet``, a workbook or ``.nc``.
    columns
        Values to read; at least one must be there.
    left_out
        Columns that are not to be read, as the header names them.
    wind_height
        Height of a wind whose header does not say it [m].
    units
        Column -> unit, where the header does not say it.
    places
        Whose cells of a NetCDF file are read.

    Raises
    ------
    UnreadableFile
        When it is no such table.
    InvalidData
        When rows cannot be used: with row, column, and the value seen.
    """
    problems = Problems(path.name)
    found: tuple[Place, ...] = ()
    if is_netcdf(path):
        file = read_netcdf(path, places, problems)
        raw = _without(file.raw, left_out, problems)
        raw = named_columns(raw, problems, units, wind_height=wind_height)
        sha256, found, more = file.sha256, file.places, file.unused
    else:
        raw, sha256 = read_raw(path, problems, left_out, wind_height, units)
        more = ()
    frame, hours = days_and_hours(raw, columns, problems)
    unused = (*left_out, *more, *unused_columns(raw, columns))
    return DailyTable(frame, problems, sha256, unused, bool(raw.attrs["asks_wind_height"]), hours, found)


def unused_columns(raw: pd.DataFrame, columns: Sequence[str]) -> tuple[str, ...]:
    """Name the columns of a table that are not read."""
    return tuple(str(name) for name in raw.columns if name not in ("site", "source", "date", *columns))


def days_and_hours(
    raw: pd.DataFrame, columns: Sequence[str], problems: Problems
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Check the rows of a table and sort them, as :attr:`DailyTable.frame` and :attr:`DailyTable.hours`.

    Parameters
    ----------
    raw
        With columns named as ours and in our units; its index numbers the rows.
    columns
        Values to read; at least one must be there.
    problems
        Takes what is noticed.

    Raises
    ------
    InvalidData
        When rows cannot be used: with row, column, and the value seen.
    """
    present = [name for name in columns if name in raw]
    if "date" not in raw:
        problems.error(f"there is no column 'date'; present: {', '.join(raw.columns)}. Name one 'date'.")
    if not present:
        problems.error(
            f"there is no column of values; present: {', '.join(raw.columns)}, expected some of "
            f"{', '.join(columns)}."
        )
    refuse_unread(raw, columns, problems)
    problems.raise_errors()
    made: dict[str, pd.Series | str] = {"site": "", "source": ""}
    for name in (name for name in ("site", "source") if name in raw):
        made[name] = words(raw[name])
        values = raw[name]
        coded = isinstance(values.dtype, pd.CategoricalDtype)
        nameless = raw.index[values.cat.codes < 0 if coded else made[name] == ""]
        if len(nameless) and len(nameless) < len(raw):
            problems.error(
                f"{rows_text(list(nameless))}: the cell of column '{name}' is blank; write the {name} into it."
            )
    dates = read_dates(raw["date"], problems)
    # Cells that are times have one; a text is read as its day.
    made["date"] = dates.dt.normalize() if pd.api.types.is_datetime64_any_dtype(raw["date"].dtype) else dates
    for name in present:
        made[name] = values = numbers(raw[name], name, problems)
        if np.isnan(values.to_numpy()).all():
            problems.unused(f"column '{name}' holds no number, and is as if it were not there.")
    frame = pd.DataFrame(made, index=raw.index, copy=False)
    _refuse_shares(frame, problems)
    problems.raise_errors()
    groups = _groups(frame, raw)
    order, steps = _in_order(groups, frame)
    hours = None
    if (steps == 0).any():
        # Several rows a day: hours, or a mistake.
        clock, keys = clock_times(raw["date"]), pd.Series(groups, index=frame.index)
        if are_hours(frame["date"], clock, keys):
            frame, hours = days_of_hours(frame, clock, raw.attrs, raw["date"], problems)
            problems.raise_errors()
            order, steps = _in_order(keys.loc[frame.index].to_numpy(), frame)
    _refuse_repeated(frame, raw["date"], np.arange(len(frame)) if order is None else order, steps, problems)
    problems.raise_errors()
    frame = (frame if order is None else frame.take(order)).reset_index(drop=True)
    _note_gaps(frame, steps, problems)
    return frame, hours


def _refuse_shares(frame: pd.DataFrame, problems: Problems) -> None:
    """Refuse a humidity that never exceeds 1: a spreadsheet keeps 65 % as 0.65."""
    for name in ("rh", "rh_max", "rh_min"):
        if name in frame and 0 < frame[name].max() <= 1:
            problems.error(
                f"column '{name}': no value exceeds {frame[name].max():g} (row {frame[name].idxmax()}), as if they "
                f"were shares and not percent; write 65 for 65 %, or '{name} [1]' into the header."
            )


def _in_order(groups: Integers, frame: pd.DataFrame) -> tuple[Integers | None, Integers]:
    """Give the order of the rows by group and day, None where they are in it, and the days from each to the next.

    What follows another day of the same site and source; a step of no day is a day that comes twice. To another
    group it is 1.
    """
    days = frame["date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    steps, others = np.diff(days), np.flatnonzero(groups[1:] != groups[:-1])
    steps[others] = 1
    if (steps >= 0).all() and (groups[others + 1] > groups[others]).all():
        return None, steps
    order = np.lexsort((days, groups))
    steps = np.diff(days[order])
    steps[np.diff(groups[order]) != 0] = 1
    return order, steps


def _groups(frame: pd.DataFrame, raw: pd.DataFrame) -> Integers:
    """Number the site and source of each row, in the order of their names."""
    groups = np.zeros(len(frame), dtype=np.int64)
    for name in (name for name in ("site", "source") if name in raw):
        values = raw[name]
        if isinstance(values.dtype, pd.CategoricalDtype):
            # As :func:`words` numbers them.
            names, ranks = np.unique([*map(str.strip, values.cat.categories), ""], return_inverse=True)
            groups = groups * len(names) + ranks[values.cat.codes.to_numpy()]
        else:
            codes, known = pd.factorize(frame[name], sort=True)
            groups = groups * len(known) + codes
    return groups


def read_raw(
    path: Path,
    problems: Problems,
    left_out: Sequence[str] = (),
    wind_height: float | None = None,
    units: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, str]:
    """Read a CSV, Excel or Parquet file with its columns named as ours and in our units; cells stay as they are.

    Returns
    -------
    DataFrame
        Its index is the line of the text file, the row of the sheet, or the number of the row of a Parquet file
        below a header.
    str
        SHA-256 of the file.

    Raises
    ------
    UnreadableFile
        When it is no such file, or empty.
    """
    is_text = kind_of(path) is not FileKind.PARQUET
    raw, sha256 = _read_text(path, problems) if is_text else (read_frame(path), file_digest(path))
    if raw.empty:
        raise UnreadableFile(
            f"{path.name} has no rows below its header; fill it, or choose another file.", path
        )
    raw = _without(raw, left_out, problems)
    raw = raw if is_text else raw.set_axis(range(2, len(raw) + 2), axis=0)
    above = _above(path) if is_text else []
    declared = declared_units(above) if any(map(is_of_download, map(str, raw.columns))) else {}
    named = named_columns(raw, problems, units, declared=declared, wind_height=wind_height)
    if math.isnan(named.attrs["ahead"]):
        named.attrs["ahead"] = declared_clock(above)
    return named, sha256


def _without(raw: pd.DataFrame, left_out: Sequence[str], problems: Problems) -> pd.DataFrame:
    """Leave columns out that a person names, as the header does or as ours."""
    if not left_out:
        return raw
    columns = {str(name): name for name in raw.columns} | {read_header(str(n))[0]: n for n in raw.columns}
    unknown = [name for name in left_out if name not in columns]
    if unknown:
        problems.error(
            f"left_out names {unknown[0]!r}, and there is no such column; present: "
            f"{', '.join(map(str, raw.columns))}."
        )
        problems.raise_errors()
    return raw.drop(columns=[columns[name] for name in left_out])


def _above(path: Path) -> list[str]:
    """Lines at the begin of a text file, where a download declares its units and its clock."""
    if kind_of(path) is FileKind.WORKBOOK:
        return []
    with open_file(path) as stream:
        return stream.read(_PREAMBLE_BYTES).decode("latin-1").splitlines()


def _refuse_repeated(
    frame: pd.DataFrame, raw: pd.Series, order: Integers, steps: Integers, problems: Problems
) -> None:
    repeats = np.flatnonzero(steps == 0)
    if not len(repeats):
        return
    # Runs of rows for one day: the longest one, and of those the first of the file.
    runs = np.split(repeats, np.flatnonzero(np.diff(repeats) != 1) + 1)
    most = max(map(len, runs))
    places = min((order[run[0] : run[-1] + 2] for run in runs if len(run) == most), key=min)
    rows = frame.index[np.sort(places)]
    site, source, day = (frame[name][rows[0]] for name in ("site", "source", "date"))
    shown = ", ".join(str(raw[row]) for row in rows[:3])
    of = "".join(f" of {what}" for what in (site, source) if what)
    hours = "an hourly file, given as daily; sum or average its hours to days first"
    twice = "the day comes twice; keep one row"
    problems.error(
        f"row {rows[1]}, column 'date': {len(rows)} rows for {day:%Y-%m-%d}{of} ({shown}"
        f"{', …' if len(rows) > 3 else ''}), expected one: {hours if len(rows) > 2 else twice}."
    )


def _note_gaps(frame: pd.DataFrame, steps: Integers, problems: Problems) -> None:
    gaps = np.flatnonzero(steps > 1)
    if not len(gaps):
        return
    for (site, source), part in frame.groupby(["site", "source"], sort=False):
        if not ((gaps >= part.index[0]) & (gaps < part.index[-1])).any():
            continue
        days = pd.DatetimeIndex(part["date"])
        missing = pd.date_range(days[0], days[-1], freq="D").difference(days)
        of = " ".join(str(what) for what in (site, source) if what)
        leap = all(day.month == 2 and day.day == 29 for day in missing)
        problems.warning(
            f"{of + ': ' if of else ''}{len(missing)} days are missing between {days[0]:%Y-%m-%d} and "
            f"{days[-1]:%Y-%m-%d}, the first {missing[0]:%Y-%m-%d}; they stay missing."
            + (" Only 29 February is: the file seems to have years of 365 days." if leap else "")
        )


def _read_text(path: Path, problems: Problems) -> tuple[pd.DataFrame, str]:
    table = with_units_below(
        with_header_below(read_one_table(path, problems, is_header, hashed=True), problems), problems
    )
    date = next((name for name in table.columns if read_header(name)[0] == "date"), "")
    table = without_totals(table, date, problems) if date else table
    download = known_download(table.columns)
    texts = {name for name in table.columns if is_text_column(name, download)}
    return table.pandas(lambda name: name not in texts, coded=texts), table.sha256
