"""The report of a plan: one HTML file that opens offline, with live charts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.capacity.results import CapacityResult, units_of
from workbench.data.atomic import write_text
from workbench.data.formatting import INDIA, Style, energy_factor, format_number
from workbench.runs.settings import settings_of, to_plain

if TYPE_CHECKING:
    import plotly.graph_objects as go

TEMPLATE = "report.html.jinja"
SHOWN = (
    "capacity",
    "costs",
    "energy",
    "adequacy",
    "emissions",
    "curtailment",
    "constraints",
    "alternatives",
    "solves",
)
MOST_SNAPSHOTS = 2000
"""Snapshots drawn in the report; the workbook and the network hold all."""


def write_report(result: CapacityResult, path: Path, style: Style = INDIA) -> Path:
    """Write the report; plotly.js is inside, once.

    Parameters
    ----------
    result
        The result.
    path
        Final name, ``.html``.
    style
        The project's energy unit and year labels.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    write_text(path, render_report(result, style))
    return path


def render_report(result: CapacityResult, style: Style = INDIA) -> str:
    """Give the report as HTML; every text of the inputs is escaped."""
    import jinja2
    from plotly.offline import get_plotlyjs

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    figures = [_embed(chart, index) for index, chart in enumerate(_charts(result, style))]
    tables = [(name, *_table(name, result.table(name), style)) for name in SHOWN if len(result.table(name))]
    plain = to_plain(result.config)
    settings = [
        (item.title, f"{plain[item.name]} {item.unit}".strip(), item.help)
        for item in settings_of(type(result.config))
    ]
    return environment.get_template(TEMPLATE).render(
        result=result,
        facts={key: value for key, value in result.facts.items() if isinstance(value, (str, int, float))},
        assumed=result.facts["assumed"],
        charts=figures,
        tables=tables,
        settings=settings,
        plotly_js=get_plotlyjs(),
    )


def _charts(result: CapacityResult, style: Style) -> list[go.Figure]:
    from workbench.capacity import charts, charts_hourly

    found = [
        charts.capacity_chart(result, style=style),
        charts.capacity_chart(result, "new", style=style),
        charts.energy_chart(result, style=style),
        charts.cost_chart(result, style=style),
        charts_hourly.dispatch_chart(result, result.years[-1], count=MOST_SNAPSHOTS, style=style),
        charts_hourly.duration_chart(result),
        charts.capacity_factor_chart(result),
        charts.emission_chart(result, style=style),
        charts.adequacy_chart(result, style=style),
    ]
    if len(result.table("curtailment")):
        found.append(charts.curtailment_chart(result, style=style))
    if result.table("prices").shape[1] > 2:
        found.append(charts_hourly.duration_chart(result, "prices"))
    if result.table("storage").shape[1] > 2 and len(result.table("storage")) <= 4 * MOST_SNAPSHOTS:
        found.append(charts_hourly.storage_chart(result, result.years[-1]))
    if len(set(result.table("buses").bus)) > 1:
        found.append(charts.network_map(result))
    return found


def _embed(figure: go.Figure, name: object) -> str:
    html: str = figure.to_html(
        full_html=False, include_plotlyjs=False, div_id=f"chart-{name}", config={"displaylogo": False}
    )
    return html


def _table(name: str, frame: pd.DataFrame, style: Style) -> tuple[list[str], list[list[str]]]:
    units = units_of(name, frame)
    heads, columns = [], []
    for column in map(str, frame.columns):
        unit, values = units.get(column, ""), frame[column]
        if unit == "GWh":
            values, unit = values * energy_factor("GWh", style.energy_unit), style.energy_unit
        heads.append(f"{column.replace('_', ' ').capitalize()}" + (f" [{unit}]" if unit else ""))
        columns.append([_cell(value, column, style) for value in values])
    return heads, [list(row) for row in zip(*columns, strict=True)]


def _cell(value: Any, column: str, style: Style) -> str:
    if isinstance(value, str) or value is None:
        return value or ""
    if column == "year":
        return str(int(value))
    if pd.isna(value):
        return "\N{EN DASH}"
    number = float(value)
    return format_number(number, decimals=0 if abs(number) >= 1000 else 2, style=style)
