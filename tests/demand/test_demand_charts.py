from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import openpyxl
import pytest
from demand_workbooks import small_sheets, write_sheets

from workbench.charts.palette import CATEGORIES, HISTORY
from workbench.data.formatting import Grouping, Style
from workbench.data.projects.project import Project
from workbench.demand.config import DemandConfig
from workbench.demand.jobs import forecast_demand
from workbench.demand.results import charts
from workbench.demand.results.report import compose_report
from workbench.demand.results.report_tables import accuracy_rows
from workbench.demand.results.saved import DemandResult

GWH = Style("GWh", fiscal_year_start=4)
KWH = Style("kWh", fiscal_year_start=1, grouping=Grouping.NONE)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> DemandResult:
    project = Project.create(tmp_path_factory.mktemp("charts") / "small", "Small state")
    sheets = small_sheets()
    sheets["Homes <b>& farms"] = sheets.pop("Homes")
    sheets["main"] = [
        [str(v).replace("Homes", "Homes <b>& farms") if v == "Homes" else v for v in row]
        for row in sheets["main"]
    ]
    write_sheets(project.inputs / "demand.xlsx", sheets)
    return forecast_demand(project, DemandConfig(target_year=2035, scenario="Low & slow"))


def every_chart(result: DemandResult) -> list[object]:
    return [
        charts.sector_chart(result, "Factories", style=GWH),
        *(charts.consolidated_chart(result, kind, style=GWH) for kind in ("bars", "area", "lines")),
        charts.requirement_chart(result, style=GWH),
        charts.peak_chart(result, style=GWH),
        charts.accuracy_chart(result, "Factories"),
        charts.comparison_chart(result, result, style=GWH),
    ]


def test_every_axis_has_a_unit(result: DemandResult) -> None:
    for figure in every_chart(result):
        assert "[" in figure.layout.yaxis.title.text  # type: ignore[attr-defined]
        assert figure.layout.xaxis.title.text  # type: ignore[attr-defined]


def test_the_start_of_the_forecast_is_marked_at_the_last_actual(result: DemandResult) -> None:
    figure = charts.sector_chart(result, "Factories", style=GWH)
    assert [shape.x0 for shape in figure.layout.shapes] == [2025.5]
    actual = next(trace for trace in figure.data if trace.name == "Actual")
    assert max(actual.x) == 2025
    assert actual.line.color == HISTORY


def test_the_band_opens_at_the_last_actual(result: DemandResult) -> None:
    figure = charts.sector_chart(result, "Factories", style=GWH)
    bands = {trace.name: trace for trace in figure.data if trace.fill == "tonexty"}
    assert set(bands) == {"80 % interval", "95 % interval"}
    last = result.table("history").set_index(["sector", "year"]).electricity["Factories", 2025]
    assert bands["80 % interval"].y[0] == pytest.approx(last)
    assert bands["95 % interval"].y[-1] > bands["80 % interval"].y[-1]


def test_electricity_is_converted_and_nothing_else(result: DemandResult) -> None:
    in_gwh = charts.requirement_chart(result, style=GWH)
    in_kwh = charts.requirement_chart(result, style=KWH)
    assert in_kwh.data[-1].y[0] == pytest.approx(in_gwh.data[-1].y[0] * 1e6)
    assert (
        charts.peak_chart(result, style=KWH).data[-1].y[-1]
        == charts.peak_chart(result, style=GWH).data[-1].y[-1]
    )
    drivers = result.table("drivers")
    assert drivers[drivers.driver == "GSDP"].value.iloc[0] == pytest.approx(2e7)


def test_solar_lies_below_the_axis_of_a_stack(result: DemandResult) -> None:
    figure = charts.consolidated_chart(result, "bars", style=GWH)
    solar = next(trace for trace in figure.data if trace.name == "solar_rooftop")
    assert solar.y[-1] < 0
    assert figure.layout.barmode == "relative"


def test_a_sector_that_has_not_begun_leaves_the_stack_of_the_others_alone(result: DemandResult) -> None:
    figure = charts.consolidated_chart(result, "bars", style=GWH)
    assert all(np.isfinite(np.asarray(trace.y, dtype=float)).all() for trace in figure.data)
    lines = charts.consolidated_chart(result, "lines", style=GWH)
    solar = next(trace for trace in lines.data if trace.name == "solar_rooftop")
    assert np.isnan(np.asarray(solar.y, dtype=float)[0])


def test_colours_are_those_of_the_house(result: DemandResult) -> None:
    figure = charts.consolidated_chart(result, "lines", style=GWH)
    assert [trace.line.color for trace in figure.data] == list(CATEGORIES[: len(figure.data)])


def test_correlations_are_drawn_with_their_sign(result: DemandResult) -> None:
    heat = charts.correlation_chart(result).data[0]
    assert (heat.zmin, heat.zmax) == (-1, 1)
    assert heat.z[0][list(heat.x).index("GSDP")] == pytest.approx(
        result.table("correlations").set_index(["sector", "driver"]).level[heat.y[0], "GSDP"]
    )


def test_an_unknown_kind_of_chart_is_refused(result: DemandResult) -> None:
    with pytest.raises(ValueError, match="expected bars, area or lines"):
        charts.consolidated_chart(result, "pie")


def test_the_report_opens_offline_with_plotly_inside_once(result: DemandResult) -> None:
    page = compose_report(result).render()
    # What plotly.js could load for maps is text inside the script; the page itself loads nothing.
    markup = re.sub(r"(<script[^>]*>).*?</script>", r"\1</script>", page, flags=re.DOTALL)
    assert not re.search(r"<link|src=", markup)
    assert page.count("plotly.js v") == 1
    assert page.count("Plotly.newPlot(") >= 3 + len(result.cards)


def test_names_of_the_workbook_are_escaped_in_the_report(result: DemandResult) -> None:
    page = compose_report(result).render()
    prose = page[page.index("<h1>") :]
    assert "<b>& farms" not in prose
    assert "Homes &lt;b&gt;&amp; farms" in prose
    assert "Demand forecast: Low &amp; slow" in prose


def test_the_report_states_definitions_assumptions_and_errors(result: DemandResult) -> None:
    page = compose_report(result).render()
    for text in (
        "8784 hours in leap years",
        "No T&amp;D loss is given",
        "Naive",
        "Drift",
        "as forecast then",
    ):
        assert text in page


def test_the_chosen_model_stands_first_among_the_errors(result: DemandResult) -> None:
    rows = accuracy_rows(result, "Factories")
    assert rows[0]["chosen"]
    assert rows[0]["model"] == "Combined growth"
    assert {"Naive", "Drift"} <= {row["model"] for row in rows}


def test_the_excel_export_has_a_sheet_a_sector_and_the_assumptions(result: DemandResult) -> None:
    assert result.folder is not None
    book = openpyxl.load_workbook(result.folder / "demand.xlsx")
    assert book.sheetnames[:6] == [
        "assumptions",
        "consolidated",
        "requirement",
        "accuracy",
        "drivers",
        "correlations",
    ]
    assert book.sheetnames[6:] == ["Homes <b>& farms", "Factories", "solar_rooftop"]
    heading, *rows = book["Factories"].iter_rows(values_only=True)
    assert heading[0] == result.heading.caption
    assert rows[0][:4] == ("year", "label", "actual", "forecast")
    assert rows[1][2:4] == ("MU", "MU")
    by_year = {row[0]: row for row in rows[2:]}
    assert by_year[2025][1] == "FY 2024-25"
    assert by_year[2025][2] == pytest.approx(
        result.table("history").set_index(["sector", "year"]).electricity["Factories", 2025]
    )
    assert by_year[2030][3] == pytest.approx(result.chosen("Factories").set_index("year").base[2030])
    text = [cell.value for row in book["assumptions"].iter_rows() for cell in row if cell.value]
    assert "target_year" in text
    assert any("No T&D loss is given" in str(value) for value in text)


def test_what_a_form_and_a_start_need_loads_no_heavy_library() -> None:
    code = (
        "import sys, workbench.demand.jobs\n"
        "heavy = {'numpy', 'pandas', 'scipy', 'plotly', 'statsmodels'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_results_can_be_read_without_loading_plotly() -> None:
    code = (
        "import sys, workbench.demand.steps, workbench.demand.results.saved\n"
        "assert 'plotly' not in sys.modules and 'statsmodels' not in sys.modules, 'heavy import'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
