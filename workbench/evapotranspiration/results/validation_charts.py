"""Figures of a validation: estimate beside reference, skill by site and season, intervals, 30-day windows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.charts.figure import add_line, new_figure, note_empty, with_line
from workbench.charts.palette import nth_colour
from workbench.evapotranspiration.validation.drawn import ALL_DAYS, density, interval_shares, windows_of
from workbench.evapotranspiration.validation.holdout import FUSED, WHOLE_YEAR, WINDOW_DAYS, Validation

MEASURE_NAMES = {
    "r2": "R² [-]",
    "kge": "Kling-Gupta efficiency [-]",
    "nse": "Nash-Sutcliffe efficiency [-]",
    "mae": "Mean absolute error [mm/d]",
    "rmse": "Root mean square error [mm/d]",
    "pbias": "Bias [%]",
    "coverage": "Days inside the interval [-]",
}
MAX_NAME_LENGTH = 20
NO_DAY = "No held-out day has both an estimate and a reference"
MIN_SHOWN = -1.0
"""Bars of efficiencies are cut here: how bad a bias makes a source matters no further."""


def scatter_figure(validation: Validation) -> go.Figure:
    """Held-out days: fused ETo beside the reference, as a density with the line of equality."""
    days = validation.predictions.dropna(subset=["eto", "reference"])
    figure = new_figure(
        "Fused and reference ETo on held-out days", "Reference ETo [mm/d]", "Fused ETo [mm/d]"
    )
    if days.empty:
        return note_empty(figure, NO_DAY)
    top = np.ceil(max(days["eto"].max(), days["reference"].max()))
    middle, counts = density(days)
    # Days are counted on a logarithmic scale: the rare ones would vanish beside the common.
    shown = np.where(counts > 0, np.log10(np.maximum(counts, 1)), np.nan)
    ticks = np.arange(0, int(np.ceil(np.nanmax(shown))) + 1)
    figure.add_trace(
        go.Heatmap(
            x=middle,
            y=middle,
            z=np.round(shown, 3),
            customdata=counts,
            colorscale="Cividis",
            colorbar={
                "title": {"text": "[days]"},
                "tickvals": ticks,
                "ticktext": [f"{10**n:,}" for n in ticks],
            },
            hovertemplate="reference %{x:.2f}, fused %{y:.2f} mm/d<br>%{customdata:,} days<extra></extra>",
        )
    )
    add_line(figure, [0, top], [0, top], "equal", nth_colour(5), dash="dash", width=1.5, hoverinfo="skip")
    low = np.floor(min(days["eto"].min(), days["reference"].min()))
    figure.update_xaxes(range=[low, top]).update_yaxes(range=[low, top])
    return figure.update_layout(hovermode="closest", height=460)


def skill_figure(validation: Validation, measure: str = "nse", *, season: str = WHOLE_YEAR) -> go.Figure:
    """One measure at every site: fused beside each source as it is.

    Parameters
    ----------
    validation
        The validation.
    measure
        ``r2``, ``kge``, ``nse``, ``mae``, ``rmse`` or ``pbias``.
    season
        ``all``, ``DJF``, ``MAM``, ``JJA`` or ``SON``.
    """
    rows = validation.by_site[validation.by_site["season"] == season].dropna(subset=[measure])
    title = f"{MEASURE_NAMES[measure].split(' [')[0]} by site" + (
        "" if season == WHOLE_YEAR else f", {season}"
    )
    figure = new_figure(title, MEASURE_NAMES[measure], "")
    if rows.empty:
        return note_empty(figure, NO_DAY)
    order = _ordered(rows, measure)
    for place, what in enumerate(dict.fromkeys(rows["what"])):
        one = rows[rows["what"] == what].set_index("site").reindex(order)
        value = one[measure]
        shown = value.clip(lower=MIN_SHOWN) if measure in ("kge", "nse") else value
        figure.add_trace(
            go.Scatter(
                x=shown,
                y=_labels(order),
                customdata=value,
                name=_source_name(str(what)),
                mode="markers",
                marker={
                    "color": nth_colour(0 if what == FUSED else place),
                    "symbol": ("circle", "diamond", "square", "cross", "x")[place % 5],
                    "size": 11 if what == FUSED else 9,
                },
                hovertemplate="%{y}: %{customdata:.2f}<extra>%{fullData.name}</extra>",
            )
        )
    if measure in ("kge", "nse") and rows[measure].min() < MIN_SHOWN:
        figure.update_xaxes(title=f"{MEASURE_NAMES[measure]}, cut at {MIN_SHOWN:g}")
    if measure == "pbias":
        figure.add_vline(x=0, line_width=1, line_color=nth_colour(7))
    figure.update_yaxes(showgrid=True, type="category")
    return figure.update_layout(hovermode="closest", height=max(320, 150 + 24 * len(order)))


def season_figure(validation: Validation, measure: str = "mae") -> go.Figure:
    """One measure of the fused ETo by site and season, as a heat map with its numbers."""
    rows = validation.by_site[validation.by_site["what"] == FUSED].dropna(subset=[measure])
    figure = new_figure(f"{MEASURE_NAMES[measure].split(' [')[0]} by season", "Season", "")
    if rows.empty:
        return note_empty(figure, NO_DAY)
    table = rows.pivot_table(index="site", columns="season", values=measure, sort=False)
    table = table.reindex(_ordered(rows[rows["season"] == WHOLE_YEAR], measure))
    unit = MEASURE_NAMES[measure].split("[")[1].rstrip("]")
    figure.add_trace(
        go.Heatmap(
            z=table.to_numpy(),
            x=["year" if name == WHOLE_YEAR else str(name) for name in table.columns],
            y=_labels([str(name) for name in table.index]),
            colorscale="Cividis",
            colorbar={"title": {"text": "" if unit == "-" else unit}},
            hovertemplate="%{y}, %{x}: %{z:.3f}<extra></extra>",
        )
    )
    _write_numbers(figure, 1 if measure == "pbias" else 2)
    figure.update_xaxes(type="category").update_yaxes(type="category", showgrid=False)
    return figure.update_layout(hovermode="closest", height=max(320, 150 + 26 * len(table)))


def coverage_figure(validation: Validation) -> go.Figure:
    """Whether intervals hold what they promise: days inside, for intervals of several widths."""
    days = validation.predictions.dropna(subset=["eto", "reference", "standard_error"])
    figure = new_figure("Days inside the interval", "Promised share [%]", "Share found on held-out days [%]")
    if days.empty:
        return note_empty(figure, NO_DAY)
    shares = interval_shares(days).set_index("series")
    for name in ("worst site", "best site"):
        part = shares.loc[name]
        add_line(
            figure, part.promised, part.share, name, nth_colour(7), dash="dot", width=1.5, hover="%{y:.0f} %"
        )
    pooled = shares.loc[ALL_DAYS]
    add_line(
        figure,
        pooled.promised,
        pooled.share,
        ALL_DAYS,
        nth_colour(0),
        hover="%{y:.1f} %",
        mode="lines+markers",
    )
    ends = [48, 100]
    add_line(figure, ends, ends, "as promised", nth_colour(5), dash="dash", width=1, hoverinfo="skip")
    return figure


def windows_figure(validation: Validation, site: str = "") -> go.Figure:
    """Anomalies of 30-day means at one site (the first when left out): fused and reference.

    Raises
    ------
    KeyError
        When the validation has no such site.
    """
    days = validation.predictions
    name = site or (str(days["site"].iloc[0]) if len(days) else "")
    if site and not (days["site"] == site).any():
        raise KeyError(site)
    one = days[days["site"] == name]
    figure = new_figure(
        f"{WINDOW_DAYS}-day windows at {name.replace('_', ' ')}",
        "First day of the window",
        "Anomaly of mean ETo [mm/d]",
    )
    if one.empty:
        return note_empty(figure, NO_DAY)
    windows = windows_of(one)
    for column, label, place, dash in (
        ("reference", "Reference", 7, "solid"),
        ("estimate", "Fused", 0, "dash"),
    ):
        add_line(
            figure,
            windows.index,
            windows[column],
            label,
            nth_colour(place),
            dash=dash,
            hover="%{y:+.2f} mm/d",
        )
    found = validation.windows.query("site == @name and what == @FUSED")["correlation"]
    correlation = float(found.iloc[0]) if len(found) else float("nan")
    subtitle = f"correlation {correlation:.2f}; the season is taken out"
    return figure.update_layout(title_text=with_line(figure.layout.title.text, subtitle))


def _write_numbers(figure: go.Figure, decimals: int) -> None:
    """Write the value of each cell of a heat map in an ink that its colour lets be read."""
    heat = figure.data[0]
    values = np.asarray(heat.z, dtype=float)
    middle = (np.nanmin(values) + np.nanmax(values)) / 2
    rows, columns = np.nonzero(np.isfinite(values))
    # Cividis runs from dark blue to light yellow.
    numbers = values[rows, columns]
    for ink, where in (("#FFFFFF", numbers < middle), ("#111417", numbers >= middle)):
        figure.add_trace(
            go.Scatter(
                x=[heat.x[place] for place in columns[where]],
                y=[heat.y[place] for place in rows[where]],
                text=[f"{value:.{decimals}f}" for value in numbers[where]],
                mode="text",
                textfont={"color": ink, "size": 11},
                showlegend=False,
                hoverinfo="skip",
            )
        )


def _ordered(rows: pd.DataFrame, measure: str) -> list[str]:
    """Sites from the worst at the foot to the best at the top, by the fused ETo."""
    fused = rows[rows["what"] == FUSED].set_index("site")[measure]
    if measure == "pbias":
        fused = -fused.abs()
    return [str(name) for name in fused.sort_values(ascending=measure not in ("mae", "rmse")).index]


def _labels(names: list[str]) -> list[str]:
    """Names short enough for the edge of a narrow page, as long as they still tell the sites apart."""
    whole = [name.replace("_", " ") for name in names]
    short = [
        name if len(name) <= MAX_NAME_LENGTH else f"{name[: MAX_NAME_LENGTH - 1].rstrip()}…" for name in whole
    ]
    return short if len(set(short)) == len(set(whole)) else whole


def _source_name(what: str) -> str:
    return "Fused" if what == FUSED else what.replace("_", " ")
