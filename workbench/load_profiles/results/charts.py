"""Figures of a result over years and within a year: energy and peak, heat maps, duration curves, series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.charts.figure import headed, new_figure, say_resolution
from workbench.charts.palette import HISTORY, nth_colour, nth_dash
from workbench.charts.repeated import join
from workbench.charts.time_bands import shade_nights_and_weekends
from workbench.data.formatting import INDIA, Style, energy_factor, year_label
from workbench.hourly_loads.year_hours import MONTH_NAMES, hours_of_year
from workbench.load_profiles.results.analysis import daily, duration_curve, hour_day_matrix, monthly
from workbench.load_profiles.results.figure_style import (
    CLOCK_AXIS,
    HEAT_SCALE,
    POWER,
    add_line,
    wall_time,
    year_axis,
)
from workbench.load_profiles.results.saved import LoadProfileResult

CURVE_POINTS = 700
MAX_DETAIL_DAYS = 62
"""A period up to so many days is shown hour by hour, a longer one as daily range."""
MEASURES = {
    "peak": ("Peak", "MW"),
    "mean": ("Mean load", "MW"),
    "minimum": ("Minimum", "MW"),
    "load_factor": ("Load factor", "%"),
}


@headed("yearly values")
def energy_and_peak_chart(result: LoadProfileResult, *, style: Style = INDIA) -> go.Figure:
    """Annual energy (bars) above annual peak and mean load (lines), history and profiles."""
    figure = new_figure("Energy and peak by year", "Fiscal year" if result.first_month > 1 else "Year")
    past = result.table("history_years")
    past = past[past.complete]
    future = result.table("years")
    factor = energy_factor("GWh", style.energy_unit)
    for table, name, shade in ((past, "history", HISTORY), (future, "profiles", nth_colour(0))):
        hover = f"%{{y:,.0f}} {style.energy_unit}"
        figure.add_trace(
            go.Bar(
                x=table.year,
                y=table.energy * factor,
                name=f"Energy, {name}",
                marker_color=shade,
                hovertemplate=hover,
            )
        )
    for table, name, shade in ((past, "history", HISTORY), (future, "profiles", nth_colour(5))):
        add_line(figure, table.year, table.peak, f"Peak, {name}", shade, mode="lines+markers", yaxis="y2")
        add_line(figure, table.year, table["mean"], f"Mean, {name}", shade, dash="dot", yaxis="y2")
    for column in ("peak", "mean"):
        join(figure, past.year, past[column], future.year, future[column], nth_colour(5), yaxis="y2")
    years = sorted({*past.year.astype(int), *future.year.astype(int)})
    year_axis(figure, {year: label(year, result) for year in years})
    return figure.update_layout(
        yaxis={"title": f"Energy [{style.energy_unit}]", "domain": [0, 0.46]},
        yaxis2={"title": POWER, "domain": [0.54, 1], "anchor": "x", "rangemode": "tozero"},
        bargap=0.3,
        barmode="overlay",
    )


@headed()
def hour_day_heat_map(result: LoadProfileResult, year: int, *, column: str = "load") -> go.Figure:
    """Load of every hour of a year: hour of the day by day.

    Parameters
    ----------
    result
        The result.
    year
        Which year; one of the history too.
    column
        ``load``, ``gross`` or the name of an overlay.
    """
    load = year_series(result, year, column)
    matrix = hour_day_matrix(load)
    what = "" if column == "load" else f", {column}"
    figure = new_figure(f"Hourly load {label(year, result)}{what}", "Day", CLOCK_AXIS)
    figure.add_trace(
        go.Heatmap(
            z=np.round(matrix.to_numpy(), 1),
            x=matrix.columns,
            y=matrix.index,
            colorscale=HEAT_SCALE,
            colorbar={"title": {"text": "MW"}, "tickformat": ",.0f"},
            hovertemplate="%{x|%a %d %b %Y} %{y}:00<br>%{z:,.0f} MW<extra></extra>",
        )
    )
    ticks = list(range(0, 24, 3))
    figure.update_yaxes(tickvals=ticks, ticktext=[f"{hour:02d}:00" for hour in ticks], showgrid=False)
    figure.update_xaxes(tickformat="%b %Y", dtick="M1", tickangle=-45)
    return figure.update_layout(hovermode="closest")


@headed("monthly values")
def month_year_heat_map(
    result: LoadProfileResult, measure: str = "peak", *, history: bool = True, style: Style = INDIA
) -> go.Figure:
    """A measure of every month of every year.

    Parameters
    ----------
    result
        The result.
    measure
        ``energy``, ``peak``, ``mean``, ``minimum`` or ``load_factor``.
    history
        Show the years of the history above.
    style
        Energy unit and year labels.
    """
    table = monthly_table(result, history=history).pivot_table(
        index="year", columns="position", values=measure
    )
    names = [MONTH_NAMES[(result.first_month - 1 + int(place)) % 12] for place in map(str, table.columns)]
    title, unit = MEASURES.get(measure, ("Energy", style.energy_unit))
    values = table.to_numpy() * (energy_factor("GWh", style.energy_unit) if measure == "energy" else 1)
    figure = new_figure(
        f"{title} by month and year", "Month", "Fiscal year" if result.first_month > 1 else "Year"
    )
    decimals = ".1f" if measure == "load_factor" else ",.0f"
    figure.add_trace(
        go.Heatmap(
            z=values,
            x=names,
            y=[label(int(year), result) for year in table.index],
            colorscale=HEAT_SCALE,
            colorbar={"title": {"text": unit}, "tickformat": decimals},
            texttemplate=f"%{{z:{decimals}}}",
            hovertemplate=f"%{{x}} %{{y}}<br>%{{z:{decimals}}} {unit}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", type="category", showgrid=False)
    return figure.update_layout(hovermode="closest", height=max(420, 90 + 26 * len(table)))


@headed(f"hourly values, {CURVE_POINTS} points drawn")
def duration_curve_chart(
    result: LoadProfileResult,
    years: Sequence[int] | None = None,
    *,
    history: bool = True,
    per_unit: bool = False,
) -> go.Figure:
    """Load duration curves.

    Parameters
    ----------
    result
        The result.
    years
        Which years; the first, middle and last when left out.
    history
        Add the latest complete year of the history.
    per_unit
        Divide each by its peak.
    """
    made = result.years
    years = years or sorted({made[0], made[len(made) // 2], made[-1]})
    unit = "Load [share of the peak]" if per_unit else POWER
    figure = new_figure("Load duration curve", "Share of the hours at or above [%]", unit)
    shown = [(year, nth_colour(place), nth_dash(place)) for place, year in enumerate(years)]
    if history:
        shown.insert(0, (int(result.facts["complete_years"][-1]), HISTORY, "solid"))
    for year, shade, line_dash in shown:
        curve = duration_curve(year_series(result, year), CURVE_POINTS)
        scale = curve.load.max() if per_unit else 1.0
        name = f"{label(year, result)}{', history' if year not in result.hourly else ''}"
        hover = "%{y:.3f}" if per_unit else "%{y:,.0f} MW"
        add_line(figure, curve.share, curve.load / scale, name, shade, dash=line_dash, hover=hover)
    figure.update_yaxes(rangemode="tozero")
    return figure.update_xaxes(range=[0, 100], hoverformat=".2f")


@headed()
def series_chart(
    result: LoadProfileResult,
    year: int,
    *,
    start: pd.Timestamp | str | None = None,
    end: pd.Timestamp | str | None = None,
) -> go.Figure:
    """A year as daily range and mean, or a shorter period hour by hour.

    Ask again with the range that a reader has zoomed to; above two months it is the daily aggregate, below that
    every hour.

    Parameters
    ----------
    result
        The result.
    year
        Which year; one of the history too.
    start, end
        Days, local; the whole year when left out.
    """
    load = year_series(result, year)
    index = wall_time(load.index)
    first = index[0] if start is None else max(index[0], pd.Timestamp(start).tz_localize(None))
    last = index[-1] if end is None else min(index[-1], pd.Timestamp(end).tz_localize(None))
    inside = load[(index >= first) & (index <= last)]
    days = "" if start is None and end is None else f", {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    figure = new_figure(f"Load {label(year, result)}{days}", "Day", POWER)
    if (last - first).days <= MAX_DETAIL_DAYS:
        add_line(figure, wall_time(inside.index), inside, "Load", nth_colour(0), width=1.5)
        for place, name in enumerate(result.overlays if year in result.hourly else ()):
            values = result.hours(year)[name][(index >= first) & (index <= last)]
            add_line(
                figure, wall_time(values.index), values, name, nth_colour(1 + place), dash=nth_dash(1 + place)
            )
        tint = shade_nights_and_weekends(figure, first, last)
        figure.update_xaxes(title=f"Time (begin of the hour){f'<br>{tint}' if tint else ''}")
    else:
        _add_daily_range(say_resolution(figure, "daily means and ranges"), daily(inside))
    return figure.update_xaxes(rangeslider={"visible": start is None and end is None, "thickness": 0.08})


@headed("hourly values, daily means below")
def comparison_chart(first: LoadProfileResult, second: LoadProfileResult, year: int) -> go.Figure:
    """Two sets of profiles in one year: duration curves, and daily means below."""
    figure = new_figure(
        f"{first.scenario} and {second.scenario}, {label(year, first)}", "Share of the hours [%]", POWER
    )
    for place, result in enumerate((first, second)):
        load = year_series(result, year)
        curve, days = duration_curve(load, CURVE_POINTS), daily(load)
        shade, line_dash = nth_colour(place), nth_dash(place)
        add_line(figure, curve.share, curve.load, result.scenario, shade, dash=line_dash)
        more: dict[str, Any] = {"xaxis": "x2", "yaxis": "y2", "showlegend": False}
        add_line(figure, wall_time(days.index), days["mean"], result.scenario, shade, dash=line_dash, **more)
    return _two_rows(figure, "Daily mean [MW]", "Day")


@headed("hourly values, daily means below")
def history_comparison_chart(result: LoadProfileResult, year: int, past: int | None = None) -> go.Figure:
    """A year beside one of the history: duration curves of the peak's share, and daily means of the year's mean."""
    past = past or int(result.facts["complete_years"][-1])
    figure = new_figure(
        f"{label(year, result)} beside {label(past, result)}", "Share of the hours [%]", "Share of the peak"
    )
    for shown, shade, line_dash in ((past, HISTORY, "solid"), (year, nth_colour(0), "solid")):
        load = year_series(result, shown)
        curve, days = duration_curve(load / load.max(), CURVE_POINTS), daily(load / load.mean())
        name = label(shown, result)
        add_line(figure, curve.share, curve.load, name, shade, dash=line_dash, hover="%{y:.3f}")
        more: dict[str, Any] = {
            "xaxis": "x2",
            "yaxis": "y2",
            "showlegend": False,
            "hover": "%{y:.3f}",
        }
        place = np.arange(1, len(days) + 1)
        add_line(figure, place, days["mean"], name, shade, dash=line_dash, **more)
    return _two_rows(figure, "Daily mean [share of the year's]", "Day of the year")


@headed("hourly values, daily means below")
def held_out_chart(result: LoadProfileResult, year: int | None = None) -> go.Figure:
    """The actual load beside what was made of earlier years: duration curves, and daily means below.

    Parameters
    ----------
    result
        The result.
    year
        A held-out year; the latest when left out.

    Raises
    ------
    ValueError
        When no year was held out.
    """
    table = result.table("accuracy")
    if not len(table):
        raise ValueError("no year was held out; set holdout_years to 1 or more")
    year = year or int(table.year.max())
    hours = hours_of_year(year, result.first_month, result.zone)
    frame = result.past[result.past.utc.isin(hours.utc.astype("datetime64[s]"))]
    index = pd.DatetimeIndex(frame.utc).tz_localize("UTC").tz_convert(result.zone)
    chosen = table[(table.year == year) & table.chosen].iloc[0]
    figure = new_figure(
        f"{label(year, result)} held out: hourly MAPE {chosen.hourly_mape:.1f} %",
        "Share of the hours [%]",
        POWER,
    )
    shown = (
        (frame.load, "Actual", HISTORY, "solid"),
        (frame.held_out, f"Made from {label(int(chosen.base_year), result)}", nth_colour(0), "dash"),
    )
    for values, name, shade, line_dash in shown:
        load = pd.Series(values.to_numpy(), index=index)
        curve, days = duration_curve(load, CURVE_POINTS), daily(load)
        add_line(figure, curve.share, curve.load, name, shade, dash=line_dash)
        more: dict[str, Any] = {"xaxis": "x2", "yaxis": "y2", "showlegend": False}
        add_line(figure, wall_time(days.index), days["mean"], name, shade, dash=line_dash, **more)
    return _two_rows(figure, "Daily mean [MW]", "Day")


def year_series(result: LoadProfileResult, year: int, column: str = "load") -> pd.Series:
    """Give the hours of a year of the profiles, or of a complete year of the history [MW], tz-aware.

    Raises
    ------
    ValueError
        When the year is neither, or has no such column.
    """
    if year in result.hourly:
        frame = result.hours(year)
        if column == "gross" and column not in frame:
            column = "load"
        if column not in frame:
            raise ValueError(f"{year} has no column {column!r}; present: {', '.join(frame.columns)}")
        return frame[column]
    if year not in result.facts["complete_years"]:
        raise ValueError(f"{year} is neither among the profiles nor a complete year of the history")
    hours = hours_of_year(year, result.first_month, result.zone)
    frame = result.past[result.past.utc.isin(hours.utc.astype("datetime64[s]"))]
    index = pd.DatetimeIndex(frame.utc).tz_localize("UTC").tz_convert(result.zone)
    return pd.Series(frame.load.to_numpy(), index=index, name="load")


def monthly_table(result: LoadProfileResult, *, history: bool = True) -> pd.DataFrame:
    """Months of history and profiles: year, position, energy [GWh], peak, minimum, mean [MW], load_factor [%]."""
    made = result.table("months").assign(position=lambda table: table.month - 1)
    if not history:
        return made
    past = monthly(result.history().load.dropna())
    past["position"] = (past.month - result.first_month) % 12
    later = (past.month >= result.first_month) & (result.first_month > 1)
    past["year"] = past.calendar_year + later.astype(int)
    past = past[~past.year.isin(made.year)]
    columns = ["year", "position", "energy", "peak", "minimum", "mean", "load_factor"]
    return pd.concat([past[columns], made[columns]], ignore_index=True)


def label(year: int, result: LoadProfileResult) -> str:
    """Write a year as the profiles count it."""
    return year_label(year, Style(fiscal_year_start=result.first_month))


def _add_daily_range(figure: go.Figure, table: pd.DataFrame) -> None:
    days = wall_time(table.index)
    hidden = {"width": 0.0}
    add_line(
        figure, days, table["min"], "Lowest hour", nth_colour(0), width=hidden["width"], showlegend=False
    )
    add_line(
        figure,
        days,
        table["max"],
        "Range of the day",
        nth_colour(0),
        width=0,
        fill="tonexty",
        fillcolor="rgba(0,114,178,0.25)",
    )
    add_line(figure, days, table["mean"], "Mean of the day", nth_colour(0))


def _two_rows(figure: go.Figure, lower_title: str, lower_x: str) -> go.Figure:
    return figure.update_layout(
        height=640,
        hovermode="closest",
        yaxis={"domain": [0.58, 1]},
        yaxis2={"domain": [0, 0.38], "anchor": "x2", "title": lower_title},
        xaxis={"anchor": "y", "range": [0, 100]},
        xaxis2={"anchor": "y2", "title": lower_x},
    )
