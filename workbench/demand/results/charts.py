"""Figures of a demand result, in the project's energy unit; units on every axis, the forecast start marked.

Only electricity is converted; drivers keep the unit they have in the workbook.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
import plotly.graph_objects as go

from workbench.charts.figure import headed, new_figure
from workbench.charts.palette import HISTORY, nth_colour, nth_dash
from workbench.data.formatting import INDIA, Style, energy_factor, year_label
from workbench.demand.model.choices import GIVEN_PATH
from workbench.demand.model.roles import REDUCING
from workbench.demand.models.catalogue import MODELS
from workbench.demand.results.saved import DemandResult, assumed_in, interval_columns, missing_parts
from workbench.errors import SettingError

MAX_TICKS = 6
"""Labels such as FY 2024-25 that a figure has room for side by side."""
BAND_OPACITY = {0: 0.28, 1: 0.14}


@headed()
def sector_chart(
    result: DemandResult, sector: str, *, models: tuple[str, ...] | None = None, style: Style = INDIA
) -> go.Figure:
    """History, chosen model with its bands, and other models of one sector.

    Parameters
    ----------
    result
        The result.
    sector
        Name.
    models
        Other models to show; all that were computed when left out.
    style
        Energy unit and year labels.

    Raises
    ------
    SettingError
        When there is no such sector.
    """
    if sector not in result.cards:
        raise SettingError(
            f"There is no sector {sector!r}; present: {', '.join(result.cards)}.", "sector", sector
        )
    figure = new_figure()
    factor = energy_factor("GWh", style.energy_unit)
    history = _of_sector(result.table("history"), sector)
    forecast = _of_sector(result.table("forecast"), sector)
    last = history.iloc[-1] if len(history) else None
    chosen = forecast[forecast.chosen]
    if len(chosen):
        name = str(chosen.iloc[0].model)
        middle = chosen[result.config.variant if name != GIVEN_PATH else "base"] * factor
        _add_bands(figure, _joined(chosen, last), factor)
        _add_line(figure, chosen.year, middle, _label(name), nth_colour(0), width=3, last=last, factor=factor)
    others = [m for m in dict.fromkeys(forecast.model) if not forecast[forecast.model == m].chosen.any()]
    for index, model in enumerate(m for m in others if models is None or m in models):
        rows = forecast[forecast.model == model]
        colour = nth_colour(1 + index % 7)
        _add_line(
            figure,
            rows.year,
            rows.base * factor,
            _label(model),
            colour,
            dash=nth_dash(1 + index // 7 % 5),
            visible=True if models is not None else "legendonly",
            last=last,
            factor=factor,
        )
    _add_line(figure, history.year, history.electricity * factor, "Actual", HISTORY, width=3, markers=True)
    if last is not None:
        _mark_start(figure, int(last.year), style)
    return _finish(figure, f"{sector}: electricity by year", f"Electricity [{style.energy_unit}]", style)


@headed()
def consolidated_chart(result: DemandResult, kind: str = "bars", *, style: Style = INDIA) -> go.Figure:
    """All sectors of a result over the years, see :func:`sectors_chart`."""
    table = result.table("consolidated").set_index("year").drop(columns="kind")
    roles = dict(zip(result.table("history").sector, result.table("history").role, strict=True))
    reducing = [name for name in table.columns if roles.get(str(name)) in REDUCING]
    missing = missing_parts(result.table("consolidated"))
    figure = sectors_chart(table, kind, reducing=reducing, style=style)
    for name, first in missing.items():
        _mark_missing(figure, name, first, int(table.index[-1]))
    _mark_start(figure, int(result.facts["last_actual_year"]), style)
    return figure.update_layout(title=f"Electricity by sector ({result.scenario})")


def sectors_chart(
    table: pd.DataFrame, kind: str = "bars", *, reducing: Collection[str] = (), style: Style = INDIA
) -> go.Figure:
    """Electricity of several sectors over the years.

    Parameters
    ----------
    table
        GWh, index of years, one column a sector.
    kind
        ``"bars"`` (stacked), ``"area"`` (stacked) or ``"lines"``.
    reducing
        Sectors that lower the demand: below the axis of a stack.
    style
        Energy unit and year labels.

    Raises
    ------
    ValueError
        When the kind is another.
    """
    if kind not in ("bars", "area", "lines"):
        raise ValueError(f"kind is {kind!r}, expected bars, area or lines")
    figure = new_figure()
    factor = energy_factor("GWh", style.energy_unit)
    if kind == "area":
        # An area would close over a missing part: it ends where the first one is missing.
        table = table[(table.notna() | ~table.notna().cummax()).all(axis=1)]
    for index, name in enumerate(map(str, table.columns)):
        sign = -1.0 if name in reducing and kind != "lines" else 1.0
        values = table[name] * factor * sign
        if kind != "lines":
            # A sector that has not begun adds nothing to a stack.
            values = values.where(values.notna().cummax(), 0.0)
        colour, dash = nth_colour(index), nth_dash(index // 8)
        if kind == "bars":
            marker = {"color": colour, "pattern": {"shape": "" if index < 8 else "/", "fillmode": "overlay"}}
            figure.add_trace(go.Bar(x=table.index, y=values, name=name, marker=marker))
        else:
            group = {"stackgroup": "below" if sign < 0 else "above"} if kind == "area" else {}
            line = {"color": colour, "dash": dash}
            figure.add_trace(go.Scatter(x=table.index, y=values, name=name, mode="lines", line=line, **group))
    figure.update_layout(barmode="relative")
    return _finish(figure, "Electricity by sector", f"Electricity [{style.energy_unit}]", style)


@headed()
def requirement_chart(result: DemandResult, *, style: Style = INDIA) -> go.Figure:
    """Energy requirement with the bands of the simulated total."""
    figure = new_figure()
    table = result.table("requirement")
    factor = energy_factor("GWh", style.energy_unit)
    _add_bands(figure, table, factor)
    _add_by_origin(figure, table, "requirement", factor, "Requirement", nth_colour(0))
    _add_line(figure, table.year, table.net * factor, "Net consumption", nth_colour(1), dash="dot")
    if table.net.isna().any():
        for name, first in missing_parts(result.table("consolidated")).items():
            _mark_missing(figure, name, first, int(table.year.iloc[-1]))
    _mark_start(figure, int(result.facts["last_actual_year"]), style)
    return _finish(figure, "Energy requirement", f"Electricity [{style.energy_unit}]", style)


@headed()
def peak_chart(result: DemandResult, *, style: Style = INDIA) -> go.Figure:
    """Peak load with its bands."""
    figure = new_figure()
    table = result.table("requirement")
    bands = table.drop(columns=interval_columns(table))
    bands = bands.rename(columns=lambda name: name.removeprefix("peak_mw_"))
    # What was measured has no band: it begins at that point, as that of the requirement does.
    actual = bands.year == int(result.facts["last_actual_year"])
    for name in interval_columns(bands):
        bands.loc[actual & bands[name].isna(), name] = bands["peak_mw"]
    _add_bands(figure, bands, 1.0)
    _add_by_origin(figure, table, "peak_mw", 1.0, "Peak load", nth_colour(5))
    _mark_start(figure, int(result.facts["last_actual_year"]), style)
    return _finish(figure, "Peak load", "Power [MW]", style)


@headed()
def accuracy_chart(result: DemandResult, sector: str = "Total", *, measure: str = "mape") -> go.Figure:
    """Out-of-sample error of every model by horizon, beside naive and drift."""
    figure = new_figure()
    table = _of_sector(result.table("accuracy"), sector)
    for index, ((model, drivers), rows) in enumerate(table.groupby(["model", "drivers"], sort=False)):
        label = _label(str(model)) + ("" if drivers in ("none needed", "") else f", drivers {drivers}")
        colour, dash = nth_colour(index), nth_dash(index // 8)
        _add_line(figure, rows.horizon, rows[measure], label, colour, dash=dash, markers=True)
    title = {"mape": "MAPE [%]", "smape": "sMAPE [%]", "mase": "MASE [-]", "bias": "Bias [%]"}[measure]
    figure.update_layout(
        title=f"{sector}: error out of sample", xaxis_title="Horizon [years]", yaxis_title=title, height=560
    )
    return figure


@headed()
def correlation_chart(result: DemandResult, *, of_growth: bool = False) -> go.Figure:
    """Signed correlation of sectors with drivers."""
    figure = new_figure()
    column = "growth" if of_growth else "level"
    table = result.table("correlations").pivot_table(
        index="sector", columns="driver", values=column, sort=False
    )
    figure.add_trace(
        go.Heatmap(
            z=table.to_numpy(),
            x=list(table.columns),
            y=list(table.index),
            zmin=-1,
            zmax=1,
            colorscale="RdBu",
            texttemplate="%{z:+.2f}",
            colorbar={"title": "Correlation [-]"},
        )
    )
    what = "yearly growth" if of_growth else "levels"
    figure.update_layout(title=f"Correlation of {what}", xaxis_title="Driver", yaxis_title="Sector")
    return figure


@headed()
def comparison_chart(first: DemandResult, second: DemandResult, *, style: Style = INDIA) -> go.Figure:
    """Requirement of two scenarios."""
    figure = new_figure()
    factor = energy_factor("GWh", style.energy_unit)
    for index, result in enumerate((first, second)):
        table = result.table("requirement")
        colour, dash = nth_colour(index), nth_dash(index)
        _add_line(figure, table.year, table.requirement * factor, result.scenario, colour, dash=dash, width=3)
    _mark_start(figure, int(first.facts["last_actual_year"]), style)
    return _finish(figure, "Energy requirement by scenario", f"Electricity [{style.energy_unit}]", style)


def _of_sector(table: pd.DataFrame, sector: str) -> pd.DataFrame:
    return table[table.sector == sector]


def _label(model: str) -> str:
    return MODELS[model].label if model in MODELS else model.replace("_", " ").capitalize()


def _joined(chosen: pd.DataFrame, last: pd.Series | None) -> pd.DataFrame:
    """Let bands begin at the last actual, where nothing is uncertain yet."""
    if last is None:
        return chosen
    bands = interval_columns(chosen)
    start = pd.DataFrame({"year": [last.year], **{name: [last.electricity] for name in bands}})
    return pd.concat([start, chosen[["year", *bands]]], ignore_index=True)


def _add_bands(figure: go.Figure, table: pd.DataFrame, factor: float) -> None:
    levels = sorted(
        (float(name[6:]) for name in interval_columns(table) if name.startswith("lower_")), reverse=True
    )
    for index, level in enumerate(levels):
        lower, upper = (table[f"{side}_{level:g}"] * factor for side in ("lower", "upper"))
        if lower.isna().all():
            continue
        name, group = f"{level:g} % interval", f"band {level:g}"
        hidden = {"mode": "lines", "line": {"width": 0}, "legendgroup": group, "hoverinfo": "skip"}
        shade = f"rgba(0,114,178,{BAND_OPACITY[1 - min(index, 1)]})"
        figure.add_trace(go.Scatter(x=table.year, y=lower, showlegend=False, **hidden))
        figure.add_trace(
            go.Scatter(x=table.year, y=upper, name=name, fill="tonexty", fillcolor=shade, **hidden)
        )


def _add_line(
    figure: go.Figure,
    x: pd.Series,
    y: pd.Series,
    name: str,
    colour: str,
    *,
    dash: str = "solid",
    width: float = 2,
    markers: bool = False,
    visible: bool | str = True,
    last: pd.Series | None = None,
    factor: float = 1.0,
) -> None:
    xs, ys = list(x), list(y)
    if last is not None:
        xs, ys = [last.year, *xs], [last.electricity * factor, *ys]
    line = {"color": colour, "dash": dash, "width": width}
    mode = "lines+markers" if markers else "lines"
    figure.add_trace(go.Scatter(x=xs, y=ys, name=name, mode=mode, line=line, visible=visible))


def _add_by_origin(
    figure: go.Figure, table: pd.DataFrame, name: str, factor: float, title: str, colour: str
) -> None:
    """Draw a column as a line, dashed and labelled where it is assumed; what is missing is left empty."""
    assumed = assumed_in(table, name)
    for part, label, dash in ((~assumed, title, "solid"), (assumed, f"{title}, assumed", "dash")):
        values = table[name].where(part) * factor
        if values.notna().any():
            # A single year between assumed ones is seen as a point only.
            alone = int(values.notna().sum()) == 1
            _add_line(figure, table.year, values, label, colour, dash=dash, width=3, markers=alone)


def _mark_missing(figure: go.Figure, name: str, first: int, last: int) -> None:
    begin = min(min(trace.x) for trace in figure.data if len(trace.x))
    # Above the lower values of a long past: on a narrow page the words are as wide as the future.
    side = "right" if first - begin > last - first else "left"
    figure.add_vrect(
        x0=first - 0.5,
        x1=last + 0.5,
        line_width=0,
        fillcolor="grey",
        opacity=0.15,
        annotation_text=f"{name}<br>is missing: no total",
        annotation_position="top left",
        annotation_align=side,
        annotation_xanchor=side,
    )


def _mark_start(figure: go.Figure, last_actual: int, style: Style) -> None:
    figure.add_vline(
        x=last_actual + 0.5,
        line={"dash": "dot", "width": 1},
        annotation_text="Forecast",
        annotation_position="top",
    )


def _finish(figure: go.Figure, title: str, unit: str, style: Style) -> go.Figure:
    years = sorted({int(year) for trace in figure.data for year in trace.x})
    step = max(1, -(-len(years) // MAX_TICKS))
    kind = "Year" if style.fiscal_year_start == 1 else "Fiscal year"
    # Counted from the end: the target year is the one that is looked for.
    ticks = years[::-step][::-1]
    figure.update_layout(title=title, xaxis_title=kind, yaxis_title=unit)
    labels = [year_label(year, style) for year in ticks]
    figure.update_xaxes(tickvals=ticks, ticktext=labels, tickangle=0)
    return figure
