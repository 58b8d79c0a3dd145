"""The hourly power of overlays: where their energy lies in the day and the year."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from workbench.data.arrays import Floats
from workbench.hourly_loads.year_hours import YearHours
from workbench.load_profiles.model.overlays import Overlay, OverlayShape

EV_EVENING = (
    *(0.030, 0.020, 0.015, 0.010, 0.010, 0.010, 0.012, 0.015, 0.020, 0.025, 0.028, 0.030),
    *(0.032, 0.032, 0.032, 0.034, 0.040, 0.055, 0.085, 0.110, 0.115, 0.105, 0.080, 0.055),
)
"""Share of a day's charging by hour where people plug in when they come home; an assumption, to be replaced."""
CHARGING_AT_WORK = (
    *(0.2,) * 6,
    0.6,
    2.0,
    *(5.0, 6.0, 5.0, 3.5, 2.5, 2.5, 2.0, 1.5, 1.0, 0.6, 0.4),
    *(0.2,) * 5,
)
CHARGING_ELSEWHERE = (*(0.5,) * 6, 1.0, 1.5, 2.5, *(3.5,) * 4, *(4.0,) * 5, 4.5, 4.0, 3.0, 2.0, 1.0, 0.5)
"""Charging by hour where people arrive at work, and at public chargers by day; assumptions, to be replaced. The
shares of the places are the overlay's: 50 to 80 % at home, 15 to 25 % at work, the rest in public after Hardman et
al. (2018), Transportation Research Part D 62, 508, doi:10.1016/j.trd.2018.04.002."""
DAY_SHIFT = (*(0.4,) * 6, 0.6, 0.8, *(1.0,) * 9, 0.8, 0.6, *(0.4,) * 5)
"""Industry with one full shift and a night load of 40 %; an assumption, to be replaced."""


def overlay_load(
    overlay: Overlay, hours: YearHours, energy_gwh: Mapping[int, float], like: Floats | None = None
) -> Floats:
    """Hourly power of an overlay [MW], a positive number also where it is netted.

    Parameters
    ----------
    overlay
        The overlay.
    hours
        The hours of the year.
    energy_gwh
        Energy by year [GWh].
    like
        The load of these hours, for what lies in proportion to it [MW].
    """
    annual = annual_energy(overlay, energy_gwh, hours.year)
    shape = _shape(overlay, hours, like)
    return np.asarray(shape * (annual * 1000 / shape.sum()))


def annual_energy(overlay: Overlay, energy_gwh: Mapping[int, float], year: int) -> float:
    """Energy of an overlay in a year [GWh]: straight lines between the years given, nothing before the first."""
    known = sorted(energy_gwh)
    if not known or year < known[0]:
        return 0.0
    return float(np.interp(year, known, [energy_gwh[one] for one in known])) * overlay.share / 100


def sun_height(hours: YearHours, latitude: float, longitude: float) -> Floats:
    """Sine of the sun's height in the middle of each hour, 0 at night.

    Declination and equation of time after J. W. Spencer (1971), Fourier series representation of the position
    of the sun, Search 2 (5), 172.

    Parameters
    ----------
    hours
        The hours.
    latitude, longitude
        [degrees], north and east positive.
    """
    middle = hours.utc + np.timedelta64(30, "m")
    day_of_year = (middle.astype("datetime64[D]") - middle.astype("datetime64[Y]")).astype(np.int64)
    a = 2 * np.pi * day_of_year / 365
    declination = (
        0.006918
        - 0.399912 * np.cos(a)
        + 0.070257 * np.sin(a)
        - 0.006758 * np.cos(2 * a)
        + 0.000907 * np.sin(2 * a)
        - 0.002697 * np.cos(3 * a)
        + 0.00148 * np.sin(3 * a)
    )
    equation = 229.18 * (
        0.000075
        + 0.001868 * np.cos(a)
        - 0.032077 * np.sin(a)
        - 0.014615 * np.cos(2 * a)
        - 0.040849 * np.sin(2 * a)
    )
    minute = (middle - middle.astype("datetime64[D]")).astype("timedelta64[m]").astype(np.int64)
    solar_minute = minute + equation + 4 * longitude
    angle = np.pi * (solar_minute / 720 - 1)
    phi = np.radians(latitude)
    height = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(angle)
    return np.asarray(np.clip(height, 0, None))


def _shape(overlay: Overlay, hours: YearHours, like: Floats | None) -> Floats:
    if overlay.shape is OverlayShape.LOAD and like is not None:
        return like
    if overlay.shape in (OverlayShape.FLAT, OverlayShape.LOAD):
        return np.ones(len(hours))
    if overlay.shape is OverlayShape.SUN:
        # Clear sky on a horizontal plane goes with about the power 1.15 of the sine: Adnot et al. (1979).
        return np.asarray(sun_height(hours, overlay.latitude, overlay.longitude) ** 1.15)
    if overlay.shape is OverlayShape.CHARGING_BY_PLACE:
        shares = (overlay.at_home, overlay.at_work, 100 - overlay.at_home - overlay.at_work)
        curves = np.array([EV_EVENING, CHARGING_AT_WORK, CHARGING_ELSEWHERE], dtype=float)
        day = np.asarray(shares) @ (curves / curves.sum(axis=1, keepdims=True))
        return np.asarray(day[hours.clock])
    by_hour = {
        OverlayShape.EVENING_CHARGING: EV_EVENING,
        OverlayShape.DAY_SHIFT: DAY_SHIFT,
        OverlayShape.BY_HOUR: overlay.by_hour,
    }[overlay.shape]
    return np.asarray(by_hour, dtype=float)[hours.clock]
