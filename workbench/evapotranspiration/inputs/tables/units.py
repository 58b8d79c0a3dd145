"""Units as headers write them, and how their values become ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from workbench.evapotranspiration.model.weather import WEATHER_UNITS

UNITS: Mapping[str, str] = {
    **WEATHER_UNITS,
    "elevation": "m",
    "latitude": "degrees",
    "longitude": "degrees",
}
_SAME: Mapping[str, str] = {
    "": "",
    **dict.fromkeys(
        ("c", "degc", "degreec", "degreesc", "celsius", "degcelsius", "gradc", "gradosc"), "degC"
    ),
    **dict.fromkeys(("f", "degf", "degreef", "degreesf", "fahrenheit"), "degF"),
    **dict.fromkeys(("k", "kelvin", "degk"), "K"),
    **dict.fromkeys(("m/s", "ms-1", "ms", "mps", "m/sec", "m/seg", "meters/second", "metres/second"), "m/s"),
    **dict.fromkeys(("km/h", "kmh", "kmh-1", "km/hr", "kph", "kmph"), "km/h"),
    **dict.fromkeys(("mph", "mi/h", "miles/h"), "mph"),
    **dict.fromkeys(("kn", "kt", "kts", "knot", "knots"), "kn"),
    **dict.fromkeys(("ft/s", "fts-1"), "ft/s"),
    **dict.fromkeys(("mj/m2/d", "mjm-2d-1", "mj/m2", "mjm-2", "mj", "mjm2", "mj/m2d"), "MJ/m2/d"),
    **dict.fromkeys(("mj/m2/h", "mjm-2h-1", "mj/h"), "MJ/m2/h"),
    **dict.fromkeys(("kj/m2", "kjm-2", "kj/m2/d", "kj"), "kJ/m2"),
    **dict.fromkeys(("j/m2", "jm-2", "j/m2/d"), "J/m2"),
    **dict.fromkeys(("j/cm2", "jcm-2", "j/cm2/d", "jcm2"), "J/cm2"),
    **dict.fromkeys(("cal/cm2", "ly", "ly/d", "langley", "langleys", "cal/cm2/d"), "cal/cm2"),
    **dict.fromkeys(("kwh/m2", "kwhm-2", "kwh/m2/d", "kwhm-2d-1", "kwh"), "kWh/m2"),
    **dict.fromkeys(("wh/m2", "whm-2", "wh/m2/d"), "Wh/m2"),
    **dict.fromkeys(("w/m2", "wm-2", "wm2", "w", "watt/m2", "watts/m2", "wattspersquaremeter"), "W/m2"),
    **dict.fromkeys(("mm", "mm/d", "mmd-1", "l/m2", "lm-2", "kgm-2", "kg/m2", "kgm-2d-1"), "mm/d"),
    **dict.fromkeys(("in", "inch", "inches", "in/d"), "in"),
    **dict.fromkeys(("cm", "cm/d"), "cm"),
    **dict.fromkeys(("%", "percent", "pct", "prozent", "porcentaje"), "%"),
    **dict.fromkeys(("hpa", "mbar", "mb"), "hPa"),
    "pa": "Pa",
    "1": "1",
    "m": "m",
    **dict.fromkeys(("deg", "degrees", "x", "y", "dd", "decimaldegrees"), "degrees"),
}
_CONVERSIONS: Mapping[tuple[str, str], Callable[[pd.Series], pd.Series]] = {
    ("0.1 degC", "degC"): lambda values: values / 10,
    ("0.1 m/s", "m/s"): lambda values: values / 10,
    # Less than half a tenth is written as -1.
    ("0.1 mm", "mm/d"): lambda values: (values / 10).clip(lower=0),
    ("degF", "degC"): lambda values: (values - 32) / 1.8,
    ("K", "degC"): lambda values: values - 273.15,
    ("km/h", "m/s"): lambda values: values / 3.6,
    ("mph", "m/s"): lambda values: values * 0.44704,
    ("kn", "m/s"): lambda values: values * 1852 / 3600,
    ("ft/s", "m/s"): lambda values: values * 0.3048,
    ("kJ/m2", "MJ/m2/d"): lambda values: values / 1000,
    ("J/m2", "MJ/m2/d"): lambda values: values / 1e6,
    ("J/cm2", "MJ/m2/d"): lambda values: values / 100,
    ("cal/cm2", "MJ/m2/d"): lambda values: values * 0.041868,
    ("kWh/m2", "MJ/m2/d"): lambda values: values * 3.6,
    ("Wh/m2", "MJ/m2/d"): lambda values: values * 0.0036,
    ("MJ/m2/h", "MJ/m2/d"): lambda values: values * 24,
    ("W/m2", "MJ/m2/d"): lambda values: values * 0.0864,
    ("in", "mm/d"): lambda values: values * 25.4,
    # Of vapour pressure: the dew point that has it (FAO-56, equation 14 the other way round).
    ("hPa", "degC"): lambda values: _dew_point(values / 10),
    ("Pa", "degC"): lambda values: _dew_point(values / 1000),
    ("cm", "mm/d"): lambda values: values * 10,
    ("m", "mm/d"): lambda values: values * 1000,
    ("1", "%"): lambda values: values * 100,
}
_SIGNS = str.maketrans("²³⁻¹\N{MINUS SIGN}º℃", "23-1-°c")
_KNOWN = frozenset(_SAME.values()) - {""}
RATES = frozenset(("W/m2", "MJ/m2/h"))
"""Units of radiation whose values are means of the time, whatever its length; the others are sums over it."""


def unit_of(text: str) -> str:
    """Give the unit that a text stands for, as ``"MJ/m^2/day"``; the text itself where it is none that is known."""
    plain = text.strip().casefold().translate(_SIGNS)
    plain = re.sub(r"\b(?:day|dia|día|tag|jour)\b|(?<=/)(?:day|dia|tag|jour)$", "d", plain)
    plain = re.sub(r"\b(?:hour|hr|hora|stunde|heure)\b", "h", plain)
    plain = (
        plain.replace("sq.m", "m2")
        .replace("sq m", "m2")
        .replace("sqm", "m2")
        .replace("m**2", "m2")
        .replace("kw-h", "kwh")
    )
    plain = re.sub(r"[\s^·.*°_]", "", plain)
    return _SAME.get(plain, text.strip())


def _dew_point(pressure: pd.Series) -> pd.Series:
    """Dew point [degC] of a vapour pressure [kPa]."""
    power = np.log(pressure.where(pressure > 0) / 0.6108)
    found: pd.Series = 237.3 * power / (17.27 - power)
    return found


def is_unit(text: str) -> bool:
    """Whether a text is a unit that is known."""
    return bool(text.strip()) and unit_of(text) in _KNOWN


def conversion(unit: str, name: str) -> Callable[[pd.Series], pd.Series] | None:
    """Give what makes values of a unit those of our column; None where it cannot be."""
    return _CONVERSIONS.get((unit, UNITS[name]))


def readable_units(name: str) -> str:
    """List the units in which a column can be."""
    wanted = UNITS[name]
    others = [
        unit for unit, ours in _CONVERSIONS if ours == wanted and not unit.startswith(("0.1", "hPa", "Pa"))
    ]
    return " or ".join([", ".join([wanted, *others[:-1]]), *others[-1:]])
