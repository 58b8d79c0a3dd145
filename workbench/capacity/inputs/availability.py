"""How much of a plant's capacity the weather lets it use, where the workbook does not say.

Stylised years for a place in the tropics: enough to make a plan run, and always reported as an assumption.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats

LATITUDE = 10.0
"""Degrees north; the length of the day differs by an hour between 10 and 20 degrees."""
_CLEARNESS = np.array([0.72, 0.74, 0.73, 0.66, 0.60, 0.42, 0.41, 0.48, 0.55, 0.54, 0.58, 0.66])
"""Part of the clear-sky radiation that arrives, January to December: the monsoon shows."""
_WIND = np.array([0.14, 0.12, 0.12, 0.14, 0.30, 0.48, 0.52, 0.48, 0.34, 0.16, 0.12, 0.14])
_WATER = np.array([0.28, 0.28, 0.32, 0.36, 0.36, 0.42, 0.58, 0.60, 0.50, 0.46, 0.38, 0.32])
_TURBIDITY = 0.14
"""Extinction per unit of air mass."""


def solar_availability(hours: pd.DatetimeIndex, latitude: float = LATITUDE) -> Floats:
    """Output of a fixed horizontal solar plant over its capacity.

    Declination after Cooper (1969), air mass 1/sin h, one exponential extinction.

    Parameters
    ----------
    hours
        Beginnings of the hours, local time taken as solar time.
    latitude
        Degrees.
    """
    day = hours.day_of_year.to_numpy()
    declination = np.deg2rad(23.45) * np.sin(2 * np.pi * (284 + day) / 365)
    hour_angle = np.deg2rad(15.0) * (hours.hour.to_numpy() + 0.5 - 12)
    angle = np.deg2rad(latitude)
    height = np.sin(angle) * np.sin(declination) + np.cos(angle) * np.cos(declination) * np.cos(hour_angle)
    sun = np.clip(height, 0.0, None)
    clear = sun * np.exp(-_TURBIDITY / np.maximum(sun, 0.02))
    days = np.unique(hours.normalize(), return_inverse=True)[1]
    clouds = 1 + 0.18 * _weather(int(days.max()) + 1, 7)[days]
    return np.asarray(np.clip(clear * _CLEARNESS[hours.month.to_numpy() - 1] * clouds * 1.32, 0.0, 1.0))


def wind_availability(hours: pd.DatetimeIndex) -> Floats:
    """Output of wind plants over their capacity: monsoon season, spells of days, stronger in the evening."""
    spells = _weather(len(hours) // 24 + 2, 11)
    hourly = np.interp(np.arange(len(hours)) / 24, np.arange(spells.size), spells)
    daily = 1 + 0.12 * np.cos((hours.hour.to_numpy() - 18) / 24 * 2 * np.pi)
    return np.asarray(np.clip(_WIND[hours.month.to_numpy() - 1] * (1 + 0.45 * hourly) * daily, 0.0, 0.95))


def water_limits() -> dict[int, float]:
    """Highest capacity factor of hydro plants by calendar month, from inflow."""
    return {month + 1: float(value) for month, value in enumerate(_WATER)}


def _weather(days: int, seed: int) -> Floats:
    """Spells of good and bad days: a first-order autoregression (0.7) of unit variance."""
    shocks = np.random.default_rng(seed).standard_normal(days) * np.sqrt(1 - 0.7**2)
    spell = np.empty(days)
    spell[0] = shocks[0]
    for day in range(1, days):
        spell[day] = 0.7 * spell[day - 1] + shocks[day]
    return spell
