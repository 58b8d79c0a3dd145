"""From the numbers of a demand forecast to the cells of the workbook, the rules and the defaults behind them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from demand_workbooks import small_sheets, write_sheets

from workbench.data.explanation.cells import Tracer, explain
from workbench.data.explanation.place import Shown
from workbench.data.explanation.shown import explain_shown, locate
from workbench.data.explanation.steps import Explained, Explanation
from workbench.data.origins import Origin
from workbench.data.projects.project import Project
from workbench.demand.config import DemandConfig
from workbench.demand.jobs import forecast_demand
from workbench.demand.results.saved import DemandResult
from workbench.errors import InvalidData, UnknownName

CONFIG = DemandConfig(target_year=2030, models=("damped_growth",))


def project_of(folder: Path) -> Project:
    sheets = small_sheets()
    sheets["main"] += [
        [],
        ["~Losses", "", "", "~Peak", ""],
        ["Year", "Percent", "", "Year", "MW"],
        [2025, 12.0, "", 2025, 4000.0],
        [2030, 10.0, "", "", ""],
        [],
        ["~Policy"],
        ["Layer", "Year", "Electricity"],
        ["efficiency", 2026, -1e5],
        ["efficiency", 2030, -5e5],
    ]
    project = Project.create(folder / "state", "State")
    write_sheets(project.inputs / "demand.xlsx", sheets)
    return project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project_of(tmp_path_factory.mktemp("explained"))


@pytest.fixture(scope="module")
def result(project: Project) -> DemandResult:
    return forecast_demand(project, CONFIG)


def value_at(project: Project, place: str) -> float:
    """Read the cell that a place names."""
    file, sheet, cell = (part.strip() for part in place.split(","))
    book = openpyxl.load_workbook(project.inputs / file)
    return float(book[sheet.removeprefix("sheet ").strip("'")][cell.removeprefix("cell ")].value)


def step(explanation: Explanation, quantity: str) -> Explained:
    return next(one for one in explanation.cell.walk() if one.quantity.startswith(quantity))


def test_an_actual_leads_to_its_cell(project: Project, result: DemandResult) -> None:
    found = explain(result, "history", "electricity", sector="Factories", year=2012)
    assert found.origin is Origin.MEASURED
    assert found.places == ("demand.xlsx, sheet 'Factories', cell B8",)
    assert value_at(project, found.places[0]) / 1000 == pytest.approx(found.cell.value)


def test_given_losses_peaks_and_layers_lead_to_their_cells(project: Project, result: DemandResult) -> None:
    for column in ("loss", "peak_mw"):
        found = explain(result, "requirement", column, year=2025)
        assert found.origin is Origin.GIVEN
        assert value_at(project, found.cell.place) == found.cell.value
    layer = explain(result, "consolidated", "efficiency", year=2028)
    assert layer.origin is Origin.DERIVED
    assert [value_at(project, part.place) / -1000 for part in layer.cell.parts] == [
        part.value for part in layer.cell.parts
    ]


def test_a_path_given_beyond_the_last_actual_leads_to_its_cell(
    project: Project, result: DemandResult
) -> None:
    found = explain(result, "consolidated", "solar_rooftop", year=2028)
    assert found.origin is Origin.GIVEN
    assert value_at(project, found.cell.place) / -1000 == pytest.approx(found.cell.value)


def test_a_loss_between_given_years_names_both(project: Project, result: DemandResult) -> None:
    found = explain(result, "requirement", "loss", year=2027)
    assert found.origin is Origin.DERIVED
    assert [(part.value, value_at(project, part.place)) for part in found.cell.parts] == [(12, 12), (10, 10)]


@pytest.mark.parametrize("column", ["sales", "gross", "net", "rooftop_solar"])
def test_a_total_is_the_sum_of_the_parts_that_it_names(result: DemandResult, column: str) -> None:
    found = explain(result, "requirement", column, year=2030)
    lowered = ("Demand side", "Rooftop") if column in ("gross", "net") else ()
    total = sum(
        float(str(part.value)) * (-1 if part.quantity.startswith(lowered) else 1) for part in found.cell.parts
    )
    assert found.cell.parts
    assert total == pytest.approx(found.cell.value, rel=1e-9)


def test_requirement_and_peak_follow_from_their_parts(result: DemandResult) -> None:
    needed = explain(result, "requirement", "requirement", year=2028).cell
    net, loss = (float(str(part.value)) for part in needed.parts)
    assert net / (1 - loss / 100) == pytest.approx(needed.value)
    peak = explain(result, "requirement", "peak_mw", year=2028).cell
    energy, hours, factor = (float(str(part.value)) for part in peak.parts)
    assert energy * 1000 / (hours * factor / 100) == pytest.approx(peak.value)


def test_what_is_assumed_is_said_down_to_the_setting(result: DemandResult) -> None:
    found = explain(result, "requirement", "peak_mw", year=2030)
    assert found.origin is Origin.ASSUMED
    assert step(found, "Load factor").origin is Origin.ASSUMED
    assert "setting load_factor" in found.places
    assert any("No load factor is given" in note for note in found.notes)


def test_a_forecast_names_its_model_its_coefficients_and_its_drivers(
    project: Project, result: DemandResult
) -> None:
    found = explain(result, "forecast", "base", sector="Homes", year=2028, chosen=True)
    card = result.cards["Homes"]
    assert card["label"] in found.cell.rule
    names = [one.quantity for one in found.cell.walk()]
    assert all(any(item["name"] in name for name in names) for item in card["coefficients"])
    last = step(found, "Electricity, Homes")
    assert value_at(project, last.place) / 1000 == pytest.approx(last.value)


def test_an_interval_and_a_held_out_error_name_what_they_follow_from(result: DemandResult) -> None:
    bound = explain(result, "forecast", "upper_95", sector="Homes", year=2028, chosen=True)
    assert "95 % interval" in bound.cell.rule
    error = explain(result, "backtest", "actual", row=0)
    assert error.cell.value == result.table("backtest").actual[0]


def test_a_workbook_that_has_changed_since_is_said_and_not_read(tmp_path: Path) -> None:
    project = project_of(tmp_path)
    result = forecast_demand(project, CONFIG)
    write_sheets(
        project.inputs / "demand.xlsx", {**small_sheets(), "Homes": [["Year", "Electricity"], [2006, 1.0]]}
    )
    found = explain(result, "history", "electricity", sector="Homes", year=2006)
    assert "has changed since this run" in found.cell.rule
    assert "cell" not in found.cell.place
    assert found.cell.value == result.table("history").electricity[0]
    assert any("has changed" in line for line in found.made)


def test_the_answer_names_run_version_and_hashes(result: DemandResult) -> None:
    made = "\n".join(explain(result, "requirement", "net", year=2026).made)
    trace = result.trace()
    assert all(text in made for text in (trace.package_version, str(result.facts["sha256"])[:16], "BAU"))


def test_a_cell_that_is_not_there_is_refused_with_what_there_is(result: DemandResult) -> None:
    with pytest.raises(UnknownName, match="requirement"):
        explain(result, "requirements", "net", year=2026)
    with pytest.raises(UnknownName, match="gross"):
        explain(result, "requirement", "total", year=2026)
    with pytest.raises(UnknownName, match="Homes"):
        explain(result, "history", "electricity", sector="Home", year=2012)
    with pytest.raises(InvalidData, match="rows of the table history fit"):
        explain(result, "history", "electricity", year=2012)
    with pytest.raises(InvalidData, match="has the rows 0 to"):
        explain(result, "history", "electricity", row=-1)


def test_a_shown_number_is_found_again_in_another_unit_and_rounded(result: DemandResult) -> None:
    tracer, chain = Tracer(result), result.table("requirement").set_index("year")
    exact = Shown(chain.net[2028] * 1e-3, "Net consumption [TWh]", (2028,), "From sales to requirement")
    rounded = Shown(f"{chain.peak_mw[2028]:,.0f} (assumed)", "Peak [MW]", ("FY 2027-28",))
    assert [(cell.column, cell.year) for cell in locate(tracer, exact)[:1]] == [("net", 2028)]
    assert [(cell.column, cell.year) for cell in locate(tracer, rounded)[:1]] == [("peak_mw", 2028)]


def test_a_shown_sum_of_rows_is_explained_by_them(result: DemandResult) -> None:
    history = result.table("history")
    total = float(history[history.sector == "Homes"].electricity.sum())
    found = explain_shown(Tracer(result), Shown(total, "All years", ("Homes",))).cell
    assert "sum of 20 rows of the table history" in found.rule
    assert found.parts[0].place == "demand.xlsx, sheet 'Homes', cell B2"


def test_a_number_that_is_nowhere_in_the_result_is_not_made_one_of_its_cells(result: DemandResult) -> None:
    found = explain_shown(Tracer(result), Shown(123.456789, "Net [GWh]", (2028,))).cell
    assert "worked out for this page" in found.rule
    assert not found.parts


def test_a_published_answer_names_no_folder(project: Project, result: DemandResult) -> None:
    found = explain(result, "requirement", "peak_mw", year=2030)
    assert str(project.folder) in str(found)
    public = found.without_folders()
    assert str(project.folder.parent) not in str(public)
    assert "demand.xlsx" in str(public)
    hidden = replace(
        found, notes=("read /srv/elsewhere/other.xlsx and C:\\data\\b.csv; 5 MW/h",)
    ).without_folders()
    assert hidden.notes == ("read other.xlsx and b.csv; 5 MW/h",)
