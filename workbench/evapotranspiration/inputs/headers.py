"""Headers and cells of tables: names and units as people write them, read as ours; -999 is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from workbench.data.problems import Problems
from workbench.evapotranspiration.model.weather import WEATHER_UNITS

FILL = -999.0
MAX_BAD_CELLS_LISTED = 5
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
        name, written = _read_header(header)
        if name in seen:
            problems.error(f"the columns '{seen[name]}' and '{header}' are both read as {name}; rename one.")
            continue
        seen[name] = header
        unit = given.pop(header, given.pop(name, written))
        unit = _SAME_UNITS.get(unit.lower(), unit)
        named[name] = _in_our_unit(raw[header], name, unit, header, problems)
    for left in given:
        problems.error(
            f"units names {left!r}, and there is no such column; present: {', '.join(seen.values())}."
        )
    problems.raise_errors()
    return pd.DataFrame(named)


def _read_header(header: str) -> tuple[str, str]:
    found = _HEADER.fullmatch(header)
    name = (found["name"] if found else header).strip().lower().replace(" ", "_")
    return _OTHER_NAMES.get(name, name), (found["unit"] or "") if found else ""


def numbers(values: pd.Series, name: str, problems: Problems) -> pd.Series:
    """Read cells as numbers; -999 and empty cells are missing, the former noted."""
    found = pd.to_numeric(values, errors="coerce").astype(float)
    if values.dtype == object or isinstance(values.dtype, pd.StringDtype):
        texts = values.astype(str).str.strip()
        bad = found.isna() & ~texts.str.lower().isin(("", "nan", "na", "none", "null", "-", "<na>"))
        for row in values.index[bad][:MAX_BAD_CELLS_LISTED]:
            problems.error(
                f"row {row}, column '{name}': {texts[row]!r} is no number; write a number, or leave the cell empty."
            )
        if int(bad.sum()) > MAX_BAD_CELLS_LISTED:
            problems.error(
                f"column '{name}': {int(bad.sum()) - MAX_BAD_CELLS_LISTED} more cells are no numbers."
            )
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
    wanted = _UNITS.get(name, "")
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
