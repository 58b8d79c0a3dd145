"""Headers and cells of tables: names and units as people write them, read as ours; -999 is missing."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping

import numpy as np
import pandas as pd

from workbench.data.problems import Problems
from workbench.evapotranspiration.model.weather import WEATHER_UNITS
from workbench.evapotranspiration.physics.atmosphere import wind_at_2m

FILL = -999.0
FILL_TOLERANCE = 0.00999
MAX_BAD_CELLS_LISTED = 5
MAX_HEADER_CHARACTERS = 200
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
_NO_MEAN_WIND = ("dir", "gust", "max")
_UNREAD = {"u2": ("wind", "wspd"), "rs": ("radiation", "solar", "srad", "ghi"), "rh": ("humid", "dew", "hum")}
"""Input of the equation -> what the names of columns that hold it have in them."""
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
    "1": "1",
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
    ("1", "%"): lambda values: values * 100,
}
_UNITS: Mapping[str, str] = {
    **WEATHER_UNITS,
    "elevation": "m",
    "latitude": "degrees",
    "longitude": "degrees",
}


def named_columns(
    raw: pd.DataFrame, problems: Problems, units: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Name the columns of a table as ours and put them into our units; other cells stay as they are.

    Parameters
    ----------
    raw
        Any table; its index numbers the rows.
    problems
        Takes what was changed.
    units
        Column (as it is named there, or as ours) -> unit, where the header does not say.

    Raises
    ------
    InvalidData
        When two columns mean the same, or a unit is not known.
    """
    given = dict(units or {})
    named: dict[str, pd.Series] = {}
    seen: dict[str, str] = {}
    for header in map(str, raw.columns):
        name, written = read_header(header)
        height = _height_of_wind(name)
        name = name if height is None else "u2"
        if name in seen and not is_header(header):
            name = header.lower()
        if name in seen:
            problems.error(f"the columns '{seen[name]}' and '{header}' are both read as {name}; rename one.")
            continue
        seen[name] = header
        unit = given.pop(header, given.pop(name, written))
        unit = _SAME_UNITS.get(unit.lower(), unit)
        if height is not None and not unit:
            problems.error(
                f"column '{header}': the unit of the wind is not known; write it into the header, as "
                f"'{header} [m/s]': {_readable('u2')}."
            )
        named[name] = _in_our_unit(raw[header], name, unit, header, problems)
        if height is not None:
            named[name] = _wind_at_2m(named[name], height, header, problems)
    for left in given:
        problems.error(
            f"units names {left!r}, and there is no such column; present: {', '.join(seen.values())}."
        )
    problems.raise_errors()
    return pd.DataFrame(named, index=raw.index, copy=False)


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
            looks = any(word in column for word in words) and not any(no in column for no in _NO_MEAN_WIND)
            if looks and column not in columns:
                problems.error(
                    f"column '{column}' was not understood and seems to hold {name}, which would be assumed; "
                    f"name it '{name} [{_UNITS[name]}]' with its unit ({_readable(name)}), or leave it out by name "
                    "with the setting left_out."
                )


def _height_of_wind(name: str) -> float | None:
    """Height of a wind that is not named u2 [m]; 2 m where the name does not say, None for other columns."""
    found = _WIND.fullmatch(name)
    if found is None or name in ("u", "u2"):
        return None
    return float(found["height"] or 2.0)


def _wind_at_2m(values: pd.Series, height: float, header: str, problems: Problems) -> pd.Series:
    if height == 2.0:
        return values
    if not 0.5 <= height <= 200:
        problems.error(f"column '{header}': wind at {height:g} m cannot be used, expected 0.5 to 200 m.")
        return values
    problems.change(f"column '{header}': wind at {height:g} m converted to 2 m (FAO-56, equation 47).")
    return pd.Series(wind_at_2m(numbers(values, header, problems), height), index=values.index)


def _readable(name: str) -> str:
    wanted = _UNITS[name]
    others = [unit for unit, ours in _CONVERSIONS if ours == wanted]
    return " or ".join([", ".join([wanted, *others[:-1]]), *others[-1:]])


def is_header(text: str) -> bool:
    """Whether a text can be the header of a column that is read."""
    name = read_header(text)[0]
    return name in _UNITS or name in ("site", "source", "date") or _height_of_wind(name) is not None


def read_header(header: str) -> tuple[str, str]:
    """Give our name of a column, and the unit that its header says."""
    if len(header) > MAX_HEADER_CHARACTERS:
        return header.lower(), ""
    found = _HEADER.fullmatch(header)
    name = (found["name"] if found else header).strip().lower().replace(" ", "_")
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
    wanted = _UNITS.get(name, "")
    if not wanted or unit in ("", wanted):
        return values
    convert = _CONVERSIONS.get((unit, wanted))
    if convert is None:
        problems.error(
            f"column '{header}': the unit {unit!r} is not known for {name}, expected {_readable(name)}."
        )
        return values
    found = numbers(values, header, problems)
    problems.change(
        f"column '{header}': converted from {unit} to {wanted}, such as {found.iloc[0]:g} {unit} to "
        f"{float(convert(found.iloc[:1]).iloc[0]):.4g} {wanted}."
    )
    return convert(found)
