"""What a known download leaves unsaid or writes in its own way: units that its values show, winds in two parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from workbench.data.problems import Problems
from workbench.evapotranspiration.inputs.tables.known_downloads import KnownDownload

HOTTEST_CELSIUS, HOTTEST_FAHRENHEIT = 58.0, 136.0
"""What no day on Earth exceeds."""
TRACES = frozenset(("ip", "t", "tr", "trace", "traces", "inap"))
_PART_OF_WIND = re.compile(r"(u|v)(?:_component_of_wind_)?(?:10|_10)m?(?:_mean)?")
_NOAA: Mapping[str, Mapping[str, str]] = {
    "in tenths": {
        "tmax": "0.1 degC",
        "tmin": "0.1 degC",
        "tavg": "0.1 degC",
        "prcp": "0.1 mm",
        "awnd": "0.1 m/s",
    },
    "in US units": {"tmax": "degF", "tmin": "degF", "tavg": "degF", "prcp": "in", "awnd": "mph"},
    "metric": {"tmax": "degC", "tmin": "degC", "tavg": "degC", "prcp": "mm", "awnd": "m/s"},
}


def units_shown(raw: pd.DataFrame, download: KnownDownload | None, problems: Problems) -> Mapping[str, str]:
    """Give the units of NOAA's files, which come in three kinds: told by the hottest day.

    Parameters
    ----------
    raw
        As it is read.
    download
        Which download it is.
    problems
        Takes what they were read as.

    Returns
    -------
    Mapping
        Header in small letters -> unit; empty for other downloads, and where a header says its unit.
    """
    if download is None or download.title != "NOAA":
        return {}
    name = next((str(name) for name in raw.columns if str(name).strip().casefold() == "tmax"), "")
    hottest = float(pd.to_numeric(raw[name], errors="coerce").max()) if name else np.nan
    if not np.isfinite(hottest):
        return {}
    kind = (
        "in tenths"
        if hottest > HOTTEST_FAHRENHEIT
        else "in US units"
        if hottest > HOTTEST_CELSIUS
        else "metric"
    )
    problems.warning(
        f"column '{name}': the highest is {hottest:g}, so the file is read as {kind} "
        f"({_NOAA[kind]['tmax']}, {_NOAA[kind]['prcp']}); give others with the setting units."
    )
    return _NOAA[kind]


def declared_clock(lines: Sequence[str]) -> float:
    """How far Open-Meteo says above its header that the clock is ahead of UTC [h]; NaN where nothing says it."""
    for names, values in pairwise(lines[:10]):
        cells = [name.strip() for name in names.split(",")]
        if "utc_offset_seconds" in cells:
            parts = values.split(",")
            at = cells.index("utc_offset_seconds")
            if at < len(parts) and re.fullmatch(r"-?\d{1,5}", parts[at].strip()):
                return int(parts[at]) / 3600
    return np.nan


def with_wind_speed(raw: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Make a speed of the two parts of a wind at 10 m, as ERA5 gives it [m/s]."""
    parts = {
        found[1]: str(name)
        for name in raw.columns
        if (found := _PART_OF_WIND.fullmatch(str(name).strip().casefold()))
    }
    if set(parts) != {"u", "v"}:
        return raw
    east, north = (pd.to_numeric(raw[parts[part]], errors="coerce") for part in ("u", "v"))
    problems.warning(
        f"columns '{parts['u']}' and '{parts['v']}' [m/s]: their speed is that of the mean wind, which is less "
        "than the mean speed where the wind turns."
    )
    speed = pd.DataFrame({"wind_speed_10m [m/s]": np.hypot(east, north)}, index=raw.index)
    return pd.concat([raw.drop(columns=list(parts.values())), speed], axis=1)


def of_daylight(raw: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Make sums of a radiation that is the mean of the daylight, as Daymet gives it beside the length of that."""
    names = {str(name).strip().casefold(): str(name) for name in raw.columns}
    light, length = names.get("srad (w/m^2)"), names.get("dayl (s)")
    if light is None or length is None:
        return raw
    problems.change(f"column '{light}': a mean of the daylight ('{length}'), made sums of days in MJ/m2.")
    sums = pd.to_numeric(raw[light], errors="coerce") * pd.to_numeric(raw[length], errors="coerce") / 1e6
    return raw.drop(columns=[light, length]).assign(**{"srad [MJ/m2]": sums})


def without_traces(values: pd.Series, header: str, problems: Problems) -> pd.Series:
    """Read rain that is too little to be measured as none."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values
    texts = values.astype(object).where(values.notna(), "").astype(str).str.strip().str.casefold()
    traces = texts.isin(list(TRACES))
    if not traces.any():
        return values
    problems.change(
        f"column '{header}': {int(traces.sum())} traces of rain (first in row {values.index[traces][0]}), "
        "too little to be measured, are 0."
    )
    # A column of words was not looked at for its decimal mark.
    return texts.mask(traces, "0").str.replace(r"^(\d+),(\d+)$", r"\1.\2", regex=True)
