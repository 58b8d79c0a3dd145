"""What FAO-56 takes where an input was not measured; every value assumed so is listed.

References
----------
.. [1] Allen et al. (1998). FAO Irrigation and Drainage Paper 56, chapter 3, "Estimating missing climatic data":
   solar radiation by equation 50, dew point near Tmin by equation 48, wind of 2 m/s (page 63).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.evapotranspiration.model.equations import EQUATIONS, Equation
from workbench.evapotranspiration.physics.atmosphere import (
    mean_saturation_vapour_pressure,
    vapour_pressure_from_dew_point,
    vapour_pressure_from_extremes,
    vapour_pressure_from_rh_max,
)
from workbench.evapotranspiration.physics.radiation import KRS_COASTAL, KRS_INLAND, solar_from_temperature

WIND_WITHOUT_MEASUREMENT = 2.0
"""World-wide mean [m/s] ([1], page 63)."""
MIN_WIND = 0.5
"""Even in still air the surface layer mixes; the least the equation should be given [m/s] ([1], page 63)."""

ASSUMPTIONS = (
    "rs from the range of temperature",
    "humidity from tmin as dew point",
    "u2 taken as 2 m/s",
    "u2 raised to 0.5 m/s",
    "tmax or tmin missing",
)
"""What may have been assumed on a day; bit n of ``Filled.assumed`` is the n-th."""


@dataclass(frozen=True, slots=True)
class Filled:
    """Inputs of the equation, complete wherever FAO-56 knows a way.

    Parameters
    ----------
    ea
        Actual vapour pressure [kPa].
    rs
        Solar radiation [MJ m-2 d-1].
    u2
        Wind speed at 2 m [m s-1].
    assumed
        Bits of :data:`ASSUMPTIONS`, one number a day.
    """

    ea: Floats
    rs: Floats
    u2: Floats
    assumed: NDArray[np.uint8]


def fill_missing(weather: Mapping[str, Floats], ra: Floats, *, coastal: bool = False) -> Filled:
    """Complete the inputs of a day by the rules of FAO-56.

    Humidity is taken from the dew point, else from both extremes of relative humidity, else from its maximum,
    else from its mean, else from Tmin as dew point: the order in which FAO-56 trusts them.

    Parameters
    ----------
    weather
        Arrays of one shape by name: ``tmax``, ``tmin`` and any of ``tdew``, ``rh``, ``rh_max``, ``rh_min``,
        ``u2``, ``rs``.
    ra
        Extraterrestrial radiation [MJ m-2 d-1].
    coastal
        Whether a coast is near, for radiation from temperature.

    Returns
    -------
    Filled
        Arrays of the same shape.
    """
    tmax, tmin = weather["tmax"], weather["tmin"]
    assumed = np.zeros(tmax.shape, dtype=np.uint8)
    ea = _vapour_pressure(weather)
    assumed |= _bit(1, np.isnan(ea))
    ea = np.where(np.isnan(ea), vapour_pressure_from_dew_point(tmin), ea)
    rs = weather.get("rs")
    if rs is None or np.isnan(rs).any():
        measured = np.full(tmax.shape, np.nan) if rs is None else rs
        assumed |= _bit(0, np.isnan(measured))
        krs = KRS_COASTAL if coastal else KRS_INLAND
        rs = np.where(np.isnan(measured), solar_from_temperature(tmax, tmin, ra, krs=krs), measured)
    u2 = weather.get("u2", np.full(tmax.shape, np.nan))
    assumed |= _bit(2, np.isnan(u2)) | _bit(3, u2 < MIN_WIND)
    u2 = np.where(np.isnan(u2), WIND_WITHOUT_MEASUREMENT, np.maximum(u2, MIN_WIND))
    absent = np.isnan(tmax) | np.isnan(tmin)
    assumed = np.where(absent, _bit(4, absent), assumed).astype(np.uint8)
    return Filled(ea, np.asarray(rs, dtype=float), u2, assumed)


def assumed_for(equation: Equation, assumed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Keep of what was assumed what an equation uses.

    Parameters
    ----------
    equation
        Which one.
    assumed
        Bits of :data:`ASSUMPTIONS`.
    """
    facts = EQUATIONS[equation]
    used = (facts.needs_radiation, facts.needs_humidity, facts.needs_wind, facts.needs_wind, True)
    mask = sum(1 << bit for bit, needed in enumerate(used) if needed)
    return (assumed & np.uint8(mask)).astype(np.uint8)


def described(assumed: NDArray[np.uint8]) -> pd.Categorical[str]:
    """Describe what was assumed on each day; empty where all was measured."""
    present = np.flatnonzero(np.bincount(assumed, minlength=256))
    texts = ["; ".join(text for bit, text in enumerate(ASSUMPTIONS) if code >> bit & 1) for code in present]
    places = np.zeros(256, dtype=np.int16)
    places[present] = np.arange(len(present))
    return pd.Categorical.from_codes(places[assumed], pd.Index(texts, dtype=str))


INPUTS = ("radiation estimated", "humidity estimated", "wind assumed")
"""What the first bits of ``Filled.assumed`` mean for the inputs of a day."""


def origins(assumed: NDArray[np.uint8]) -> list[str]:
    """Say of each day which inputs of the equation were not given; empty where all were."""
    texts = {
        int(code): "; ".join(text for bit, text in enumerate(INPUTS) if int(code) >> bit & 1)
        for code in np.unique(assumed)
    }
    return [texts[int(code)] for code in assumed]


def _vapour_pressure(weather: Mapping[str, Floats]) -> Floats:
    tmax, tmin = weather["tmax"], weather["tmin"]
    ea = np.full(tmax.shape, np.nan)
    ways: list[tuple[tuple[str, ...], Callable[[], Floats]]] = [
        (("tdew",), lambda: vapour_pressure_from_dew_point(weather["tdew"])),
        (
            ("rh_max", "rh_min"),
            lambda: vapour_pressure_from_extremes(tmax, tmin, weather["rh_max"], weather["rh_min"]),
        ),
        (("rh_max",), lambda: vapour_pressure_from_rh_max(tmin, weather["rh_max"])),
        (("rh",), lambda: mean_saturation_vapour_pressure(tmax, tmin) * weather["rh"] / 100.0),
    ]
    for needed, way in ways:
        if all(name in weather for name in needed) and np.isnan(ea).any():
            ea = np.where(np.isnan(ea), way(), ea)
    return ea


def _bit(number: int, where: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return where.astype(np.uint8) << np.uint8(number)
