"""Figures of an irrigation plan: soil water, the days ahead, the seasons, the coefficients."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from workbench.charts.figure import add_band, add_line, headed, new_figure, note_empty, say_resolution
from workbench.charts.palette import CATEGORIES, nth_colour
from workbench.evapotranspiration.irrigation.season import MEASURED
from workbench.evapotranspiration.results.irrigation.saved import IrrigationResult, in_unit

RAIN, NET, NEED, LIMIT = CATEGORIES[0], CATEGORIES[2], CATEGORIES[1], CATEGORIES[5]


@headed()
def soil_chart(result: IrrigationResult, field: str, season: str = "", unit: str = "mm") -> go.Figure:
    """Draw how much water the root zone lacks, the limit of stress, and rain and irrigation.

    Parameters
    ----------
    result
        The plan.
    field
        Which field.
    season
        Which season; the last one if empty.
    unit
        ``mm`` or ``inch``.
    """
    days, season = _season(result, field, season)
    days, _ = in_unit(days, unit)
    figure = new_figure(f"{field}: water of the root zone, {season}", "", f"Depth of water [{unit}]")
    for name, title, colour in (("rain", "Rain", RAIN), ("net", "Irrigation, net", NET)):
        figure.add_trace(
            go.Bar(
                x=days["date"],
                y=days[name],
                name=title,
                marker={"color": colour},
                hovertemplate=f"%{{y:.2f}} {unit}",
            )
        )
    ahead = days[days["basis"] != MEASURED]
    if len(ahead):
        add_band(
            figure, ahead["date"], -ahead["need_high"], -ahead["need_low"], "If nothing is applied: band"
        )
    hover = f"%{{y:.2f}} {unit}"
    add_line(figure, days["date"], -days["depletion"], "Depletion", NEED, hover=hover)
    add_line(
        figure, days["date"], -days["readily"], "Stress begins", LIMIT, dash="dash", width=1.5, hover=hover
    )
    add_line(
        figure,
        days["date"],
        -days["available"],
        "Wilting point",
        nth_colour(7),
        dash="dot",
        width=1.5,
        hover=hover,
    )
    return figure.update_layout(barmode="stack")


@headed()
def outlook_chart(result: IrrigationResult, field: str, unit: str = "mm") -> go.Figure:
    """Draw the days ahead: demand of the crop with its band, rain, irrigation that is due."""
    days = result.table("outlook")
    days, _ = in_unit(days[days["field"] == field], unit)
    figure = new_figure(f"{field}: the days ahead", "", f"Depth of water [{unit}/d]")
    if days.empty:
        return note_empty(figure, "No season is under way after the last day of the weather.")
    if days["etc"].isna().all():
        return note_empty(
            figure, "Not known: ETo of days before is missing. Fill the gap, then run it again."
        )
    add_band(figure, days["date"], days["etc_low"], days["etc_high"], "Demand: band")
    hover = f"%{{y:.2f}} {unit}"
    add_line(figure, days["date"], days["etc"], "Demand of the crop", NEED, hover=hover)
    for name, title, colour in (("rain", "Rain", RAIN), ("net", "Irrigation due, net", NET)):
        figure.add_trace(
            go.Bar(x=days["date"], y=days[name], name=title, marker={"color": colour}, hovertemplate=hover)
        )
    return figure.update_layout(barmode="group").update_yaxes(rangemode="tozero")


@headed("sums of seasons")
def seasons_chart(result: IrrigationResult, field: str, unit: str = "mm") -> go.Figure:
    """Draw what each season used, and where its water came from."""
    table = result.table("seasons")
    seasons, _ = in_unit(table[table["field"] == field], unit)
    figure = new_figure(
        f"{field}: water of the seasons", "Season, by the year of planting", f"Water [{unit}]"
    )
    for name, title, colour in (
        ("effective_rain", "Effective rain", RAIN),
        ("net", "Irrigation, net", NET),
    ):
        figure.add_trace(
            go.Bar(
                x=seasons["season"],
                y=seasons[name],
                name=title,
                marker={"color": colour},
                hovertemplate=f"%{{y:.1f}} {unit}",
            )
        )
    figure.add_trace(
        go.Scatter(
            x=seasons["season"],
            y=seasons["etc"],
            name="Demand of the crop",
            mode="markers",
            marker={"color": NEED, "size": 11, "symbol": "diamond"},
            hovertemplate=f"%{{y:.1f}} {unit}",
        )
    )
    return figure.update_layout(barmode="stack").update_xaxes(type="category")


@headed()
def coefficients_chart(result: IrrigationResult, field: str, season: str = "") -> go.Figure:
    """Draw the crop coefficient of a season, and the share of ETo that the field really used."""
    days, season = _season(result, field, season)
    dual = result.config.coefficients == "dual"
    figure = new_figure(f"{field}: crop coefficients, {season}", "", "Coefficient [-]")
    used = (days["eta"] / days["eto"]).where(days["eto"] > 0)
    add_line(figure, days["date"], used, "Used (ETa/ETo)", CATEGORIES[0], width=1.3, hover="%{y:.2f}")
    title = "Basal coefficient (Kcb)" if dual else "Crop coefficient (Kc)"
    add_line(figure, days["date"], days["coefficient"], title, NEED, hover="%{y:.2f}")
    add_line(figure, days["date"], days["ks"], "Stress coefficient (Ks)", LIMIT, dash="dot", hover="%{y:.2f}")
    return say_resolution(figure, "daily values").update_yaxes(rangemode="tozero")


def _season(result: IrrigationResult, field: str, season: str) -> tuple[pd.DataFrame, str]:
    days = result.field_days(field)
    season = season or str(days["season"].iloc[-1])
    return days[days["season"] == season], season
