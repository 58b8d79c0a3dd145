"""The report of a result: one HTML file that opens offline, with live charts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.data.atomic import write_text
from workbench.data.formatting import INDIA, Style, format_number
from workbench.demand.report_tables import HORIZONS, accuracy_rows, holdout_rows, requirement_rows
from workbench.demand.requirement import DEFINITIONS
from workbench.demand.results import TOTAL, DemandResult
from workbench.runs.settings import settings_of, to_plain

if TYPE_CHECKING:
    import plotly.graph_objects as go

TEMPLATE = "report.html.jinja"


def write_report(result: DemandResult, path: Path, style: Style = INDIA) -> Path:
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


def render_report(result: DemandResult, style: Style = INDIA) -> str:
    """Give the report as HTML; every text of the workbook is escaped."""
    import jinja2
    from plotly.offline import get_plotlyjs

    from workbench.demand import charts

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    sectors = [
        {
            "name": name,
            "card": card,
            "chart": _embed(charts.sector_chart(result, name, style=style), index),
            "accuracy": accuracy_rows(result, name),
        }
        for index, (name, card) in enumerate(result.cards.items())
    ]
    overall = [
        charts.consolidated_chart(result, style=style),
        charts.requirement_chart(result, style=style),
        charts.peak_chart(result, style=style),
    ]
    return environment.get_template(TEMPLATE).render(
        result=result,
        facts=result.facts,
        definitions=DEFINITIONS,
        settings=_settings(result),
        plotly_js=get_plotlyjs(),
        charts=[_embed(chart, f"overall{index}") for index, chart in enumerate(overall)],
        sectors=sectors,
        requirement=requirement_rows(result, style),
        total_accuracy=accuracy_rows(result, TOTAL),
        holdout=holdout_rows(result, style),
        horizons=HORIZONS,
        unit=style.energy_unit,
        number=lambda value, digits=2: format_number(value, decimals=digits, style=style),
    )


def _embed(figure: go.Figure, name: object) -> str:
    html: str = figure.to_html(
        full_html=False, include_plotlyjs=False, div_id=f"chart-{name}", config={"displaylogo": False}
    )
    return html


def _settings(result: DemandResult) -> list[tuple[str, str, str]]:
    plain = to_plain(result.config)
    return [
        (item.title, f"{plain[item.name]} {item.unit}".strip(), item.help)
        for item in settings_of(type(result.config))
    ]
