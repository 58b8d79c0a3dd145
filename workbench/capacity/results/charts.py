"""Figures of a plan by year and carrier; units on every axis, one colour a carrier everywhere."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from workbench.capacity.model.system import UNSERVED
from workbench.capacity.network.assets import SALE
from workbench.capacity.results.chart_parts import (
    currency_of,
    money_of,
    stack_order,
    year_labels,
)
from workbench.capacity.results.saved import CapacityResult
from workbench.charts.figure import headed, new_figure, note_empty
from workbench.charts.palette import CATEGORIES, HISTORY, carrier_colour
from workbench.data.comparison.comparison import compare
from workbench.data.formatting import INDIA, Style, energy_factor, format_number, year_label


@headed("yearly values")
def capacity_chart(result: CapacityResult, value: str = "capacity", *, style: Style = INDIA) -> go.Figure:
    """Capacity by year and carrier [MW], stacked.

    Parameters
    ----------
    result
        The plan.
    value
        ``"capacity"``, ``"existing"``, ``"new"`` or ``"retired"``.
    style
        Year labels.
    """
    table = result.table("capacity")
    table = table[table.component.isin(("Generator", "StorageUnit"))]
    titles = {
        "capacity": "Capacity",
        "existing": "Existing capacity",
        "new": "New capacity",
        "retired": "Retired capacity",
    }
    return _stack(table, value, titles[value], "Capacity [MW]", style)


@headed("yearly values")
def energy_chart(result: CapacityResult, *, style: Style = INDIA) -> go.Figure:
    """Energy supplied by year and carrier; storage gives back what it took and is left out."""
    table = result.table("energy")
    table = table[(table.component == "Generator") & (table.supply > 0)]
    table = table.assign(supply=table.supply * energy_factor("GWh", style.energy_unit))
    return _stack(table, "supply", "Energy by source", f"Energy [{style.energy_unit}]", style)


@headed("yearly values")
def cost_chart(result: CapacityResult, *, style: Style = INDIA) -> go.Figure:
    """Costs by year: capital of new plants and, where it is known, of existing ones; fixed costs; operation."""
    unit, factor = money_of(result)
    columns = {
        "capital": "Capital of new plants",
        "sunk": "Sunk capital",
        "fixed": "Fixed",
        "operation": "Fuel and operation",
        "start_up": "Starts and stops",
    }
    costs = result.table("costs")
    # Results of earlier versions know neither sunk capital nor starts.
    columns = {name: label for name, label in columns.items() if name in costs}
    table = costs.groupby("year")[list(columns)].sum() / factor
    drawn = [name for name in columns if name not in ("sunk", "start_up") or table[name].any()]
    figure = new_figure("Costs a year", "", f"Costs [{unit} a year]")
    for index, name in enumerate(drawn):
        figure.add_trace(
            go.Bar(
                x=year_labels(table.index, style),
                y=table[name],
                name=columns[name],
                marker_color=CATEGORIES[index],
            )
        )
    _add_totals(figure, result, table.sum(axis=1), style)
    figure.update_layout(barmode="relative")
    return figure


def _add_totals(figure: go.Figure, result: CapacityResult, total: pd.Series, style: Style) -> None:
    """Write above each bar its total, and what that is for each MWh of load."""
    unit, factor = money_of(result)
    load = result.table("adequacy").set_index("year").load.reindex(total.index) * 1e3
    each = [format_number(one, style=style) for one in total * factor / load.where(load > 0)]
    words = [
        f"{format_number(whole, style=style)} {unit}<br>{one} {currency_of(result)}/MWh of load"
        for whole, one in zip(total, each, strict=True)
    ]
    years = year_labels(total.index, style)
    marker = {"symbol": "line-ew-open", "size": 14, "color": HISTORY}
    figure.add_trace(
        go.Scatter(
            x=years,
            y=total,
            name="Total",
            mode="markers+text",
            marker=marker,
            text=words,
            textposition="top center",
            cliponaxis=False,
        )
    )
    figure.update_yaxes(range=[min(0.0, 1.2 * float(total.min())), 1.2 * float(total.max())])


@headed("yearly values")
def emission_chart(result: CapacityResult, *, style: Style = INDIA) -> go.Figure:
    """CO2 by year and carrier [Mt]."""
    table = result.table("emissions")
    return _stack(table[table.co2 > 0], "co2", "CO2 emissions", "CO2 [Mt]", style)


@headed("yearly values")
def curtailment_chart(result: CapacityResult, *, style: Style = INDIA) -> go.Figure:
    """Part of the weather's energy that is not used [%]."""
    table = result.table("curtailment")
    wide = table.pivot_table(index="year", columns="carrier", values="rate").sort_index()
    figure = _bars(wide, list(wide.columns), "Curtailment", "Not used, of what was available [%]", style)
    figure.update_layout(barmode="group")
    figure.update_yaxes(range=[0, max(1.0, 1.1 * float(table.rate.max()))])
    return figure


@headed("yearly values")
def capacity_factor_chart(
    result: CapacityResult, year: int | None = None, *, style: Style = INDIA
) -> go.Figure:
    """Capacity factor by carrier [%]."""
    year = result.years[-1] if year is None else year
    assets = result.table("assets")
    rows = assets[
        (assets.year == year)
        & (assets.component == "Generator")
        & (assets.carrier != UNSERVED)
        & (assets.origin != SALE)
        & (assets.capacity > 1e-3)
    ]
    sums = rows.groupby("carrier")[["energy", "capacity"]].sum()
    hours = float(result.table("dispatch").query("year == @year").weight.sum())
    factor = (100 * sums.energy * 1e3 / (sums.capacity * hours)).sort_values()
    colours = [carrier_colour(str(carrier)) for carrier in factor.index]
    figure = new_figure(f"Capacity factors in {year_label(year, style)}", "Capacity factor [%]", "")
    figure.add_trace(
        go.Bar(
            x=factor,
            y=[str(c) for c in factor.index],
            orientation="h",
            marker_color=colours,
            showlegend=False,
        )
    )
    figure.update_layout(hovermode="closest")
    return figure


@headed("yearly values")
def adequacy_chart(result: CapacityResult, *, style: Style = INDIA) -> go.Figure:
    """Firm capacity beside the peak load [MW]."""
    table = result.table("adequacy")
    figure = new_figure("Adequacy", "", "Power [MW]")
    labels = year_labels(table.year, style)
    figure.add_trace(
        go.Bar(x=labels, y=table.firm_capacity, name="Firm capacity", marker_color=CATEGORIES[0])
    )
    marker = {"color": carrier_colour("load"), "symbol": "line-ew", "size": 40, "line": {"width": 3}}
    figure.add_trace(go.Scatter(x=labels, y=table.peak, name="Peak load", mode="markers", marker=marker))
    return figure


def solve_chart(metrics: pd.DataFrame, currency: str) -> go.Figure:
    """Objective, bound and gap of a solve over time.

    Parameters
    ----------
    metrics
        time [s], name, value: the metrics of a run.
    currency
        Of the objective; empty when it is not known.
    """
    figure = new_figure("Progress of the solver", "Time [s]", f"Costs [{currency}]" if currency else "Costs")
    for index, name in enumerate(("Objective", "Best bound", "Dual objective")):
        rows = metrics[metrics.name == name]
        if len(rows):
            figure.add_trace(
                go.Scatter(
                    x=rows.time,
                    y=rows.value,
                    name=name,
                    mode="lines",
                    line={"color": CATEGORIES[index], "shape": "hv"},
                )
            )
    gap = metrics[metrics.name == "MIP gap"]
    if len(gap):
        figure.add_trace(
            go.Scatter(
                x=gap.time,
                y=gap.value,
                name="Gap",
                mode="lines",
                yaxis="y2",
                line={"color": CATEGORIES[5], "dash": "dot"},
            )
        )
        figure.update_layout(
            yaxis2={
                "title": {"text": "Gap [%]"},
                "overlaying": "y",
                "side": "right",
                "rangemode": "tozero",
                "showgrid": False,
            }
        )
    return figure


@headed("yearly values")
def comparison_chart(before: CapacityResult, after: CapacityResult, name: str = "capacity") -> go.Figure:
    """Differences of two plans by carrier.

    Parameters
    ----------
    before, after
        The plans.
    name
        One of :data:`~workbench.capacity.results.saved.COMPARED` with a carrier.
    """
    if not set(before.years) & set(after.years):
        years = [", ".join(map(str, result.years)) for result in (before, after)]
        figure = new_figure(f"Difference: {name}", "", "")
        return note_empty(
            figure,
            f"No year is in both plans: {before.scenario} is of {years[0]}, {after.scenario} of {years[1]}",
        )
    changed = compare(before, after).numbers
    rows = changed[(changed.table == name) & (changed.difference.abs() > 1e-6)].sort_values("year")
    unit = f" [{rows.unit.iloc[0]}]" if len(rows) and rows.unit.iloc[0] else ""
    figure = new_figure(f"Difference: {name}", "", f"{after.scenario} less {before.scenario}{unit}")
    for carrier, group in rows.groupby("carrier"):
        figure.add_trace(
            go.Bar(
                x=group.year.astype(int).astype(str),
                y=group.difference,
                name=str(carrier) or name,
                marker_color=carrier_colour(str(carrier)),
            )
        )
    return figure.update_layout(barmode="relative")


def _stack(table: pd.DataFrame, value: str, title: str, unit: str, style: Style) -> go.Figure:
    wide = table.pivot_table(index="year", columns="carrier", values=value, aggfunc="sum").fillna(0.0)
    carriers = [c for c in sorted(wide.columns, key=stack_order) if wide[c].abs().max() > 1e-6]
    if len(wide) == 1 and carriers:
        return _one_year(wide[carriers].iloc[0], title, unit, year_labels(wide.index, style)[0])
    return _bars(wide, carriers, title, unit, style).update_layout(barmode="relative")


def _one_year(values: pd.Series, title: str, unit: str, year: str) -> go.Figure:
    """Bars of one year below each other, the largest first: easier to compare than a bar as wide as the page."""
    ordered = values.sort_values()
    figure = new_figure(title, unit, "Carrier")
    figure.add_trace(
        go.Bar(
            x=ordered,
            y=[str(carrier) for carrier in ordered.index],
            name=year,
            orientation="h",
            marker_color=[carrier_colour(str(carrier)) for carrier in ordered.index],
            showlegend=False,
        )
    )
    height = 150 + 28 * len(ordered)
    figure.update_yaxes(dtick=1).update_xaxes(separatethousands=True)
    return figure.update_layout(hovermode="closest", height=height)


def _bars(wide: pd.DataFrame, carriers: list[str], title: str, unit: str, style: Style) -> go.Figure:
    """One bar a year and carrier; a colour that comes again is told apart by its pattern."""
    figure = new_figure(title, "", unit)
    labels = year_labels(wide.index, style)
    seen: list[str] = []
    for carrier in carriers:
        colour = carrier_colour(str(carrier))
        pattern = ("", "/", ".", "x")[seen.count(colour) % 4]
        seen.append(colour)
        marker = {"color": colour, "pattern": {"shape": pattern, "fgcolor": "#FFFFFF"}}
        figure.add_trace(go.Bar(x=labels, y=wide[carrier], name=str(carrier), marker=marker))
    return figure
