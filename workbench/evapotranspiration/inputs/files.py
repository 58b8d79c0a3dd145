"""Tables of daily values from the project's inputs: CSV and Parquet, in the units that their headers say.

A table has one row for each day (and site, and source): columns ``date``, optionally ``site`` and ``source``, and
values named as the ``WEATHER_UNITS`` of :mod:`~workbench.evapotranspiration.inputs.services.daily_weather`, with
the unit in brackets where it is another: ``tmax [degF]``, ``u2 [km/h]``, ``rs [W/m2]``. -999 and empty cells are
missing.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.data.problems import Problems
from workbench.errors import UnreadableFile
from workbench.evapotranspiration.inputs.services.daily_weather import WEATHER_UNITS
from workbench.runs.model.digest import file_digest

FILL = -999.0
MOST_BAD_CELLS = 5
_HEADER = re.compile(r"\s*(?P<name>[^\[(]+?)\s*(?:[\[(]\s*(?P<unit>[^\])]*?)\s*[\])])?\s*")
_OTHER_NAMES = {
    "t_max": "tmax",
    "temperature_max": "tmax",
    "t_min": "tmin",
    "temperature_min": "tmin",
    "t_mean": "tmean",
    "temperature_mean": "tmean",
    "dew_point": "tdew",
    "humidity": "rh",
    "rhmax": "rh_max",
    "rhmin": "rh_min",
    "wind": "u2",
    "radiation": "rs",
    "precipitation": "precip",
    "rain": "precip",
    "et0": "eto",
    "day": "date",
    "time": "date",
    "station": "site",
    "name": "site",
    "lat": "latitude",
    "lon": "longitude",
    "lng": "longitude",
    "altitude": "elevation",
    "elevation_m": "elevation",
    "height": "elevation",
}
_SAME_UNITS = {
    "": "",
    "°c": "degC",
    "c": "degC",
    "degc": "degC",
    "celsius": "degC",
    "°f": "degF",
    "f": "degF",
    "degf": "degF",
    "fahrenheit": "degF",
    "k": "K",
    "kelvin": "K",
    "m/s": "m/s",
    "m s-1": "m/s",
    "km/h": "km/h",
    "kmh": "km/h",
    "mph": "mph",
    "knots": "kn",
    "kn": "kn",
    "mj/m2/d": "MJ/m2/d",
    "mj/m2": "MJ/m2/d",
    "mj/m²": "MJ/m2/d",
    "mj m-2 d-1": "MJ/m2/d",
    "mj m-2": "MJ/m2/d",
    "kj/m2": "kJ/m2",
    "kj/m²": "kJ/m2",
    "kj m-2": "kJ/m2",
    "w/m2": "W/m2",
    "w/m²": "W/m2",
    "w m-2": "W/m2",
    "mm": "mm/d",
    "mm/d": "mm/d",
    "mm/day": "mm/d",
    "mm d-1": "mm/d",
    "in": "in",
    "inch": "in",
    "%": "%",
    "percent": "%",
    "m": "m",
    "deg": "degrees",
    "degrees": "degrees",
    "°": "degrees",
}
_CONVERSIONS: Mapping[tuple[str, str], Callable[[pd.Series], pd.Series]] = {
    ("degF", "degC"): lambda values: (values - 32) / 1.8,
    ("K", "degC"): lambda values: values - 273.15,
    ("km/h", "m/s"): lambda values: values / 3.6,
    ("mph", "m/s"): lambda values: values * 0.44704,
    ("kn", "m/s"): lambda values: values * 1852 / 3600,
    ("kJ/m2", "MJ/m2/d"): lambda values: values / 1000,
    ("W/m2", "MJ/m2/d"): lambda values: values * 0.0864,
    ("in", "mm/d"): lambda values: values * 25.4,
}


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
    """

    frame: pd.DataFrame
    problems: Problems
    sha256: str


def read_daily_table(path: Path, columns: Sequence[str] = tuple(WEATHER_UNITS)) -> DailyTable:
    """Read a table of daily values.

    Parameters
    ----------
    path
        ``.csv`` or ``.parquet``.
    columns
        Values to read; at least one must be there.

    Raises
    ------
    UnreadableFile
        When it is no such table.
    InvalidData
        When rows cannot be used: with row, column, and the value seen.
    """
    problems = Problems(path.name)
    raw = read_raw(path, problems)
    present = [name for name in columns if name in raw]
    if "date" not in raw:
        problems.error(f"there is no column 'date'; present: {', '.join(raw.columns)}. Name one 'date'.")
    if not present:
        problems.error(
            f"there is no column of values; present: {', '.join(raw.columns)}, expected some of "
            f"{', '.join(columns)}."
        )
    problems.raise_errors()
    frame = pd.DataFrame(
        {name: raw[name].astype(str).str.strip() if name in raw else "" for name in ("site", "source")},
        index=raw.index,
    )
    frame["date"] = _dates(raw["date"], problems)
    for name in present:
        frame[name] = numbers(raw[name], name, problems)
    problems.raise_errors()
    _refuse_repeated(frame, raw["date"], problems)
    problems.raise_errors()
    frame = frame.sort_values(["site", "source", "date"], ignore_index=True)
    _note_gaps(frame, problems)
    return DailyTable(frame, problems, file_digest(path))


def read_raw(path: Path, problems: Problems) -> pd.DataFrame:
    """Read a CSV or Parquet file with its columns named as ours and in our units; cells stay as they are.

    The index is the number of the row as a spreadsheet shows it (the header is row 1).

    Raises
    ------
    UnreadableFile
        When it is no such file, or empty.
    """
    raw = _read_parquet(path) if path.suffix.lower() == ".parquet" else _read_csv(path)
    if raw.empty:
        raise UnreadableFile(
            f"{path.name} has no rows below its header; fill it, or choose another file.", path
        )
    raw = raw.set_axis(range(2, len(raw) + 2), axis=0)
    named: dict[str, pd.Series] = {}
    seen: dict[str, str] = {}
    for header in raw.columns:
        found = _HEADER.fullmatch(str(header))
        name = (found["name"] if found else str(header)).strip().lower().replace(" ", "_")
        name = _OTHER_NAMES.get(name, name)
        if name in seen:
            problems.error(f"the columns '{seen[name]}' and '{header}' are both read as {name}; rename one.")
            continue
        seen[name] = str(header)
        unit = _SAME_UNITS.get((found["unit"] or "").lower(), found["unit"]) if found else ""
        named[name] = _in_our_unit(raw[header], name, unit or "", str(header), problems)
    problems.raise_errors()
    return pd.DataFrame(named)


def numbers(values: pd.Series, name: str, problems: Problems) -> pd.Series:
    """Read cells as numbers; -999 and empty cells are missing, the former noted."""
    found = pd.to_numeric(values, errors="coerce").astype(float)
    if values.dtype == object or isinstance(values.dtype, pd.StringDtype):
        texts = values.astype(str).str.strip()
        bad = found.isna() & ~texts.str.lower().isin(("", "nan", "na", "none", "null", "-", "<na>"))
        for row in values.index[bad][:MOST_BAD_CELLS]:
            problems.error(
                f"row {row}, column '{name}': {texts[row]!r} is no number; write a number, or leave the cell empty."
            )
        if int(bad.sum()) > MOST_BAD_CELLS:
            problems.error(f"column '{name}': {int(bad.sum()) - MOST_BAD_CELLS} more cells are no numbers.")
    fills = np.isclose(found, FILL)
    if fills.any():
        rows = values.index[fills]
        problems.change(
            f"column '{name}': {int(fills.sum())} cells hold {FILL:g} (first in row {rows[0]}), read as missing."
        )
        found = found.mask(fills)
    infinite = np.isinf(found)
    if infinite.any():
        problems.error(f"row {values.index[infinite][0]}, column '{name}': the number is infinite.")
    return found


def _in_our_unit(values: pd.Series, name: str, unit: str, header: str, problems: Problems) -> pd.Series:
    wanted = WEATHER_UNITS.get(
        name, {"elevation": "m", "latitude": "degrees", "longitude": "degrees"}.get(name, "")
    )
    if not wanted or unit in ("", wanted):
        return values
    convert = _CONVERSIONS.get((unit, wanted))
    if convert is None:
        problems.error(f"column '{header}': the unit {unit!r} is not known for {name}, expected {wanted}.")
        return values
    found = numbers(values, header, problems)
    problems.change(
        f"column '{header}': converted from {unit} to {wanted}, such as {found.iloc[0]:g} {unit} to "
        f"{float(convert(found.iloc[:1]).iloc[0]):.4g} {wanted}."
    )
    return convert(found)


def _dates(values: pd.Series, problems: Problems) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        plain = values.dt.tz_localize(None) if values.dt.tz is not None else values
        return plain.astype("datetime64[s]")
    texts = values.astype(str).str.strip()
    found = pd.to_datetime(texts, format="ISO8601", errors="coerce").astype("datetime64[s]")
    bad = found.isna()
    for row in values.index[bad][:MOST_BAD_CELLS]:
        problems.error(f"row {row}, column 'date': {texts[row]!r} {_why_no_date(texts[row])}")
    if int(bad.sum()) > MOST_BAD_CELLS:
        problems.error(f"column 'date': {int(bad.sum()) - MOST_BAD_CELLS} more cells are no dates.")
    return found


def _why_no_date(text: str) -> str:
    if found := re.fullmatch(r"(\d{4})-02-29.*", text):
        return f"is no date: {found[1]} is no leap year; leave the row out."
    return "is no date; write dates like 2024-02-29 (year, month, day)."


def _refuse_repeated(frame: pd.DataFrame, raw: pd.Series, problems: Problems) -> None:
    days = frame["date"].dt.normalize()
    by = [frame["site"], frame["source"], days]
    counts = frame.groupby(by, sort=False).size()
    most = int(counts.max())
    if most > 1:
        first = frame.index[(counts.reindex(pd.MultiIndex.from_arrays(by)) == most).to_numpy()][0]
        site, source, day = frame["site"][first], frame["source"][first], days[first]
        rows = frame.index[(frame["site"] == site) & (frame["source"] == source) & (days == day)]
        shown = ", ".join(str(raw[row]) for row in rows[:3])
        of = "".join(f" of {what}" for what in (site, source) if what)
        hours = "an hourly file, given as daily; sum or average its hours to days first"
        twice = "the day comes twice; keep one row"
        problems.error(
            f"row {rows[1]}, column 'date': {most} rows for {day:%Y-%m-%d}{of} ({shown}"
            f"{', …' if most > 3 else ''}), expected one: {hours if most > 2 else twice}."
        )
    frame["date"] = days


def _note_gaps(frame: pd.DataFrame, problems: Problems) -> None:
    for (site, source), part in frame.groupby(["site", "source"], sort=False):
        days = pd.DatetimeIndex(part["date"])
        missing = pd.date_range(days[0], days[-1], freq="D").difference(days)
        if len(missing):
            of = " ".join(str(what) for what in (site, source) if what)
            leap = all(day.month == 2 and day.day == 29 for day in missing)
            problems.warning(
                f"{of + ': ' if of else ''}{len(missing)} days are missing between {days[0]:%Y-%m-%d} and "
                f"{days[-1]:%Y-%m-%d}, the first {missing[0]:%Y-%m-%d}; they stay missing."
                + (" Only 29 February is: the file seems to have years of 365 days." if leap else "")
            )


def _read_parquet(path: Path) -> pd.DataFrame:
    import pyarrow as pa

    from workbench.data.results.tables import read_table

    try:
        frame = read_table(path).frame
    except pa.ArrowException as error:
        raise UnreadableFile(f"{path.name} is no Parquet file ({error}).", path) from error
    return frame.reset_index() if frame.index.name else frame


def _read_csv(path: Path) -> pd.DataFrame:
    from charset_normalizer import from_bytes

    from workbench.data.workbooks.file import read_bytes

    content = read_bytes(path, 512)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        best = from_bytes(content[:200_000]).best()
        text = content.decode(best.encoding if best else "latin-1", "replace")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if len(lines) < 2:
        raise UnreadableFile(
            f"{path.name} has no rows below its header; fill it, or choose another file.", path
        )
    separator = max(",;\t|", key=lines[0].count)
    decimal = "," if separator == ";" and re.search(r"\d,\d", lines[1]) and "." not in lines[1] else "."
    try:
        return pd.read_csv(
            io.StringIO("\n".join(lines)),
            sep=separator,
            decimal=decimal,
            skipinitialspace=True,
            low_memory=False,
        )
    except (pd.errors.ParserError, ValueError) as error:
        raise UnreadableFile(f"{path.name} is no table of comma-separated values ({error}).", path) from error
