"""Values that cannot be, or hardly: fill values, physical limits, radiation beside that of a clear sky."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.data.arrays import Booleans
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.physics.radiation import clear_sky, extraterrestrial
from workbench.evapotranspiration.quality.flags import Flag, Marks

FILL_VALUES = (-999.0, -9999.0, -999.9, -99.9, -99.0, -6999.0, 9999.0, 99999.0)
LIMITS = {
    "tmax": (-90.0, 58.0, "degC"),
    "tmin": (-95.0, 50.0, "degC"),
    "tmean": (-92.0, 52.0, "degC"),
    "tdew": (-100.0, 36.0, "degC"),
    "rh": (0.0, 105.0, "%"),
    "rh_max": (0.0, 105.0, "%"),
    "rh_min": (0.0, 105.0, "%"),
    "u2": (0.0, 45.0, "m/s"),
    "rs": (0.0, 50.0, "MJ m-2 d-1"),
    "precip": (0.0, 1850.0, "mm/d"),
    "eto": (0.0, 22.0, "mm/d"),
}
"""What was ever observed on Earth, a little widened (WMO World Weather & Climate Extremes Archive)."""
MAX_CLEAR_SKY_RATIO = 1.15
MIN_EXTRATERRESTRIAL_RATIO = 0.03
"""A fully overcast day still has a tenth of Ra at low ground; less than 3 % is a covered or dead sensor."""
DARK = 2.0
"""Ra below which ratios of radiation mean nothing [MJ m-2 d-1]."""
ROUNDING = 0.11
"""Extremes given to one decimal may cross by so much without a fault [degC]."""


def mark_limits(weather: pd.DataFrame, site: Site, marks: Marks) -> None:
    """Flag fill values, impossible and doubtful values of one source.

    Parameters
    ----------
    weather
        Daily weather.
    site
        Where it was measured; gives Ra and Rso.
    marks
        Takes the flags.
    """
    for name in weather.columns:
        values = weather[name].to_numpy()
        fill = np.isin(values, FILL_VALUES)
        if name in ("tmax", "tmin", "tmean", "tdew"):
            fill &= values < -95.0
        marks.mark(name, fill, Flag.MISSING, "fill value {value}")
        low, high, unit = LIMITS[name]
        beyond = ((values < low) | (values > high)) & ~fill
        marks.mark(name, beyond, Flag.WRONG, f"{{value}} {unit}, possible is {low:g} to {high:g}")
    _temperatures(weather, marks)
    _humidity(weather, marks)
    _wind(weather, marks)
    _radiation(weather, site, marks)


def _temperatures(weather: pd.DataFrame, marks: Marks) -> None:
    if "tmax" in weather and "tmin" in weather:
        crossed = _real(weather, "tmin") & _real(weather, "tmax")
        crossed &= weather["tmin"].to_numpy() > weather["tmax"].to_numpy() + ROUNDING
        for name in ("tmax", "tmin"):
            marks.mark(name, crossed, Flag.WRONG, "{value} degC, but tmin is above tmax")
    if "tmean" in weather and "tmax" in weather and "tmin" in weather:
        mean = weather["tmean"].to_numpy()
        outside = (mean > weather["tmax"].to_numpy() + ROUNDING) | (
            mean < weather["tmin"].to_numpy() - ROUNDING
        )
        outside &= _real(weather, "tmean") & _real(weather, "tmax") & _real(weather, "tmin")
        marks.mark("tmean", outside, Flag.SUSPECT, "{value} degC, outside tmin to tmax")
    if "tdew" in weather and "tmax" in weather:
        over = (weather["tdew"] > weather["tmax"] + ROUNDING).to_numpy() & _real(weather, "tmax")
        marks.mark("tdew", over & _real(weather, "tdew"), Flag.WRONG, "{value} degC, dew point above tmax")


def _humidity(weather: pd.DataFrame, marks: Marks) -> None:
    for name in ("rh", "rh_max", "rh_min"):
        if name in weather:
            values = weather[name].to_numpy()
            marks.mark(
                name,
                values == 0,
                Flag.WRONG,
                "{value} %: air is never without water; a dead sensor or a fill",
            )
            above = (values > 100) & (values <= LIMITS[name][1])
            marks.mark(name, above, Flag.SUSPECT, "{value} %, above saturation; counts as saturated")
    if "rh_max" in weather and "rh_min" in weather:
        crossed = _real(weather, "rh_max") & _real(weather, "rh_min")
        crossed = crossed & (weather["rh_min"] > weather["rh_max"]).to_numpy()
        for name in ("rh_max", "rh_min"):
            marks.mark(name, crossed, Flag.WRONG, "{value} %, but rh_min is above rh_max")


def _wind(weather: pd.DataFrame, marks: Marks) -> None:
    if "u2" in weather:
        calm = weather["u2"].to_numpy() == 0
        marks.mark("u2", calm, Flag.SUSPECT, "{value} m/s all day; the equation takes 0.5 m/s")


def _radiation(weather: pd.DataFrame, site: Site, marks: Marks) -> None:
    if "rs" not in weather:
        return
    rs = weather["rs"].to_numpy()
    ra = extraterrestrial(site.latitude, pd.DatetimeIndex(weather.index).day_of_year.to_numpy())
    rso = clear_sky(ra, site.elevation)
    real = _real(weather, "rs") & (rs <= LIMITS["rs"][1])
    above_space = real & (rs > ra + 0.5)
    marks.mark("rs", above_space, Flag.WRONG, "{value} MJ m-2 d-1, more than arrives above the atmosphere")
    bright = real & ~above_space & (rs > MAX_CLEAR_SKY_RATIO * rso) & (ra > DARK)
    marks.mark("rs", bright, Flag.SUSPECT, "{value} MJ m-2 d-1, more than 15 % above a clear sky")
    dark = real & (rs < MIN_EXTRATERRESTRIAL_RATIO * ra) & (ra > DARK)
    marks.mark(
        "rs", dark, Flag.SUSPECT, "{value} MJ m-2 d-1, less than 3 % of what arrives above the atmosphere"
    )


def _real(weather: pd.DataFrame, name: str) -> Booleans:
    values = weather[name].to_numpy()
    low, high, _ = LIMITS[name]
    return np.asarray(np.isfinite(values) & (values >= low) & (values <= high))
