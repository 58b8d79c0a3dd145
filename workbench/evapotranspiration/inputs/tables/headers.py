"""Headers and cells of tables: names and units as people write them, read as ours; -999 is missing."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.data.problems import Problems
from workbench.evapotranspiration.inputs.tables.day_columns import (
    date_columns,
    is_date_part,
    joined_dates,
    without_other_hours,
)
from workbench.evapotranspiration.inputs.tables.declared_otherwise import (
    of_daylight,
    units_shown,
    with_wind_speed,
    without_traces,
)
from workbench.evapotranspiration.inputs.tables.known_downloads import (
    KnownDownload,
    is_of_download,
    known_download,
)
from workbench.evapotranspiration.inputs.tables.quality_flags import without_flagged
from workbench.evapotranspiration.inputs.tables.units import (
    RATES,
    UNITS,
    conversion,
    is_unit,
    readable_units,
    unit_of,
)
from workbench.evapotranspiration.inputs.tables.weather_words import (
    MAX_HEADER_CHARACTERS,
    Meaning,
    meaning_of,
    quantity_in,
)
from workbench.evapotranspiration.physics.atmosphere import wind_at_2m

FILL = -999.0
FILL_TOLERANCE = 0.00999
MAX_BAD_CELLS_LISTED = 5
NOTHING = frozenset(("nan", "na", "n/a", "none", "null", "-", "--", "<na>"))
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
_WIND = re.compile(
    r"(?:avg_|mean_)?(?:wind(?:_?speed)?|wspd|ws|u)(?:_(?:at_)?)?(?P<height>\d+(?:\.\d+)?)?(?:_?m)?(?:_mean|_avg)?"
)
_DATE_OF_ZONE = re.compile(r"date_time,_gmt(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})")
"""As HOBO writes it, with how far its clock is ahead of UTC."""
_NO_MEAN_WIND = ("dir", "gust", "max")
_UNREAD = {"u2": ("wind", "wspd"), "rs": ("radiation", "solar", "srad", "ghi"), "rh": ("humid", "dew", "hum")}
"""Input of the equation -> what the names of columns that hold it have in them."""
_DATES = frozenset((
    "datum", "fecha", "data", "jour", "dia", "día", "tag", "timestamp", "datetime", "date_time", "date/time",
    "period", "fecha/hora", "data_medicao", "data_medição", "messdatum", "yyyymmdd", "valid", "zeit",
    "zeitstempel", "yyyy-mm-dd",
    "datum/zeit", "data_hora", "fecha_hora", "local_time", "observation_time", "measurement_date",
))  # fmt: skip
_PLACES = frozenset((
    "stn_name", "station_name", "meta_station_name", "fawn_station", "stationsname", "estacion", "estación",
    "estacao", "estação",
))  # fmt: skip
_CLOCKS = frozenset((
    "time", "hora", "uhrzeit", "heure", "zeit", "hour", "local time", "hora utc", "time utc", "hour utc",
))  # fmt: skip
"""Columns that hold the time of day where another holds the day."""
STATED_HEIGHT = 2.0
"""Height of a wind whose header does not say it [m]: that of agricultural stations, and of the equation."""


def named_columns(
    raw: pd.DataFrame,
    problems: Problems,
    units: Mapping[str, str] | None = None,
    *,
    declared: Mapping[str, str] | None = None,
    wind_height: float | None = None,
) -> pd.DataFrame:
    """Name the columns of a table as ours and put them into our units; other cells stay as they are.

    Parameters
    ----------
    raw
        Any table; its index numbers the rows.
    problems
        Takes what was changed and assumed.
    units
        Column (as it is named there, or as ours) -> unit, where the header does not say.
    declared
        Column in small letters -> unit that the file states above its header.
    wind_height
        Height of a wind whose header does not say it [m].

    Returns
    -------
    DataFrame
        Its ``attrs["rates"]`` names the columns that were means over time (W/m2), where others are sums;
        ``attrs["asks_wind_height"]`` says whether the height of a wind stands nowhere in the file;
        ``attrs["ahead"]`` how far its clock is ahead of UTC [h] where a header says it, else NaN.

    Raises
    ------
    InvalidData
        When two columns mean the same, or a unit is not known.
    """
    given, stated = dict(units or {}), dict(declared or {})
    raw = raw.set_axis(list(map(str, raw.columns)), axis=1)
    headers, download = list(raw.columns), known_download(raw.columns)
    if download is not None:
        problems.change(f"the headers are those of {download.title}, and are read as its.")
    stated |= units_shown(raw, download, problems)
    raw = with_wind_speed(of_daylight(without_flagged(raw, download, problems), problems), problems)
    raw, date = _one_date(raw, problems)
    named, rates, asks = {} if date is None else {"date": date}, set(), False
    for name, header, meaning in _chosen(list(raw.columns), download, problems):
        unit = given.pop(header, given.pop(name, meaning.unit or stated.get(header.strip().casefold(), "")))
        unit = unit_of(unit)
        is_ours = read_header(header)[0] == "u2"
        if name == "u2" and not unit and not is_ours:
            problems.error(
                f"column '{header}': the unit of the wind is not known; write it into the header, as "
                f"'{header} [m/s]' ({readable_units('u2')}), or give it with the setting units, as "
                f"{header}: m/s."
            )
        cells = without_traces(raw[header], header, problems) if name == "precip" else raw[header]
        named[name] = _in_our_unit(cells, name, unit, header, problems)
        rates |= {name} if unit in RATES else set()
        if name == "u2" and (not is_ours or meaning.height is not None):
            known = meaning.height or (download.wind_height if download else None)
            asks = known is None
            named[name] = _wind_at_2m(named[name], known, wind_height, header, problems)
    for left in given:
        problems.error(f"units names {left!r}, and there is no such column; present: {', '.join(headers)}.")
    problems.raise_errors()
    found = pd.DataFrame(named, index=raw.index, copy=False)
    found.attrs.update(rates=tuple(sorted(rates)), asks_wind_height=asks, ahead=_ahead_of_utc(headers))
    return found


def _ahead_of_utc(headers: Sequence[str]) -> float:
    for header in headers:
        if found := _DATE_OF_ZONE.fullmatch(header.strip().lower().replace(" ", "_")):
            ahead = int(found["hours"]) + int(found["minutes"]) / 60
            return -ahead if found["sign"] == "-" else ahead
    return math.nan


def _one_date(raw: pd.DataFrame, problems: Problems) -> tuple[pd.DataFrame, pd.Series | None]:
    """Join the columns that make up a date, or a day and its time; None where one column is all."""
    headers = list(raw.columns)
    dates = [header for header in headers if read_header(header)[0] == "date"]
    parts = without_other_hours(raw, date_columns(headers))
    if parts and set(dates) <= set(parts.values()):
        return raw.drop(columns=list(parts.values())), joined_dates(raw, parts, problems)
    clock = next((header for header in headers if header.strip().casefold() in _CLOCKS), "")
    days = [header for header in dates if header != clock]
    if clock and days:
        # INMET writes 1400 UTC.
        times = words(raw[clock]).str.replace(r"^(\d{2})(\d{2})(?= ?UTC|$)", r"\1:\2", regex=True)
        if "utc" in clock.casefold() and not times.str.contains("UTC").any():
            times = times + " UTC"
        return raw.drop(columns=[days[0], clock]), words(raw[days[0]]) + " " + times
    return raw, None


def _chosen(
    headers: Sequence[str], download: KnownDownload | None, problems: Problems
) -> Iterator[tuple[str, str, Meaning]]:
    """Give the columns with our names for them; of those that mean the same the one that is nearest to ours."""
    meant: dict[str, list[tuple[str, Meaning]]] = {}
    for header in headers:
        meaning = (download.columns.get(header.strip().casefold()) if download else None) or _meaning(header)
        meant.setdefault(meaning.name, []).append((header, meaning))
    for name, columns in meant.items():
        best, *others = sorted(columns, key=lambda column: _rank(name, *column))
        yield name, *best
        for header, meaning in others:
            if name in UNITS and is_header(header) and _rank(name, header, meaning) == _rank(name, *best):
                problems.error(f"the columns '{best[0]}' and '{header}' are both read as {name}; rename one.")
            yield header.lower(), header, Meaning(header.lower())


def _rank(name: str, header: str, meaning: Meaning) -> tuple[bool, bool, float, bool]:
    """Order columns that mean the same: our own name first, the wind nearest to 2 m, rain with snow before rain."""
    is_letter_for_letter = header.strip().lower() == name
    height = abs((meaning.height or STATED_HEIGHT) - STATED_HEIGHT) if name == "u2" else 0.0
    partly = name == "precip" and "rain" in header.lower() and "fall" not in header.lower()
    return read_header(header)[0] != name, name not in UNITS and not is_letter_for_letter, height, partly


def is_text_column(header: str, download: KnownDownload | None) -> bool:
    """Whether a column holds names or dates, and no numbers."""
    known = download.columns.get(header.strip().casefold()) if download else None
    return (known.name if known else read_header(header)[0]) in ("site", "source", "date")


def _meaning(header: str) -> Meaning:
    """What a header says, by our own names first and by its words else; its own name where it says nothing."""
    name, unit = read_header(header)
    if unit and not is_unit(unit) and (said := meaning_of(header)) is not None:
        return said
    height = _height_of_wind(name)
    if height is not None:
        return Meaning("u2", unit, height or None)
    if name in UNITS or name in ("site", "source", "date"):
        return Meaning(name, unit)
    return meaning_of(header) or Meaning(name, unit)


def refuse_unread(raw: pd.DataFrame, columns: Collection[str], problems: Problems) -> None:
    """Refuse columns that seem to hold an input of the equation and were not read, where nothing else gives it.

    Parameters
    ----------
    raw
        As :func:`named_columns` gives it.
    columns
        Values that are read.
    problems
        Takes an error for each such column, with the names and units that can be read.
    """
    given = {"rh": {"rh", "rh_max", "rh_min", "tdew"}}
    for name, words in _UNREAD.items():
        if name not in columns or given.get(name, {name}) & set(raw):
            continue
        for column in map(str, raw.columns):
            looks = quantity_in(column) == name or (
                any(word in column for word in words) and not any(no in column for no in _NO_MEAN_WIND)
            )
            if looks and column not in columns:
                problems.error(
                    f"column '{column}' was not understood and seems to hold {name}, which would be assumed; "
                    f"name it '{name} [{UNITS[name]}]' with its unit ({readable_units(name)}), or leave it out by "
                    "name with the setting left_out."
                )


def _height_of_wind(name: str) -> float | None:
    """Height of a wind that is not named u2 [m]; 0 where the name does not say, None for other columns."""
    found = _WIND.fullmatch(name)
    if found is None or name in ("u", "u2"):
        return None
    return float(found["height"] or 0.0)


def _wind_at_2m(
    values: pd.Series, known: float | None, setting: float | None, header: str, problems: Problems
) -> pd.Series:
    height = known or setting or STATED_HEIGHT
    if known is None and setting is None:
        problems.warning(
            f"column '{header}': the height of the wind is not known and taken as {height:g} m; give it with the "
            f"setting wind_height, or in the header as '{header} 10m'."
        )
    if height == STATED_HEIGHT:
        return values
    if not 0.5 <= height <= 200:
        problems.error(f"column '{header}': wind at {height:g} m cannot be used, expected 0.5 to 200 m.")
        return values
    problems.change(f"column '{header}': wind at {height:g} m converted to 2 m (FAO-56, equation 47).")
    return pd.Series(wind_at_2m(numbers(values, header, problems), height), index=values.index)


def is_header(text: str) -> bool:
    """Whether a text can be the header of a column that is read."""
    name = read_header(text)[0]
    own = name in UNITS or name in ("site", "source", "date") or _height_of_wind(name) is not None
    return own or is_date_part(text) or is_of_download(text) or meaning_of(text) is not None


def read_header(header: str) -> tuple[str, str]:
    """Give our name of a column, and the unit that its header says."""
    if len(header) > MAX_HEADER_CHARACTERS:
        return header.lower(), ""
    found = _HEADER.fullmatch(header)
    name = (found["name"] if found else header).strip().lower().replace(" ", "_")
    if name in _DATES or name in _PLACES or _DATE_OF_ZONE.fullmatch(name):
        return "site" if name in _PLACES else "date", ""
    return _OTHER_NAMES.get(name, name), (found["unit"] or "") if found else ""


def words(values: pd.Series) -> pd.Series:
    """Give cells as text without blanks at their ends; a missing one is empty."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        # Each is looked at once; what is missing has the code -1, and so the last one.
        texts = pd.array([*map(str.strip, values.cat.categories), ""], dtype="str")
        return pd.Series(texts.take(values.cat.codes.to_numpy()), index=values.index)
    return values.astype(object).where(values.notna(), "").astype(str).str.strip()


def numbers(values: pd.Series, name: str, problems: Problems) -> pd.Series:
    """Read cells as numbers; -999 and empty cells are missing, the former noted."""
    found = values if values.dtype == float else pd.to_numeric(values, errors="coerce").astype(float)
    if values.dtype == object or isinstance(values.dtype, pd.StringDtype):
        texts = words(values)
        nothing = texts.str.lower().isin(NOTHING)
        if nothing.any():
            rows = values.index[nothing]
            said = ", ".join(f"'{text}'" for text in texts[nothing].unique()[:3])
            problems.change(
                f"column '{name}': {len(rows)} cells say {said} (first in row {rows[0]}), read as missing."
            )
        bad = found.isna() & (texts != "") & ~nothing
        for row in values.index[bad][:MAX_BAD_CELLS_LISTED]:
            problems.error(
                f"row {row}, column '{name}': {texts[row]!r} is not a number; write a number, or leave the cell "
                "empty."
            )
        if int(bad.sum()) > MAX_BAD_CELLS_LISTED:
            problems.error(
                f"column '{name}': {int(bad.sum()) - MAX_BAD_CELLS_LISTED} more cells are no numbers."
            )
    # To the hundredth: some write -999.00 after a conversion.
    plain = found.to_numpy()
    if (plain <= FILL + FILL_TOLERANCE).any() and (fills := np.abs(plain - FILL) <= FILL_TOLERANCE).any():
        rows = values.index[fills]
        problems.change(
            f"column '{name}': {int(fills.sum())} cells hold {FILL:g} (first in row {rows[0]}), read as missing."
        )
        found = found.mask(fills)
    if not math.isfinite(plain.sum()) and np.isinf(plain).any():
        infinite = np.isinf(plain)
        problems.error(f"row {values.index[infinite][0]}, column '{name}': the number is infinite.")
    return found


def _in_our_unit(values: pd.Series, name: str, unit: str, header: str, problems: Problems) -> pd.Series:
    wanted = UNITS.get(name, "")
    if not wanted or unit in ("", wanted):
        return values
    convert = conversion(unit, name)
    if convert is None:
        problems.error(
            f"column '{header}': the unit {unit!r} is not known for {name}, expected {readable_units(name)}."
        )
        return values
    found = numbers(values, header, problems)
    shown = found.dropna().nlargest(1)
    example = (
        ""
        if shown.empty
        else (f", such as {shown.iloc[0]:g} {unit} to {float(convert(shown).iloc[0]):.4g} {wanted}")
    )
    problems.change(f"column '{header}': converted from {unit} to {wanted}{example}.")
    return convert(found)
