"""Figures of single and typical days: peak day, average and extreme days, the duck curve, ramps, kinds of days."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.charts.figure import headed, new_figure
from workbench.charts.palette import HISTORY, nth_colour, nth_dash
from workbench.charts.repeated import join
from workbench.hourly_loads.year_hours import MONTH_NAMES
from workbench.load_profiles.results.analysis import (
    SEASONS,
    day_profiles,
    extreme_days,
    peak_days,
    ramps_by_hour,
    times_of,
)
from workbench.load_profiles.results.charts import label, year_series
from workbench.load_profiles.results.figure_style import (
    CLOCK_AXIS,
    POWER,
    add_line,
    clock_axis,
    overlay_colour,
    year_axis,
)
from workbench.load_profiles.results.saved import BASE_SHAPE, LoadProfileResult
from workbench.load_profiles.shapes.day_types import DAY_NAMES

STATISTIC_WORDS = {"mean": "Average", "max": "Highest", "min": "Lowest"}


@headed()
def peak_day_chart(result: LoadProfileResult, year: int) -> go.Figure:
    """The day with the highest load of a year, its month's average, and the base day that it comes from."""
    load = year_series(result, year)
    top = peak_days(load, 1).iloc[0]
    day = load[times_of(load).normalize() == top.day]
    title = (
        f"Peak day {label(year, result)}: {top.day:%A %d %B %Y}, {top.peak:,.0f} MW at {int(top.hour):02d}:00"
    )
    figure = new_figure(title, CLOCK_AXIS, POWER)
    add_line(
        figure, times_of(day).hour, day, f"{top.day:%d %b %Y}", nth_colour(5), width=3, mode="lines+markers"
    )
    month = load[times_of(load).month == top.day.month]
    average = month.groupby(times_of(month).hour).mean()
    add_line(figure, average.index, average, f"Average day of {top.day:%B}", nth_colour(0), dash="dash")
    base = _base_day(result, year, top.day)
    if base is not None:
        add_line(
            figure,
            times_of(base).hour,
            base,
            f"Base day {times_of(base)[0]:%a %d %b %Y}",
            HISTORY,
            dash="dot",
        )
    figure.update_yaxes(rangemode="tozero")
    return clock_axis(figure)


@headed()
def extreme_days_chart(result: LoadProfileResult, year: int) -> go.Figure:
    """The days with the highest peak, the highest and lowest energy and the lowest hour, and the average day."""
    load = year_series(result, year)
    figure = new_figure(f"Extreme days {label(year, result)}", CLOCK_AXIS, POWER)
    for place, row in enumerate(extreme_days(load).to_dict("records")):
        day = load[times_of(load).normalize() == row["day"]]
        name = f"{row['what'].capitalize()}, {row['day']:%a %d %b %Y}"
        add_line(figure, times_of(day).hour, day, name, nth_colour(place), dash=nth_dash(place))
    average = load.groupby(times_of(load).hour).mean()
    add_line(figure, average.index, average, "Average day", HISTORY, width=3)
    return clock_axis(figure)


@headed("means by hour of the day")
def day_profile_chart(
    result: LoadProfileResult,
    year: int,
    by: str = "season",
    statistic: str = "mean",
    *,
    seasons: Mapping[str, Sequence[int]] = SEASONS,
) -> go.Figure:
    """Average, highest or lowest day of a year by month, season or kind of day.

    Parameters
    ----------
    result
        The result.
    year
        Which year; one of the history too.
    by
        ``month``, ``season`` or ``day type``.
    statistic
        ``mean``, ``max`` or ``min`` of each hour.
    seasons
        Name -> months.
    """
    load = year_series(result, year)
    table = day_profiles(load, by, statistic, holidays=holiday_dates(result), seasons=seasons)
    figure = new_figure(f"{STATISTIC_WORDS[statistic]} day by {by}, {label(year, result)}", CLOCK_AXIS, POWER)
    for place, name in enumerate(table.columns):
        add_line(
            figure,
            table.index,
            table[name],
            name,
            nth_colour(place),
            dash=nth_dash(place // 8 + place % 2 * 2),
        )
    return clock_axis(figure)


@headed("means by hour of the day")
def duck_curve_chart(
    result: LoadProfileResult,
    years: Sequence[int] | None = None,
    *,
    months: Sequence[int] = (),
) -> go.Figure:
    """Gross and net load of the average day, and what lies between them.

    Parameters
    ----------
    result
        The result.
    years
        Net load of these years, the first and last when left out; gross load and overlays are of the last.
    months
        Only days of these months, 1 for January; all when left out.
    """
    years = years or sorted({result.years[0], result.years[-1]})
    when = f" in {', '.join(MONTH_NAMES[month - 1] for month in months)}" if months else ""
    figure = new_figure(f"Gross and net load of the average day{when}", CLOCK_AXIS, POWER)
    last = years[-1]
    frame = _average_day(result.hours(last), months)
    gross = frame["gross"] if "gross" in frame else frame["load"]
    for place, year in enumerate(years):
        net = _average_day(result.hours(year), months)["load"]
        width = 3 if year == last else 2
        add_line(
            figure,
            net.index,
            net,
            f"Net load {label(year, result)}",
            nth_colour(place),
            dash=nth_dash(place),
            width=width,
        )
    add_line(figure, gross.index, gross, f"Gross load {label(last, result)}", HISTORY, width=3)
    if BASE_SHAPE in frame:
        name = f"{label(last, result)}, shape of the base year"
        add_line(figure, frame.index, frame[BASE_SHAPE], name, nth_colour(len(years)), dash="dot")
    for overlay in result.config.overlays:
        values = frame[overlay.name]
        netted = overlay.sign < 0
        figure.add_trace(
            go.Bar(
                x=values.index,
                y=-values if netted else values,
                name=f"{overlay.name}, {'netted' if netted else 'added'} ({label(last, result)})",
                marker={"color": overlay_colour(overlay.name), "opacity": 0.65},
                hovertemplate="%{y:,.0f} MW",
            )
        )
    figure.update_layout(barmode="relative")
    return clock_axis(figure)


@headed()
def ramp_chart(result: LoadProfileResult, year: int, past: int | None = None) -> go.Figure:
    """Change from one hour to the next by hour of the day, beside a year of the history."""
    past = past or int(result.facts["complete_years"][-1])
    figure = new_figure(f"Ramps {label(year, result)}", CLOCK_AXIS, "Change from the hour before [MW/h]")
    table = ramps_by_hour(year_series(result, year))
    for low, high, shade, name in (
        (0.01, 0.99, 0.16, "1 to 99 % of days"),
        (0.1, 0.9, 0.3, "10 to 90 % of days"),
    ):
        plain: dict[str, Any] = {"hover": "%{y:+,.0f} MW/h", "width": 0.0}
        add_line(
            figure, table.index, table[low], f"{100 * low:g} %", nth_colour(0), showlegend=False, **plain
        )
        fill: dict[str, Any] = {"fill": "tonexty", "fillcolor": f"rgba(0,114,178,{shade})"}
        add_line(figure, table.index, table[high], name, nth_colour(0), **fill, **plain)
    hover: dict[str, Any] = {"hover": "%{y:+,.0f} MW/h"}
    add_line(figure, table.index, table[0.5], "Median", nth_colour(0), **hover)
    before = ramps_by_hour(year_series(result, past))
    name = f"Median {label(past, result)}, history"
    add_line(figure, before.index, before[0.5], name, HISTORY, dash="dash", **hover)
    return clock_axis(figure)


@headed("yearly values")
def load_factor_chart(result: LoadProfileResult) -> go.Figure:
    """Annual load factor, history and profiles."""
    figure = new_figure(
        "Load factor by year", "Fiscal year" if result.first_month > 1 else "Year", "Load factor [%]"
    )
    past = result.table("history_years")
    past = past[past.complete]
    made = result.table("years")
    join(figure, past.year, past.load_factor, made.year, made.load_factor, nth_colour(0))
    for table, name, shade in ((past, "History", HISTORY), (made, "Profiles", nth_colour(0))):
        add_line(
            figure,
            table.year,
            table.load_factor,
            name,
            shade,
            mode="lines+markers",
            hover="%{y:.1f} %",
        )
    return year_axis(figure, {int(y): label(int(y), result) for y in (*past.year, *made.year)})


@headed("daily values")
def day_type_chart(result: LoadProfileResult) -> go.Figure:
    """How much lower or higher each kind of day is than the days around it, as learned from the history."""
    table = result.table("day_types")
    kinds = list(dict.fromkeys(table.type))
    figure = new_figure("Kinds of days, learned from the history", "Day", "Load beside the days around [%]")
    for place, kind in enumerate(kinds):
        rows = table[table.type == kind]
        figure.add_trace(
            go.Bar(
                x=rows.day,
                y=100 * (rows.factor - 1),
                name=kind,
                marker_color=nth_colour(place),
                hovertemplate="%{y:+.1f} %",
            )
        )
    return figure.update_xaxes(categoryorder="array", categoryarray=list(DAY_NAMES))


def holiday_dates(result: LoadProfileResult) -> tuple[datetime.date, ...]:
    """Days that counted as holidays."""
    return tuple(day.date() for day in pd.DatetimeIndex(result.table("holidays").day))


def _base_day(result: LoadProfileResult, year: int, day: pd.Timestamp) -> pd.Series | None:
    days = result.table("days")
    row = days[(days.year == year) & (days.day == day.tz_localize(None))]
    if not len(row) or pd.isna(row.iloc[0].base_day):
        return None
    past = result.history().load
    found = past[times_of(past).normalize() == pd.Timestamp(row.iloc[0].base_day).tz_localize(result.zone)]
    return found if len(found) else None


def _average_day(frame: pd.DataFrame, months: Sequence[int]) -> pd.DataFrame:
    index = pd.DatetimeIndex(frame.index)
    chosen = frame[np.isin(index.month, list(months))] if months else frame
    return chosen.groupby(pd.DatetimeIndex(chosen.index).hour).mean()
