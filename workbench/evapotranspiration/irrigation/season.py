"""The seasons of a field on the weather of its place: coefficients, water, irrigation, day by day and in sum.

All seasons of a field, and the low and high scenarios of the days ahead, are followed at once.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from workbench.data.arrays import Floats
from workbench.errors import InvalidData
from workbench.evapotranspiration.irrigation.balance import (
    Balance,
    Crops,
    Rule,
    Surface,
    Water,
    water_balance,
)
from workbench.evapotranspiration.irrigation.coefficients import (
    adjusted_for_climate,
    canopy_cover,
    crop_coefficient,
    greatest_coefficient,
    growth,
)
from workbench.evapotranspiration.irrigation.degree_days import degree_days
from workbench.evapotranspiration.irrigation.soil import total_available
from workbench.evapotranspiration.model.fields import Field

__all__ = ["CLIMATE_COLUMNS", "MEASURED", "Seasons", "follow_seasons", "plantings"]

CLIMATE_COLUMNS = ("eto", "eto_low", "eto_high", "rain", "tmax", "tmin", "wind", "humidity", "basis")
MEASURED = "past"
"""Basis of a day that is over; others are ``forecast`` and ``usual``."""
STANDARD_WIND, STANDARD_HUMIDITY = 2.0, 45.0
"""Climate of the tables of FAO-56, in which no coefficient is adjusted."""
STAGES = ("initial", "development", "middle", "late")
MIDDLE = 1
"""Scenarios of the evapotranspiration are low, as expected and high, along the first axis."""


@dataclass(frozen=True, slots=True)
class Seasons:
    """The seasons of a field.

    Parameters
    ----------
    days
        One row for each season and day: the columns of the table ``days`` of a result.
    coefficients
        One row for each season: the coefficients as adjusted to its climate.
    """

    days: pd.DataFrame
    coefficients: pd.DataFrame


def plantings(field: Field, dates: pd.DatetimeIndex) -> tuple[list[datetime.date], list[datetime.date]]:
    """Give the days of planting whose seasons the weather has from their first day, and those it lacks.

    Parameters
    ----------
    field
        The field.
    dates
        Days of the weather, sorted.
    """
    first, last = dates[0].date(), dates[-1].date()
    year = field.planting[2]
    years = [year] if year else range(first.year - 1, last.year + 1)
    begun = [field.planted_in(one) for one in years]
    harvests = {day: day + datetime.timedelta(field.stages.season - 1) for day in begun}
    touched = [day for day in begun if day <= last and harvests[day] >= first]
    return [day for day in touched if day >= first], [day for day in touched if day < first]


def follow_seasons(
    field: Field,
    climate: pd.DataFrame,
    begun: Sequence[datetime.date],
    *,
    dual: bool = True,
    given: pd.Series | None = None,
    planned: bool = True,
) -> Seasons:
    """Follow the water of a field through its seasons.

    Parameters
    ----------
    field
        The field.
    climate
        Indexed by date without gaps, columns :data:`CLIMATE_COLUMNS`: mm/d, degC, m/s at 2 m, least relative
        humidity in %, and the basis of the day.
    begun
        Days of planting; one season each.
    dual
        Whether evaporation is followed by itself (Kcb + Ke), or a single coefficient is used.
    given
        Applied irrigation by date [mm]; what the root zone gets of it is by the efficiency.
    planned
        Whether irrigation is planned on all days; else only on those that are not over.

    Raises
    ------
    InvalidData
        When no season is given.
    """
    if not begun:
        raise InvalidData(f"{field.name}: the weather holds the beginning of no season.")
    table = _by_season(climate, begun, field.stages.season)
    length = field.stages.season
    day = np.arange(1.0, length + 1)
    wind, humidity = _known(table["wind"], STANDARD_WIND), _known(table["humidity"], STANDARD_HUMIDITY)
    curve = _coefficients(field, day, wind, humidity, dual=dual)
    grown = growth(day, field.stages.days)
    if field.crop.perennial:
        grown = np.ones_like(grown)
    height = field.height_at_planting + (field.crop.height - field.height_at_planting) * grown
    roots = field.roots_at_planting + (field.roots - field.roots_at_planting) * grown
    available = total_available(field.soil.available, roots)
    coefficient = crop_coefficient(day, field.stages.days, curve[0], curve[1][:, None], curve[2][:, None])
    surface = _surface(field, coefficient, height, wind, humidity) if dual else None
    applied = _given(given, begun, length) * field.system.efficiency
    over = table["over"] > 0
    balance = water_balance(
        Water(
            np.stack([table["eto_low"], table["eto"], table["eto_high"]]),
            table["rain"],
            applied,
            np.nan if field.curve_number is None else field.curve_number,
        ),
        Crops(coefficient, available, field.crop.p, field.depletion * available[0]),
        surface,
        _rule(field, np.ones_like(over) if planned else ~over),
    )
    names = [f"{planted.year}" for planted in begun]
    days = _table(field, begun, table, balance, coefficient, roots)
    corners = pd.DataFrame(
        {"season": names, "planted": pd.DatetimeIndex(pd.to_datetime(list(begun))).as_unit("s")}
        | dict(zip(("initial", "middle", "end"), curve, strict=True))
    )
    return Seasons(days, corners)


def _coefficients(
    field: Field, day: Floats, wind: Floats, humidity: Floats, *, dual: bool
) -> tuple[float, Floats, Floats]:
    """The three corners of the curve, the last two adjusted to the climate of their stage in each season."""
    crop = field.crop
    ini, mid, end = (
        (crop.kcb_ini, crop.kcb_mid, crop.kcb_end) if dual else (crop.kc_ini, crop.kc_mid, crop.kc_end)
    )
    ends = np.cumsum(field.stages.days)

    def adjusted(value: float, begin: float, finish: float) -> Floats:
        inside = (day > begin) & (day <= finish)
        if not inside.any():
            return np.full(len(wind), value)
        return adjusted_for_climate(
            value, wind[:, inside].mean(axis=1), humidity[:, inside].mean(axis=1), crop.height
        )

    return ini, adjusted(mid, ends[1], ends[2]), adjusted(end, ends[2], ends[3])


def _surface(field: Field, basal: Floats, height: Floats, wind: Floats, humidity: Floats) -> Surface:
    greatest = greatest_coefficient(basal, wind, humidity, height)
    bare = min(0.15, field.crop.kcb_ini)
    return Surface(
        greatest,
        canopy_cover(basal, greatest, height, bare=bare),
        field.soil.evaporable,
        min(field.soil.readily_evaporable, 0.9 * field.soil.evaporable),
        # The surface is as dry at planting as the root zone.
        field.depletion * field.soil.evaporable,
        field.system.wetted,
        field.system.below_canopy,
    )


def _rule(field: Field, allowed: ArrayLike) -> Rule:
    def or_none(value: float | None, otherwise: float) -> float:
        return otherwise if value is None else value

    return Rule(
        allowed,
        or_none(field.share, np.nan),
        or_none(field.depth, np.nan),
        field.leave,
        or_none(field.limit, np.inf),
    )


def _by_season(climate: pd.DataFrame, begun: Sequence[datetime.date], length: int) -> dict[str, Floats]:
    """Cut the columns of the weather into seasons ``(seasons, days)``; days it does not have are missing."""
    first = climate.index[0].date()
    at = np.array([(day - first).days for day in begun])[:, None] + np.arange(length)
    there = (at >= 0) & (at < len(climate))
    place = np.where(there, at, 0)
    names = [name for name in CLIMATE_COLUMNS if name != "basis"]
    table = {name: np.where(there, climate[name].to_numpy(dtype=float)[place], np.nan) for name in names}
    over = (climate["basis"] == MEASURED).to_numpy()[place] & there
    return {**table, "over": over, "place": np.where(there, at, -1)}


def _given(given: pd.Series | None, begun: Sequence[datetime.date], length: int) -> Floats:
    found = np.zeros((len(begun), length))
    if given is not None and len(given):
        sums = given.groupby(level=0).sum()
        for number, day in enumerate(begun):
            days = pd.date_range(day, periods=length, freq="D")
            found[number] = sums.reindex(days).fillna(0.0).to_numpy()
    return found


def _known(values: Floats, otherwise: float) -> Floats:
    """Fill what is missing with the mean of what is known of the season, or with the climate of the tables."""
    known = np.isfinite(values)
    count = known.sum(axis=1, keepdims=True)
    sums = np.where(known, values, 0.0).sum(axis=1, keepdims=True)
    mean = np.where(count > 0, sums / np.maximum(count, 1), otherwise)
    return np.where(known, values, mean)


def _table(
    field: Field,
    begun: Sequence[datetime.date],
    table: dict[str, Floats],
    balance: Balance,
    coefficient: Floats,
    roots: Floats,
) -> pd.DataFrame:
    seasons, length = table["eto"].shape
    warmth = field.crop.base_temperature
    if warmth is None:
        sums = np.full((seasons, length), np.nan)
    else:
        upper = np.inf if field.crop.upper_temperature is None else field.crop.upper_temperature
        sums = np.cumsum(degree_days(table["tmax"], table["tmin"], warmth, upper), axis=1)
    starts = np.array([np.datetime64(day, "s") for day in begun])[:, None]
    dates = starts + (np.arange(length) * np.timedelta64(86_400, "s"))
    stage = np.searchsorted(np.cumsum(field.stages.days), np.arange(1, length + 1), side="left")
    names = np.array(STAGES)[np.minimum(stage, 3)]

    def flat(values: Floats) -> Floats:
        return np.broadcast_to(values, (seasons, length)).ravel()

    def of(name: str) -> Floats:
        return flat(getattr(balance, name)[MIDDLE])

    # Where the water of the root zone is not known, nobody knows that no irrigation is due.
    irrigation = np.where(np.isfinite(balance.depletion), balance.irrigation, np.nan)
    # What the root zone lacks if the irrigation of the days ahead is not applied.
    ahead = np.where(table["over"] > 0, 0.0, balance.irrigation)
    need = balance.depletion + np.cumsum(ahead, axis=-1)

    made = pd.DataFrame(
        {
            "season": np.repeat([f"{day.year}" for day in begun], length),
            "date": dates.ravel(),
            "stage": np.tile(names, seasons),
            "eto": flat(table["eto"]),
            "eto_low": flat(table["eto_low"]),
            "eto_high": flat(table["eto_high"]),
            "rain": flat(table["rain"]),
            "coefficient": flat(coefficient),
            "ke": of("ke"),
            "ks": of("ks"),
            "etc": of("etc"),
            "etc_low": flat(balance.etc.min(axis=0)),
            "etc_high": flat(balance.etc.max(axis=0)),
            "eta": of("eta"),
            "evaporation": of("evaporation"),
            "transpiration": of("transpiration"),
            "net": flat(irrigation[MIDDLE]),
            "gross": flat(irrigation[MIDDLE]) / field.system.efficiency,
            "runoff": of("runoff"),
            "percolation": of("percolation"),
            "depletion": of("depletion"),
            "need": flat(need[MIDDLE]),
            "need_low": flat(need.min(axis=0)),
            "need_high": flat(need.max(axis=0)),
            "available": of("available"),
            "readily": of("readily"),
            "short": of("short"),
            "roots": flat(roots),
            "degree_days": sums.ravel(),
            "place": flat(table["place"]),
        }
    )
    made.insert(0, "field", field.name)
    return made[made["place"] >= 0].reset_index(drop=True)
