"""Rows of hours, or of any other even part of a day, made to days: extremes, means and sums of whole days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from workbench.data.problems import Problems
from workbench.evapotranspiration.inputs.tables.headers import words
from workbench.evapotranspiration.model.weather import WEATHER_COLUMNS

HOUR = pd.Timedelta(hours=1)
LONGEST_STEP = pd.Timedelta(hours=3)
WHOLE_DAY = 23 / 24
"""Share of its rows that a day has to have; what it lacks is spread evenly."""
MOST_OF_AN_HOUR = 6.0
"""More than the sun sends in an hour, even with clouds that reflect [MJ/m2]."""
CLOCK_IS_SET_BACK = 1 / 700
"""Share of its hours that may come twice: one of a month."""
_TIME = r"[T ](\d{1,2})(?::(\d{2})(?::(\d{2}))?)?\s*(?:([AaPp])[Mm])?"
_AHEAD = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?|(Z|UTC|GMT))$"
"""What a time of day is followed by where it says how far its clock is ahead of UTC."""
_UTC = r"(?:Z|[+-]00:?00|UTC)\s*$"
_OF_TEMPERATURE = ("tmax", "tmin", "tmean")


def clock_times(texts: pd.Series) -> pd.Series:
    """Give the time of day that texts of dates have; missing where they have none."""
    if pd.api.types.is_datetime64_any_dtype(texts.dtype):
        local = texts.dt.tz_localize(None) if texts.dt.tz is not None else texts
        return pd.Series(local - local.dt.normalize(), index=texts.index)
    found = words(texts).str.extract(_TIME)
    hour = pd.to_numeric(found[0], errors="coerce")
    half = found[3].str.lower()
    hour = hour.where(half.isna(), hour % 12 + (half == "p") * 12)
    seconds = hour * 3600
    for place, size in ((1, 60), (2, 1)):
        seconds = seconds + pd.to_numeric(found[place], errors="coerce").fillna(0) * size
    return pd.to_timedelta(seconds, unit="s")


def are_hours(days: pd.Series, times: pd.Series, groups: pd.Series) -> bool:
    """Whether rows are parts of days: several times on most days of a place and source."""
    if times.isna().any() or times.nunique() < 2:
        return False
    rows = pd.DataFrame({"group": groups, "day": days, "time": times}).drop_duplicates()
    return bool(len(rows) > 4 * len(rows.drop_duplicates(["group", "day"])))


def days_of_hours(
    frame: pd.DataFrame,
    times: pd.Series,
    headers: Mapping[Any, Any],
    texts: pd.Series,
    problems: Problems,
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Make days of the rows of hours.

    Parameters
    ----------
    frame
        site, source, date (the day as it is written) and values in our units; the index numbers the rows.
    times
        Time of day of each row.
    headers
        What the headers say: ``rates`` names columns whose values are means over their time (radiation, rain and
        ETo that are not are sums over it), ``ahead`` how far the clock is ahead of UTC [h].
    texts
        Dates as they are written, to tell a zone.
    problems
        Takes what was made of them.

    Returns
    -------
    DataFrame
        The same columns, with both extremes and the mean of temperature and humidity; the index is that of the
        first row of each day.
    DataFrame or None
        As of :func:`whole_hours`; None where rows are longer than an hour.
    """
    stamps = frame["date"] + times
    groups = frame["site"] + "\0" + frame["source"]
    step = _step(stamps, groups)
    if step is None:
        problems.error(
            "column 'date': there are several rows a day, and no even step of at most three hours between most of "
            "them; give one row a day, or an even part of it."
        )
        return frame, None
    ends, why = _are_ends(stamps, times, step)
    begins = stamps - step if ends else stamps
    repeated = pd.DataFrame({"group": groups, "stamp": stamps}).duplicated()
    if repeated.any():
        rows, first = int(repeated.sum()), frame.index[repeated.to_numpy()][0]
        said = f"row {first}, column 'date': {stamps[first]:%Y-%m-%d %H:%M} comes twice ({rows} such rows)"
        # A clock that is set back repeats an hour, once a year and place.
        if rows > max(1.0, CLOCK_IS_SET_BACK * len(frame)) * (pd.Timedelta(hours=1) / step):
            problems.error(f"{said}; keep one row a time.")
            return frame, None
        problems.warning(f"{said}, as where a clock is set back; both count.")
    keys = [groups, begins.dt.normalize().rename("day")]
    frame = _with_known_radiation(frame, headers.get("rates", ()), step, problems)
    table = _reduced_to_days(frame, keys, step)
    partial = int(table.drop(columns="row").isna().all(axis=1).sum())
    table = table[table.drop(columns="row").notna().any(axis=1)]
    parts = [str(group).split("\0") for group in table.index.get_level_values(0)]
    days = table.index.get_level_values("day")
    table = table.assign(site=[one[0] for one in parts], source=[one[1] for one in parts], date=days)
    problems.change(
        f"{len(frame)} rows of {step.total_seconds() / 60:g} minutes were made {len(table)} days of extremes, "
        f"means and sums; a time is taken as the {'end' if ends else 'begin'} of its row ({why})."
        + (f" {partial} days of which more than an hour is missing are left out." if partial else "")
    )
    if not pd.api.types.is_datetime64_any_dtype(texts.dtype) and words(texts).str.contains(_UTC).all():
        problems.warning(
            "column 'date': the times are written in UTC, so days are those of Greenwich; give local times where "
            "the place is far from it."
        )
    names = [name for name in WEATHER_COLUMNS if name in table]
    made = table.set_index("row")[["site", "source", "date", *names]].rename_axis(None)
    ahead = _ahead_of_utc(texts).fillna(headers.get("ahead", np.nan))
    return made, whole_hours(frame, begins, step, ahead)


def whole_hours(
    frame: pd.DataFrame, begins: pd.Series, step: pd.Timedelta, ahead: pd.Series
) -> pd.DataFrame | None:
    """Give what the hourly equation needs, hour by hour.

    Parameters
    ----------
    frame
        Rows of an hour or an even part of it, radiation as a mean [MJ/m2/d].
    begins
        Clock time at which each row begins.
    step
        Length of a row.
    ahead
        How far the clock of each row is ahead of UTC [h]; missing where nothing says it.

    Returns
    -------
    DataFrame or None
        site, source, begin (clock time), ahead (of UTC [h], missing where it is not written), and those there are
        of temperature, tdew [degC], rh [%], u2 [m/s] and rs [MJ/m2/h]: means of hours of which every row is there.
        None where rows are no part of an hour.
    """
    per_hour = HOUR / step
    if per_hour < 1 or per_hour % 1:
        return None
    columns = {
        "temperature": frame.get("tmean"),
        **{name: frame.get(name) for name in ("tdew", "rh", "u2")},
        "rs": frame["rs"] / 24 if "rs" in frame else None,
    }
    if columns["temperature"] is None and {"tmax", "tmin"} <= set(frame):
        columns["temperature"] = (frame["tmax"] + frame["tmin"]) / 2
    values = pd.DataFrame({name: column for name, column in columns.items() if column is not None})
    keys = {"site": frame["site"], "source": frame["source"], "begin": begins.dt.floor("h")}
    table = values.assign(**keys, ahead=ahead)
    if per_hour == 1:
        return table.reset_index(drop=True)
    grouped = table.groupby(list(keys), sort=False)
    whole = grouped[list(values)].mean().where(grouped[list(values)].count() >= per_hour)
    return whole.assign(ahead=grouped["ahead"].first()).reset_index()


def _ahead_of_utc(texts: pd.Series) -> pd.Series:
    """Hours that a clock is ahead of UTC, where its times say it."""
    if pd.api.types.is_datetime64_any_dtype(texts.dtype):
        if texts.dt.tz is None:
            return pd.Series(np.nan, index=texts.index)
        local = texts.dt.tz_localize(None) - texts.dt.tz_convert("UTC").dt.tz_localize(None)
        return pd.Series(local / HOUR, index=texts.index)
    found = words(texts).str.extract(_AHEAD)
    hours = pd.to_numeric(found[1]) + pd.to_numeric(found[2]).fillna(0) / 60
    return (hours * np.where(found[0] == "-", -1.0, 1.0)).where(found[3].isna(), 0.0)


def _with_known_radiation(
    frame: pd.DataFrame, rates: tuple[str, ...], step: pd.Timedelta, problems: Problems
) -> pd.DataFrame:
    """Give radiation as a mean over each row [MJ/m2/d], whatever it was."""
    if "rs" not in frame or "rs" in rates:
        return frame
    hours, most = step / pd.Timedelta(hours=1), float(frame["rs"].max())
    if most <= MOST_OF_AN_HOUR * hours:
        return frame.assign(rs=frame["rs"] * (24 / hours))
    problems.warning(
        f"column 'rs': {most:g} in {60 * hours:g} minutes is no energy in MJ/m2, and is read as W/m2; write the "
        "unit into the header."
    )
    return frame.assign(rs=frame["rs"] * 0.0864)


def _reduced_to_days(frame: pd.DataFrame, keys: list[pd.Series], step: pd.Timedelta) -> pd.DataFrame:
    """Reduce each column to days by group and day; column ``row`` is the index of the first row of each."""
    rows_of_day = pd.Timedelta(days=1) / step
    wanted = int(np.ceil(rows_of_day * WHOLE_DAY))
    made = {}
    for name, values in _columns(frame, [name for name in WEATHER_COLUMNS if name in frame]):
        of = "max" if name in ("tmax", "rh_max") else "min" if name in ("tmin", "rh_min") else "mean"
        by_day = values.groupby(keys, sort=False).agg([of, "count"])
        reduced = by_day[of] * (rows_of_day if name in ("precip", "eto") else 1.0)
        made[name] = reduced.where(by_day["count"] >= wanted)
    first = pd.Series(frame.index, index=frame.index).groupby(keys, sort=False).first()
    return pd.DataFrame(made).assign(row=first)


def _columns(frame: pd.DataFrame, names: list[str]) -> list[tuple[str, pd.Series]]:
    """Give the columns of the days, each with the column of the hours that it is made of."""
    found = [(name, frame[name]) for name in names]
    present = set(names)
    any_temperature = next((name for name in ("tmean", "tmax", "tmin") if name in present), None)
    if any_temperature:
        found += [(name, frame[any_temperature]) for name in _OF_TEMPERATURE if name not in present]
    if "rh" in present:
        found += [(name, frame["rh"]) for name in ("rh_max", "rh_min") if name not in present]
    return found


def _step(stamps: pd.Series, groups: pd.Series) -> pd.Timedelta | None:
    gaps = stamps.groupby(groups, sort=False).diff().dropna()
    gaps = gaps[gaps > pd.Timedelta(0)]
    if gaps.empty:
        return None
    usual = gaps.mode().iloc[0]
    is_even = pd.Timedelta(days=1) % usual == pd.Timedelta(0)
    return usual if is_even and usual <= LONGEST_STEP and (gaps == usual).mean() > 0.5 else None


def _are_ends(stamps: pd.Series, times: pd.Series, step: pd.Timedelta) -> tuple[bool, str]:
    """Whether times end their rows, and what shows it."""
    if (times >= pd.Timedelta(days=1)).any():
        return True, "there is a 24:00"
    order = np.argsort(stamps.to_numpy(), kind="stable")
    first, last = times.iloc[int(order[0])], times.iloc[int(order[-1])]
    if first == step and last == pd.Timedelta(0):
        return True, "the first is one step after midnight and the last is midnight"
    if first == pd.Timedelta(0):
        return False, "the first is midnight"
    return False, "nothing shows the other"
