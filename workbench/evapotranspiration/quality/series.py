"""Faults that only a series shows: units, stuck values, and a wind that cannot be a daily mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.physics.radiation import (
    clear_sky,
    extraterrestrial,
    solar_from_temperature,
)
from workbench.evapotranspiration.quality.flags import Finding, Flag, Kind, Marks

FEWEST_DAYS = 20
"""Days needed to tell a unit that only the brightest days show."""
SHORT_RECORD = 5
"""Days needed to tell a unit that every day shows."""
MIN_STUCK_DAYS = 4
RARELY = 0.01
"""A run of equal values is called stuck when chance makes less than so many of them in the whole series."""
COARSE = 0.2
"""Share of the days on one value from which a series is too coarsely rounded to tell a dead sensor."""
STUCK_COLUMNS = ("tmax", "tmin", "tmean", "tdew", "rh", "rh_max", "rh_min", "u2", "rs", "precip", "eto")
STRONGEST_MEAN_WIND = 9.0
"""Median of the daily wind at 2 m that no inhabited place has [m/s]."""
RARE_MEAN_WIND = 5.0
"""Median of the daily wind at 2 m that few places have [m/s]."""
LEAST_OF_TEMPERATURE = 0.42
"""Least median of Rs over the radiation that the range of temperature gives; below it 0.01 % of the runs of five
days of twelve sites and twenty years (NASA POWER, Open-Meteo), and every record in kWh or as mean of hours."""
MIN_EXPECTED_SHARE = 0.4
"""Least share of Ra that a range of temperature must let expect to judge a radiation by it (6 K inland)."""
HOTTEST_MEDIAN = 45.0
"""Median of daily maxima that no place on Earth has [degC]."""


@dataclass(frozen=True, slots=True)
class RadiationUnit:
    """A unit that solar radiation is often given in.

    Parameters
    ----------
    name
        As people write it.
    size
        How many of it make 1 MJ m-2 d-1.
    """

    name: str
    size: float


RADIATION_UNITS = (
    RadiationUnit("W m-2 (mean of the day)", 1e6 / 86_400),
    RadiationUnit("cal cm-2 d-1 (langley)", 23.885),
    RadiationUnit("Wh m-2 d-1", 1e6 / 3_600),
    RadiationUnit("kJ m-2 d-1", 1e3),
    RadiationUnit("J m-2 d-1", 1e6),
    RadiationUnit("kWh m-2 d-1", 1 / 3.6),
    RadiationUnit("MJ m-2 h-1 (mean of the hours)", 1 / 24),
)
CLEAR_DAYS = (0.62, 1.25)
"""Where the 95th percentile of Rs/Rso lies in any climate."""


def unit_findings(weather: pd.DataFrame, site: Site, source: str) -> list[Finding]:
    """Tell temperatures in Fahrenheit or kelvin, humidity as a fraction, radiation and wind in another unit."""
    found = [*_temperature_unit(weather, source), *_humidity_unit(weather, source)]
    found += _radiation_unit(weather, site, source)
    return [*found, *_wind_unit(weather, source)]


def mark_stuck(weather: pd.DataFrame, source: str, marks: Marks) -> list[Finding]:
    """Flag runs of one and the same value that chance does not make.

    Notes
    -----
    The chance that a day repeats the one before is taken from the series itself, so that coarse rounding does
    not raise an alarm. Rain of zero is never stuck.
    """
    found = []
    for name in STUCK_COLUMNS:
        if name not in weather or len(weather) < FEWEST_DAYS:
            continue
        values = weather[name].to_numpy()
        lengths = _run_lengths(values)
        if name in ("precip", "eto"):
            lengths[values == 0] = 1
        if name.startswith("rh"):
            lengths[values >= 99.5] = 1
        if name == "rs":
            lengths[values == 0] = 1
        longest_by_chance = _longest_by_chance(values)
        stuck = lengths >= longest_by_chance
        reason = f"{{value}} on {longest_by_chance} or more days in a row"
        count = marks.mark(name, stuck, Flag.WRONG, reason)
        if count:
            first = weather.index[int(np.argmax(stuck))]
            message = (
                f"{source}: '{name}' does not change for up to {int(lengths.max())} days, first at "
                f"{values[np.argmax(stuck)]:g} from {first:%Y-%m-%d}; these {count} days are not used."
            )
            found.append(Finding(Kind.STUCK, source, name, message, count))
    return found


def _temperature_unit(weather: pd.DataFrame, source: str) -> list[Finding]:
    if "tmax" not in weather or weather["tmax"].count() < 1:
        return []
    highest = weather["tmax"].where(weather["tmax"].between(-150, 400)).dropna()
    if highest.empty:
        return []
    median, warm = (float(value) for value in highest.quantile([0.5, 0.9]))
    if max(median, warm - 10.0) <= HOTTEST_MEDIAN:
        return []
    kelvin = median > 180.0
    unit, way = ("kelvin", "subtract 273.15") if kelvin else ("Fahrenheit", "use (F - 32) / 1.8")
    message = (
        f"{source}: 'tmax' runs from {highest.min():g} to {highest.max():g}, half of it above "
        f"{median:g}: {unit}; expected degC, {way}."
    )
    columns = [name for name in ("tmax", "tmin", "tmean", "tdew") if name in weather]
    return [Finding(Kind.UNIT, source, name, message, len(highest), unusable=True) for name in columns]


def _wind_unit(weather: pd.DataFrame, source: str) -> list[Finding]:
    days = int(weather["u2"].count()) if "u2" in weather else 0
    median = float(weather["u2"].median()) if days >= SHORT_RECORD else 0.0
    if median > STRONGEST_MEAN_WIND and days >= FEWEST_DAYS:
        message = (
            f"{source}: half of the days have a u2 above {median:.1f}, as no place has in m/s; give m/s at "
            "2 m (km/h are to be divided by 3.6, knots by 1.94)."
        )
        return [Finding(Kind.UNIT, source, "u2", message, days, unusable=True)]
    if median > RARE_MEAN_WIND:
        message = (
            f"{source}: half of the days have a u2 above {median:.1f}, which is rare in m/s at 2 m; look whether "
            "it is in km/h, mph or knots (write 'u2 [km/h]') or of 10 m ('wind_10m [m/s]')."
        )
        return [Finding(Kind.UNIT, source, "u2", message, days)]
    return []


def _humidity_unit(weather: pd.DataFrame, source: str) -> list[Finding]:
    found = []
    for name in ("rh", "rh_max", "rh_min"):
        if name in weather and weather[name].count() >= SHORT_RECORD:
            values = weather[name].where(weather[name] >= 0).dropna()
            if len(values) and 0 < values.max() <= 1.05:
                message = (
                    f"{source}: '{name}' runs from {values.min():g} to {values.max():g}: a fraction; expected %, "
                    "multiply by 100."
                )
                found.append(Finding(Kind.UNIT, source, name, message, len(values), unusable=True))
    return found


def _radiation_unit(weather: pd.DataFrame, site: Site, source: str) -> list[Finding]:
    if "rs" not in weather or weather["rs"].count() < SHORT_RECORD:
        return []
    day = pd.DatetimeIndex(weather.index).day_of_year.to_numpy()
    rso = clear_sky(extraterrestrial(site.latitude, day), site.elevation)
    rs = weather["rs"].to_numpy()
    usable = np.isfinite(rs) & (rs > 0) & (rso > 3.0)
    if usable.sum() < SHORT_RECORD:
        return []
    bright = float(np.quantile(rs[usable] / rso[usable], 0.95))
    if (finding := _dim_for_its_temperatures(weather, site, source, usable)) is not None:
        return [finding]
    if usable.sum() < FEWEST_DAYS and bright < CLEAR_DAYS[1]:
        return []
    if CLEAR_DAYS[0] / 1.5 <= bright <= CLEAR_DAYS[1]:
        return []
    unit = _named_unit(bright)
    if not unit and bright < CLEAR_DAYS[1]:
        return []
    advice = f"this looks like {unit.name}, divide by {unit.size:.4g}" if unit else "its unit is not known"
    message = (
        f"{source}: 'rs' is {bright:.3g} times that of a clear sky on bright days (it reaches "
        f"{rs[usable].max():.4g} where {rso.max():.1f} MJ m-2 d-1 are possible): {advice}."
    )
    return [Finding(Kind.UNIT, source, "rs", message, int(usable.sum()), unusable=True)]


def _dim_for_its_temperatures(
    weather: pd.DataFrame, site: Site, source: str, usable: NDArray[np.bool_]
) -> Finding | None:
    """Tell a radiation far below what the daily range of temperature lets expect, on clear and dull days alike."""
    if "tmax" not in weather or "tmin" not in weather:
        return None
    days = weather[usable]
    ra = extraterrestrial(site.latitude, pd.DatetimeIndex(days.index).day_of_year.to_numpy())
    expected = solar_from_temperature(days["tmax"].to_numpy(), days["tmin"].to_numpy(), ra)
    # Days of a small range are dull themselves, and winters of high latitudes say nothing.
    warm = np.isfinite(expected) & (expected > 3.0) & (expected > MIN_EXPECTED_SHARE * ra)
    if warm.sum() < SHORT_RECORD:
        return None
    share = float(np.median(days["rs"].to_numpy()[warm] / expected[warm]))
    units = [unit for unit in RADIATION_UNITS if unit.size < 1.0]
    if share >= LEAST_OF_TEMPERATURE:
        return None
    unit = min(units, key=lambda one: abs(np.log(share / one.size)))
    message = (
        f"{source}: 'rs' is {share:.3g} times what the daily range of temperature lets expect, on most days: this "
        f"looks like {unit.name}, divide by {unit.size:.4g}."
    )
    return Finding(Kind.UNIT, source, "rs", message, int(warm.sum()), unusable=True)


def _named_unit(bright: float) -> RadiationUnit | None:
    near = [unit for unit in RADIATION_UNITS if CLEAR_DAYS[0] <= bright / unit.size <= CLEAR_DAYS[1]]
    return min(near, key=lambda unit: abs(np.log(bright / unit.size)), default=None)


def _run_lengths(
    values: Floats,
) -> NDArray[np.int64]:
    """Length of the run of equal values that each value belongs to; 1 for what is missing."""
    new = np.ones(len(values), dtype=bool)
    new[1:] = values[1:] != values[:-1]
    number = np.cumsum(new) - 1
    return np.asarray(np.bincount(number)[number], dtype=np.int64)


def _longest_by_chance(values: Floats) -> int:
    """Shortest run of equal values that chance makes less than once in a hundred such series."""
    new = np.ones(len(values), dtype=bool)
    new[1:] = values[1:] != values[:-1]
    runs = np.diff(np.append(np.flatnonzero(new), len(values)))
    longest = int(np.argmax(runs))
    others = np.delete(runs, longest)
    same = values[np.flatnonzero(new)] == values[np.flatnonzero(new)[longest]]
    if runs[longest] < 0.9 * len(values) and np.delete(same, longest) @ others > COARSE * len(values):
        return len(values) + 1
    # How often a pair continues to a third day; counted once a run, so that one long fault weighs little.
    pairs, thirds = int((runs >= 2).sum()), int((runs >= 3).sum())
    goes_on = min(0.7, (thirds + 1.0) / (pairs + 5.0))
    needed = 2 + np.log(RARELY / max(pairs, 1)) / np.log(goes_on)
    return max(MIN_STUCK_DAYS, int(np.ceil(needed)))
