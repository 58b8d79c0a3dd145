"""What an hourly load is like: sorted, by day, month, season and kind of day; peaks and ramps.

All functions take hours as :meth:`~workbench.load_profiles.results.saved.LoadProfileResult.hours` gives them: a
Series in MW, indexed by the begin of each hour on the local clock, tz-aware.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.hourly_loads.year_hours import MONTH_NAMES
from workbench.load_profiles.shapes.day_types import DAY_NAMES, HOLIDAY

SEASONS: Mapping[str, tuple[int, ...]] = {
    "Summer": (3, 4, 5),
    "Monsoon": (6, 7, 8, 9),
    "Post-monsoon": (10, 11, 12),
    "Winter": (1, 2),
}
"""Seasons by month as the India Meteorological Department divides the year; any other split can be given."""
STATISTICS = ("mean", "max", "min")
GROUPINGS = ("month", "season", "day type")


def times_of(load: pd.Series | pd.DataFrame) -> pd.DatetimeIndex:
    """Begin of each hour on the local clock."""
    return pd.DatetimeIndex(load.index)


def duration_curve(load: pd.Series, points: int | None = None) -> pd.DataFrame:
    """Sort the hours from the highest to the lowest.

    Parameters
    ----------
    load
        Hours [MW].
    points
        Thin out to about so many, the highest and lowest 1 % kept whole; all hours when left out.

    Returns
    -------
    DataFrame
        share (of the hours at or above, %), load [MW].
    """
    values = np.sort(load.dropna().to_numpy())[::-1]
    share = 100 * np.arange(1, len(values) + 1) / len(values)
    table = pd.DataFrame({"share": share, "load": values})
    if points is None or len(values) <= points:
        return table
    ends = max(1, len(values) // 100)
    middle = np.linspace(ends, len(values) - ends - 1, max(2, points - 2 * ends)).astype(int)
    kept = np.unique(np.concatenate((np.arange(ends), middle, np.arange(len(values) - ends, len(values)))))
    return table.iloc[kept].reset_index(drop=True)


def daily(load: pd.Series) -> pd.DataFrame:
    """Give day, mean, max, min [MW] and energy [GWh] of each local day."""
    groups = load.groupby(times_of(load).normalize())
    table = groups.agg(["mean", "max", "min", "sum"]).rename(columns={"sum": "energy"})
    table["energy"] /= 1000
    return table.rename_axis("day")


def hour_day_matrix(load: pd.Series) -> pd.DataFrame:
    """Lay the hours out by hour of the clock (rows) and day (columns) [MW]; an hour lived twice holds the mean."""
    frame = pd.DataFrame(
        {
            "load": load.to_numpy(),
            "hour": times_of(load).hour,
            "day": times_of(load).normalize().tz_localize(None),
        }
    )
    return frame.pivot_table(index="hour", columns="day", values="load", aggfunc="mean")


def day_profiles(
    load: pd.Series,
    by: str = "month",
    statistic: str = "mean",
    *,
    holidays: Collection[datetime.date] = (),
    seasons: Mapping[str, Sequence[int]] = SEASONS,
) -> pd.DataFrame:
    """Average, highest or lowest day by month, season or kind of day.

    Parameters
    ----------
    load
        Hours [MW].
    by
        ``"month"``, ``"season"`` or ``"day type"`` (Monday to Sunday and holidays).
    statistic
        ``"mean"``, ``"max"`` or ``"min"`` of each hour of the clock.
    holidays
        Days that count as holidays.
    seasons
        Name -> months, 1 for January; months of no season are left out.

    Returns
    -------
    DataFrame
        Hour of the clock (rows) by group (columns), in the order of the year [MW].

    Raises
    ------
    ValueError
        When ``by`` or ``statistic`` is none of these.
    """
    if by not in GROUPINGS or statistic not in STATISTICS:
        raise ValueError(
            f"by is {by!r} and statistic {statistic!r}, expected one of {', '.join(GROUPINGS)} and one of "
            f"{', '.join(STATISTICS)}"
        )
    group = _groups(times_of(load), by, holidays, seasons)
    frame = pd.DataFrame({"load": load.to_numpy(), "hour": times_of(load).hour, "group": group}).dropna()
    order = (
        list(dict.fromkeys(frame.group))
        if by != "day type"
        else [n for n in DAY_NAMES if n in set(frame.group)]
    )
    # The stubs know only some of the names that pandas takes.
    function: Any = statistic
    table = frame.pivot_table(index="hour", columns="group", values="load", aggfunc=function)
    return table[order]


def extreme_days(load: pd.Series) -> pd.DataFrame:
    """Give the days with the highest peak, the highest energy, the lowest energy and the lowest hour.

    Returns
    -------
    DataFrame
        what, day, peak, minimum, mean [MW], energy [GWh].
    """
    table = daily(load)
    chosen = {
        "highest peak": table["max"].idxmax(),
        "highest energy": table.energy.idxmax(),
        "lowest energy": table.energy.idxmin(),
        "lowest hour": table["min"].idxmin(),
    }
    rows = table.loc[list(chosen.values())].rename(columns={"max": "peak", "min": "minimum"})
    return rows.reset_index().assign(what=list(chosen))[["what", "day", "peak", "minimum", "mean", "energy"]]


def peak_days(load: pd.Series, count: int = 10) -> pd.DataFrame:
    """Give the days with the highest peaks: rank, day, hour of the peak, peak, mean [MW], energy [GWh]."""
    table = daily(load)
    at = load.groupby(times_of(load).normalize()).idxmax()
    top = table.sort_values("max", ascending=False).head(count)
    return pd.DataFrame(
        {
            "rank": np.arange(1, len(top) + 1),
            "day": top.index,
            "hour": [at[day].hour for day in top.index],
            "peak": top["max"].to_numpy(),
            "mean": top["mean"].to_numpy(),
            "energy": top.energy.to_numpy(),
        }
    )


def ramps_by_hour(load: pd.Series, quantiles: Sequence[float] = (0.01, 0.1, 0.5, 0.9, 0.99)) -> pd.DataFrame:
    """Quantiles of the change from the hour before, by hour of the clock [MW/h]."""
    change = load.diff()
    groups = change.groupby(times_of(load).hour)
    return pd.DataFrame({share: groups.quantile(share) for share in quantiles}).rename_axis("hour")


def monthly(load: pd.Series) -> pd.DataFrame:
    """Give calendar year, month, energy [GWh], peak, minimum, mean [MW], load_factor [%] of whole months."""
    local = times_of(load)
    groups = load.groupby([local.year, local.month])
    table = groups.agg(["sum", "max", "min", "mean", "count"])
    table.index.names = ["calendar_year", "month"]
    starts = pd.DatetimeIndex([f"{y}-{m:02d}-01" for y, m in table.index])
    # A month of local hours; daylight saving moves it by an hour, which a partial month misses by more.
    whole = table["count"].to_numpy() >= starts.days_in_month * 24 - 1
    table = (
        table[whole].rename(columns={"sum": "energy", "max": "peak", "min": "minimum"}).drop(columns="count")
    )
    table["energy"] /= 1000
    table["load_factor"] = 100 * table["mean"] / table.peak
    return table.reset_index()


def _groups(
    times: pd.DatetimeIndex,
    by: str,
    holidays: Collection[datetime.date],
    seasons: Mapping[str, Sequence[int]],
) -> list[str | None]:
    if by == "month":
        return [MONTH_NAMES[month - 1] for month in times.month]
    if by == "season":
        names = {month: name for name, months in seasons.items() for month in months}
        return [names.get(month) for month in times.month]
    feast = pd.DatetimeIndex(times.normalize().tz_localize(None)).isin(pd.DatetimeIndex(list(holidays)))
    return [
        DAY_NAMES[HOLIDAY] if free else DAY_NAMES[day]
        for free, day in zip(feast, times.day_of_week, strict=True)
    ]
