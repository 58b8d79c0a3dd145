"""Figures of a result: the days with their band, the sources, the months, the water balance, the places."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.charts.figure import (
    add_band,
    add_line,
    headed,
    new_figure,
    note_empty,
    say_resolution,
    with_line,
)
from workbench.charts.palette import CATEGORIES, nth_colour, nth_dash
from workbench.evapotranspiration.inputs.places.land import land_at
from workbench.evapotranspiration.model.catalogue import title_of
from workbench.evapotranspiration.results.saved import EtoResult

AMOUNT = "ETo [mm/d]"
HOVER = "%{y:.2f} mm/d"
GRADES = {"high": CATEGORIES[2], "medium": CATEGORIES[1], "low": CATEGORIES[5]}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MAX_DAYS_SHOWN = 800
MAX_DAYS_OF_ONE_SUM = 400
LAND = "#8FA08C"
LAND_OPACITY = 0.4
"""The ground shines through, light or dark, so that names in the ink of either theme can be read on the land."""


@headed()
def series_chart(result: EtoResult, site: str) -> go.Figure:
    """Draw the days of a site with the interval; of more than two years the means of weeks.

    Parameters
    ----------
    result
        The result.
    site
        Which site.
    """
    days = result.site_days(site)
    figure = new_figure(f"{site}: reference ETo", "", AMOUNT)
    shown, word = _thinned(days[["eto", "low", "high"]])
    percent = f"{result.config.interval:g} % interval"
    if word:
        say_resolution(figure, word)
        percent += " of single days"
    add_band(figure, shown.index, shown["low"], shown["high"], percent)
    add_line(
        figure,
        shown.index,
        shown["eto"],
        "Fused ETo",
        CATEGORIES[0],
        width=1.6,
        hover="%{y:.2f} mm/d (%{customdata[0]:.2f} to %{customdata[1]:.2f})",
        customdata=np.stack([shown["low"], shown["high"]], axis=-1),
    )
    if not word:
        _mark_doubtful(figure, days)
    return figure.update_yaxes(rangemode="tozero")


@headed()
def sources_chart(result: EtoResult, site: str) -> go.Figure:
    """Draw each source's own ETo beside the fused one; of more than two years the means of weeks."""
    days = result.site_days(site)
    sources = result.source_days(site)
    together, word = _thinned(sources.join(days["eto"].rename("fused"), how="outer"))
    figure = say_resolution(new_figure(f"{site}: ETo by source", "", AMOUNT), word)
    for place, source in enumerate(sources.columns):
        add_line(
            figure,
            together.index,
            together[source],
            title_of(str(source)),
            nth_colour(place + 1),
            dash=nth_dash(place % 3 + 1),
            width=1.3,
            hover=HOVER,
        )
    add_line(figure, together.index, together["fused"], "Fused", CATEGORIES[0], hover=HOVER)
    return figure.update_yaxes(rangemode="tozero")


@headed("means by month of the year")
def weights_chart(result: EtoResult, site: str) -> go.Figure:
    """Draw how much each source counts, by month of the year."""
    days = result.site_days(site).dropna(subset=["eto"])
    names = [str(name) for name in days.columns if str(name).startswith("weight_")]
    months = pd.DatetimeIndex(days.index).month
    means = days[names].groupby(months).mean() * 100
    figure = new_figure(f"{site}: weight of the sources", "", "Weight [%]")
    for place, name in enumerate(name for name in names if means[name].max() > 0.05):
        source = name.removeprefix("weight_")
        figure.add_trace(
            go.Bar(
                x=[MONTHS[month - 1] for month in means.index],
                y=means[name],
                name=title_of(source),
                marker={"color": nth_colour(place + 1)},
                hovertemplate="%{y:.0f} %",
            )
        )
    return figure.update_layout(barmode="stack").update_yaxes(range=[0, 101])


@headed("monthly sums")
def monthly_chart(result: EtoResult, site: str) -> go.Figure:
    """Draw the climate of the months: ETo with the range of nine years in ten, and rain."""
    months = result.table("monthly").query("site == @site").set_index("month")
    years = int(months["years"].max()) if len(months) else 0
    counted = f"mean of {years} years" if years > 1 else "one year"
    figure = new_figure(with_line(f"{site}: ETo and rain", counted), "", "Amount [mm/month]")
    if not years:
        return note_empty(figure, "No month is known whole: ask for a longer period.")
    names = [MONTHS[month - 1] for month in months.index]
    spread = None
    if years > 1:
        spread = {
            "type": "data",
            "symmetric": False,
            "array": (months["eto_p90"] - months["eto"]).clip(lower=0),
            "arrayminus": (months["eto"] - months["eto_p10"]).clip(lower=0),
            "thickness": 1.2,
        }
    figure.add_trace(
        go.Bar(
            x=names,
            y=months["eto"],
            name="ETo (bars: 10 to 90 % of years)" if years > 1 else "ETo",
            marker={"color": CATEGORIES[1]},
            error_y=spread,
            hovertemplate="%{y:.0f} mm",
        )
    )
    if months["precip"].notna().any():
        figure.add_trace(
            go.Bar(
                x=names,
                y=months["precip"],
                name="Rain",
                marker={"color": CATEGORIES[0]},
                hovertemplate="%{y:.0f} mm",
            )
        )
    return figure.update_layout(barmode="group")


@headed("monthly sums, running sum of days")
def water_balance_chart(result: EtoResult, site: str) -> go.Figure:
    """Draw rain minus ETo by month, and its running sum."""
    days = result.site_days(site)
    known = days.dropna(subset=["balance"])
    figure = new_figure(f"{site}: water balance", "", "Rain minus ETo [mm]")
    if known.empty:
        return note_empty(figure, "No source has rain.")
    dates = pd.DatetimeIndex(known.index)
    # Over several dry years one sum would only be a line downwards.
    yearly = len(known) > MAX_DAYS_OF_ONE_SUM
    sums = known.groupby(dates.year)["balance"].cumsum() if yearly else known["balance"].cumsum()
    running, word = _thinned(sums.to_frame(), last=True)
    if word:
        say_resolution(figure, "monthly sums, running sum every 7 days")
    months = known["balance"].resample("MS").sum()
    if len(months) > 1:
        figure.add_trace(
            go.Bar(
                x=pd.DatetimeIndex(months.index).shift(14, freq="D"),
                y=months,
                name="Month [mm]",
                marker={"color": np.where(months < 0, CATEGORIES[1], CATEGORIES[4]).tolist()},
                hovertemplate="%{y:.0f} mm",
            )
        )
    name = "Sum since 1 January [mm]" if yearly else "Sum since the first day [mm]"
    add_line(figure, running.index, running["balance"], name, CATEGORIES[0], hover="%{y:.0f} mm")
    return figure


@headed("shares of days")
def grades_chart(result: EtoResult) -> go.Figure:
    """Draw the share of days of each grade, by site."""
    sites = result.table("sites").iloc[::-1]
    figure = new_figure("How far to trust the days", "Days [%]", "")
    for grade, colour in GRADES.items():
        figure.add_trace(
            go.Bar(
                y=sites["site"],
                x=sites[f"{grade}_grade"],
                name=grade.capitalize(),
                orientation="h",
                marker={"color": colour},
                hovertemplate="%{x:.0f} %",
            )
        )
    height = max(260, min(1600, 130 + 26 * len(sites)))
    return figure.update_layout(barmode="stack", height=height, hovermode="y unified").update_xaxes(
        range=[0, 101]
    )


@headed("means of all days")
def map_chart(result: EtoResult) -> go.Figure:
    """Draw where the places lie, coloured by their mean ETo; drawn from the land raster, without any tiles."""
    sites = result.table("sites")
    figure = new_figure("Mean ETo of the places", "Longitude [degrees east]", "Latitude [degrees north]")
    west, east, south, north = _frame(sites)
    longitudes = np.linspace(west, east, 300)
    latitudes = np.linspace(south, north, 220)
    land = land_at(latitudes, longitudes).astype(float)
    figure.add_trace(
        go.Heatmap(
            x=longitudes.round(3),
            y=latitudes.round(3),
            z=np.where(land > 0, 1.0, np.nan),
            colorscale=[[0, LAND], [1, LAND]],
            opacity=LAND_OPACITY,
            showscale=False,
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=sites["longitude"],
            y=sites["latitude"],
            text=sites["site"],
            mode="markers+text" if len(sites) <= 12 else "markers",
            textposition="top center",
            showlegend=False,
            marker={
                "size": 12,
                "color": sites["mean_eto"],
                "colorscale": "Cividis",
                "line": {"width": 1, "color": "white"},
                "colorbar": {"title": {"text": "mm/d"}, "thickness": 12},
                "showscale": True,
            },
            hovertemplate="%{text}: %{marker.color:.2f} mm/d<extra></extra>",
        )
    )
    figure.update_yaxes(
        scaleanchor="x", scaleratio=1 / np.cos(np.radians((south + north) / 2)), range=[south, north]
    )
    return figure.update_xaxes(range=[west, east], constrain="domain").update_layout(
        hovermode="closest", height=480
    )


@headed()
def comparison_chart(first: EtoResult, second: EtoResult, site: str) -> go.Figure:
    """Draw the same site in two results."""
    other = second.site_days(site)["eto"].rename("eto_other")
    both = first.site_days(site)[["eto"]].join(other, how="outer")
    shown, word = _thinned(both)
    figure = say_resolution(new_figure(f"{site}: two results", "", AMOUNT), word)
    named = (("eto", first.scenario, "solid"), ("eto_other", second.scenario, "dash"))
    for place, (column, name, dash) in enumerate(named):
        add_line(figure, shown.index, shown[column], name, CATEGORIES[place], dash=dash, hover=HOVER)
    return figure.update_yaxes(rangemode="tozero")


def _mark_doubtful(figure: go.Figure, days: pd.DataFrame) -> None:
    known = days.dropna(subset=["eto"])
    for grade in ("medium", "low"):
        part = known[known["grade"] == grade]
        # Where nearly every day is of one grade, dots on all of them would only hide the line.
        if part.empty or len(part) > 0.6 * len(known):
            continue
        figure.add_trace(
            go.Scatter(
                x=part.index,
                y=part["eto"],
                mode="markers",
                name=f"{grade.capitalize()} quality",
                marker={
                    "color": GRADES[grade],
                    "size": 6,
                    "symbol": "circle" if grade == "medium" else "diamond",
                },
                customdata=part["reason"],
                hovertemplate="%{customdata}",
            )
        )


def _frame(sites: pd.DataFrame) -> tuple[float, float, float, float]:
    margin = max(
        1.5,
        0.15 * float(np.ptp(sites["longitude"])),
        0.15 * float(np.ptp(sites["latitude"])),
    )
    return (
        max(-180.0, float(sites["longitude"].min()) - 1.5 * margin),
        min(180.0, float(sites["longitude"].max()) + 1.5 * margin),
        max(-90.0, float(sites["latitude"].min()) - margin),
        min(90.0, float(sites["latitude"].max()) + margin),
    )


def _thinned(frame: pd.DataFrame, *, last: bool = False) -> tuple[pd.DataFrame, str]:
    if len(frame) <= MAX_DAYS_SHOWN:
        return frame, ""
    weeks = frame.resample("7D")
    return (weeks.last() if last else weeks.mean()), "means of 7 days"
