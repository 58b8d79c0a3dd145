"""Days of the hourly equation: the hours of a weather file, placed in time by zone or sun, and summed to days."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.errors import InvalidData
from workbench.evapotranspiration.equation.hourly import HOURS_OF_A_DAY, LIMITS, hourly_eto
from workbench.evapotranspiration.equation.penman_monteith import Surface
from workbench.evapotranspiration.model.equations import Equation
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.physics.radiation_hourly import seasonal_correction

FEWEST_HOURS = 23
"""Hours of a day of which the rest is spread evenly, as of the daily values."""
FEWEST_SUNNY_DAYS = 5
DOUBTFUL_SHIFT = 1.5
"""Distance of the file's noon from the sun's [h] that neither clouds nor a summer time make."""
HOUR = pd.Timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DaySums:
    """ETo of the days of one source.

    Parameters
    ----------
    eto
        Indexed by the local day [mm/d]; missing where hours of it lack an input.
    zone
        How far the clock of the file is ahead of UTC, and where that is from.
    is_derived
        Whether that is told from the sun.
    doubt
        What speaks against the times; empty if nothing does.
    refused
        Hours with a value that does not occur on Earth, by column.
    """

    eto: pd.Series
    zone: str
    is_derived: bool
    doubt: str
    refused: dict[str, int]


def sums_of_hours(
    hours: pd.DataFrame, site: Site, equation: Equation, zone: datetime.tzinfo | None = None
) -> DaySums:
    """Compute the hourly equation and sum it to days.

    Parameters
    ----------
    hours
        Of one source, indexed by their begin (clock time): ahead (of UTC [h], where it is known), temperature
        [degC], rs [MJ m-2 h-1], u2 [m/s at 2 m], and rh [%] or tdew [degC].
    site
        The place.
    equation
        FAO-56, ASCE short or ASCE tall.
    zone
        That of the clock, where the hours do not say it; told from the sun if None.

    Raises
    ------
    InvalidData
        When an input is not there at all, or radiation is none of its unit.

    Notes
    -----
    An hour without a measured input has no ETo, and its day none by hours: nothing is put in its place here.
    """
    lacking = [name for name in ("temperature", "u2", "rs") if name not in hours or hours[name].isna().all()]
    humidity = next((name for name in ("tdew", "rh") if name in hours and hours[name].notna().any()), "")
    lacking += [] if humidity else ["rh or tdew"]
    if lacking:
        raise InvalidData(f"the hours have no {', '.join(lacking)}")
    own = hours[~hours.index.duplicated()].sort_index()
    values, refused = _within_limits(own[["temperature", "u2", "rs", humidity]])
    ahead, words, is_derived = _ahead_of_utc(own, values["rs"], site, zone)
    utc = pd.DatetimeIndex(own.index - pd.to_timedelta(ahead, unit="h"))
    known = np.asarray(~(utc.isna() | utc.duplicated()))
    local_days = pd.DatetimeIndex(own.index).normalize()
    local = pd.Series(local_days, index=utc)[known]
    placed = values.set_axis(utc)[known].sort_index()
    # Stamps of half-hour zones stay on their own clock: only the step has to be even.
    whole = pd.date_range(placed.index[0], placed.index[-1], freq="h")
    placed = placed.reindex(whole).set_axis(whole.tz_localize("UTC"))
    eto = hourly_eto(placed, site, surface=Surface(equation.value))["eto"].where(placed.notna().all(axis=1))
    by_day = (
        eto.tz_localize(None).reindex(local.index).groupby(local.to_numpy()).agg(["mean", "count", "size"])
    )
    # A day on which clocks change has 23 hours or 25; of any other the hour that is missing is as the rest.
    changes = pd.Series(ahead, index=own.index).groupby(local_days).agg(np.ptp) > 0
    length = by_day["size"].where(changes.reindex(by_day.index), HOURS_OF_A_DAY)
    sums = (by_day["mean"] * length).where(by_day["count"] >= FEWEST_HOURS)
    shift = 0.0 if is_derived else _noon(own["rs"], site) - float(np.nanmedian(ahead))
    doubt = (
        f"the sun of the hours is highest {abs(shift):.1f} h {'after' if shift > 0 else 'before'} noon: their "
        "clock is another, or its zone"
        if abs(shift) > DOUBTFUL_SHIFT
        else ""
    )
    return DaySums(sums.rename_axis("date"), words, is_derived, doubt, refused)


def _within_limits(values: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Leave out single values that do not occur; a column full of them is left to the equation to refuse."""
    kept, refused = values.copy(), {}
    for name in values:
        low, high, *_ = LIMITS[str(name)]
        wrong = (values[name] < low) | (values[name] > high)
        if 0 < wrong.sum() <= 0.05 * values[name].count():
            kept[name] = values[name].mask(wrong)
            refused[str(name)] = int(wrong.sum())
    return kept, refused


def _ahead_of_utc(
    own: pd.DataFrame, rs: pd.Series, site: Site, zone: datetime.tzinfo | None
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], str, bool]:
    """Give how far each hour's clock is ahead of UTC [h], in words too, and whether the sun has told it."""
    if "ahead" in own and own["ahead"].notna().all():
        return own["ahead"].to_numpy(dtype=float), "as the times say", False
    if zone is not None:
        index = pd.DatetimeIndex(own.index)
        placed = index.tz_localize(zone, ambiguous="NaT", nonexistent="NaT").tz_convert("UTC")
        return np.asarray((index - placed.tz_localize(None)) / HOUR, dtype=float), f"{zone}, as given", False
    ahead = _noon(rs, site)
    if np.isnan(ahead):
        ahead = site.longitude / 15.0
        words = f"{_signed(round(ahead))}, by its longitude"
        return np.full(len(own), float(round(ahead))), words, True
    ahead = round(2.0 * ahead) / 2.0
    return np.full(len(own), ahead), f"{_signed(ahead)}, as the sun is highest in these hours", True


def _noon(rs: pd.Series, site: Site) -> float:
    """How far the clock is ahead of UTC by when the sun is highest: median over the days [h]."""
    index = pd.DatetimeIndex(rs.index)
    day = index.normalize()
    light = rs.clip(lower=0.0)
    sums = pd.DataFrame({"light": light, "moment": light * (index.hour + index.minute / 60.0 + 0.5)})
    by_day = sums.groupby(day).sum(min_count=FEWEST_HOURS).dropna()
    by_day = by_day[by_day["light"] > 1.0]
    if len(by_day) < FEWEST_SUNNY_DAYS:
        return np.nan
    middle = (by_day["moment"] / by_day["light"]).to_numpy()
    days = pd.DatetimeIndex(by_day.index).day_of_year.to_numpy()
    noon = 12.0 - site.longitude / 15.0 - seasonal_correction(days)
    ahead = np.mod(middle - noon + 12.0, 24.0) - 12.0
    # Beyond the date line clocks are up to 14 h ahead.
    found = float(np.median(ahead))
    return found + 24.0 if site.longitude > 0 and found < -6 else found


def _signed(hours: float) -> str:
    minutes = round(abs(hours) * 60)
    return f"UTC{'-' if hours < 0 else '+'}{minutes // 60}" + (f":{minutes % 60:02d}" if minutes % 60 else "")
