from __future__ import annotations

import io
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.finance.report_cases import company_csv, make_project
from workbench.data.comparison.comparison import compare
from workbench.data.projects.project import Project
from workbench.errors import InvalidData, SettingError, UnreadableFile
from workbench.finance.jobs import make_finance_report
from workbench.finance.model.what_if import Driver, DriverKind
from workbench.finance.results import kept
from workbench.finance.results.saved import FinanceResult, load
from workbench.finance.steps import STAGES
from workbench.runs.engine import start as engine
from workbench.testing import assert_run_is_whole

IDENTITY = ("revenue", "expenses", "marketing", "profit")


@pytest.fixture
def project(company_project: Project) -> Project:
    return company_project


@pytest.fixture
def result(company_report: FinanceResult) -> FinanceResult:
    return company_report


def paths(result: FinanceResult, dimension: str = "", entity: str = "") -> pd.DataFrame:
    table = result.table("forecasts")
    mine = table[(table.dimension == dimension) & (table.entity == entity)]
    return mine.pivot_table(index="period", columns="figure", values="forecast")


def said(result: FinanceResult, section: str) -> list[str]:
    return result.table("sentences").query("section == @section").text.tolist()


def test_the_figures_of_the_owner_stay_as_they_are_to_the_cent(result: FinanceResult):
    given = pd.read_csv(io.BytesIO(company_csv()))
    history = result.table("history").query("dimension == '' and figure == 'revenue'")
    assert len(history) == 48
    by_month = given.groupby("Month End").Revenue.sum().round(2)
    assert history.value.tolist() == by_month.tolist()
    assert result.facts["rows"] == 192


def test_forecasts_of_regions_and_departments_add_up_to_the_company_s(result: FinanceResult):
    whole = paths(result)
    for dimension in ("region", "department"):
        table = result.table("forecasts")
        mine = table[table.dimension == dimension]
        parts = mine.pivot_table(index="period", columns="figure", values="forecast", aggfunc="sum")
        for name in (*IDENTITY, "receivables"):
            assert parts[name].to_numpy() == pytest.approx(whole[name].to_numpy(), rel=1e-9)


def test_forecast_profit_is_revenue_less_costs_for_the_company_and_every_part(result: FinanceResult):
    for dimension, entity in (("", ""), ("region", "North"), ("department", "Online")):
        table = paths(result, dimension, entity)
        rest = table.revenue - table.expenses - table.marketing - table.other_items
        assert rest.to_numpy() == pytest.approx(table.profit.to_numpy(), rel=1e-9)


def test_measured_accuracy_is_of_each_figure_and_no_constant(result: FinanceResult):
    models = result.table("models").query("dimension == '' and figure != 'other_items'")
    assert models.wape.nunique() == len(models)
    assert models.counted.min() > 50
    assert models.coverage.between(80, 100).all()


def test_without_drivers_the_scenario_is_the_forecast_to_the_last_digit(result: FinanceResult):
    table = result.table("what_if")
    assert len(table)
    assert (table.difference == 0).all()
    assert (table.scenario == table.baseline).all()
    profit = table.query("figure == 'profit'").baseline.to_numpy()
    assert np.array_equal(profit, paths(result).profit.to_numpy())


def test_every_headline_names_the_rows_behind_it(result: FinanceResult):
    first = result.table("sentences").query("section == 'Overview' and figure == 'revenue'").iloc[0]
    assert first["rows"] == "190-193"
    assert "Dec 2023" in first.text


def test_every_bridge_adds_up_exactly(result: FinanceResult):
    bridges = result.table("bridges")
    assert {"profit by item", "revenue by region", "profit: margin, volume and mix by department"} <= set(
        bridges.bridge
    )
    for _, rows in bridges.groupby(["bridge", "window"]):
        amounts = rows.sort_values("place").amount.to_numpy()
        assert amounts[:-1].sum() == pytest.approx(amounts[-1], rel=1e-9)


def test_the_same_input_gives_the_same_report_byte_for_byte(project: Project, result: FinanceResult):
    assert result.folder is not None
    files = [result.folder / name for name in ("report.html", "report.xlsx")]
    before = [path.read_bytes() for path in files]
    make_finance_report(project, file="company.csv", scenario="March", horizon=6)
    assert [path.read_bytes() for path in files] == before


def test_a_saved_report_comes_back_as_it_was(project: Project, result: FinanceResult):
    again = load(project, "March")
    assert again.config == result.config
    assert again.facts == result.facts
    for name, table in result.tables.items():
        pd.testing.assert_frame_equal(again.table(name), table.reset_index(drop=True), check_dtype=False)


@pytest.mark.usefixtures("without_report")
def test_a_changed_scenario_fits_nothing_again(
    project: Project, result: FinanceResult, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object) -> None:
        raise AssertionError("it was fitted again")

    monkeypatch.setattr(kept, "forecast_rows", refuse)
    monkeypatch.setattr(kept, "events_of_series", refuse)
    drivers = (Driver(DriverKind.PRICE, 3.0, "2024-03"),)
    changed = make_finance_report(project, file="company.csv", scenario="Price", horizon=6, drivers=drivers)
    table = compare(result, changed).numbers.query("table == 'what_if' and figure == 'profit'")
    table = table.sort_values("period", ignore_index=True)
    assert (table.difference[:2] == 0).all()
    revenue = paths(result).revenue.to_numpy()
    assert table.difference[2:].to_numpy() == pytest.approx(0.03 * revenue[2:])
    with pytest.raises(AssertionError, match="fitted again"):
        kept.forecast_rows(None)


@pytest.mark.slow
def test_the_next_month_is_compared_with_the_last_report(tmp_path: Path):
    project = make_project(tmp_path / "board", company__csv=company_csv(40))
    make_finance_report(project, file="company.csv", scenario="Board", horizon=3)
    restated = company_csv(41).replace(b"2022-12-31,North,Shop,", b"2022-12-31,North,Shop,1", 1)
    (project.inputs / "company.csv").write_bytes(restated)
    after = make_finance_report(project, file="company.csv", scenario="Board", horizon=3)
    news = after.table("difference")
    assert set(news.query("news == 'came'").period.dt.strftime("%Y-%m")) == {"2023-05"}
    assert news.query("news == 'restated'").period.dt.strftime("%Y-%m").unique().tolist() == ["2022-12"]
    assert said(after, "Since the last report")[0] == "The last report reached to 2023-04."
    # Made again for the same month it is compared with the same report as before.
    assert after.folder is not None
    page = (after.folder / "report.html").read_bytes()
    make_finance_report(project, file="company.csv", scenario="Board", horizon=3)
    assert (after.folder / "report.html").read_bytes() == page


@pytest.mark.usefixtures("without_report")
def test_ten_stages_are_seen_in_order_and_the_run_has_its_id_at_once(project: Project):
    run = engine.start(make_finance_report, project, file="company.csv", scenario="Stages", horizon=6)
    assert run.id
    run.result()
    stages = [stage for stage in run.summary().stages if "/" not in stage]
    assert stages == list(STAGES)
    assert len(stages) == 10
    assert_run_is_whole(run)


def test_a_run_that_fails_says_failed_and_why_and_leaves_the_last_report(
    project: Project, result: FinanceResult
):
    assert result.folder is not None
    before = {path.name: path.read_bytes() for path in result.folder.iterdir()}
    (project.inputs / "broken.csv").write_bytes(b"a,b\n1,2\n3,4\n")
    run = engine.start(make_finance_report, project, file="broken.csv", scenario="March")
    with pytest.raises(InvalidData, match=r"broken\.csv has no column of dates"):
        run.result()
    assert str(run.state) == "failed"
    assert {path.name: path.read_bytes() for path in result.folder.iterdir()} == before


@pytest.mark.usefixtures("without_report")
def test_a_missing_profit_column_is_not_zero_and_not_praised(tmp_path: Path):
    project = make_project(tmp_path / "board", company__csv=company_csv(30, profit=False))
    found = make_finance_report(project, file="company.csv")
    assert "profit" not in set(found.table("forecasts").figure)
    measures = found.table("measures").query("measure == 'profit_margin'")
    assert measures.value.isna().all()
    assert measures.reason.str.len().gt(0).all()
    assert not [text for text in found.table("sentences").text if text.startswith("Net profit was")]


@pytest.mark.slow
def test_a_month_without_rows_is_a_gap_in_everything(tmp_path: Path):
    lines = company_csv(40).decode().splitlines()
    holes = "\n".join(line for line in lines if not line.startswith("2022-06-30")).encode()
    project = make_project(tmp_path / "board", company__csv=holes)
    found = make_finance_report(project, file="company.csv", horizon=3)
    history = found.table("history").query("figure == 'revenue' and dimension == ''")
    assert "2022-06" not in set(history.period.dt.strftime("%Y-%m"))
    assert history.value.min() > 0
    events = found.table("events")
    assert not (events["first"].dt.strftime("%Y-%m") == "2022-06").any()


@pytest.mark.slow
def test_formulas_and_markup_in_the_file_stay_text_in_every_export(tmp_path: Path):
    openpyxl = pytest.importorskip("openpyxl")
    nasty = "=HYPERLINK(1)<script>alert(1)</script>"
    project = make_project(tmp_path / "board", company__csv=company_csv(30, first_region=nasty))
    found = make_finance_report(project, file="company.csv", horizon=3)
    assert found.folder is not None
    book = openpyxl.load_workbook(found.folder / "report.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert nasty in {cell.value for cell in cells}
    assert "<script>alert(1)" not in (found.folder / "report.html").read_text(encoding="utf-8")


def test_one_row_and_one_month_make_a_report_that_says_what_is_missing(tmp_path: Path):
    content = b"Date,Revenue,Operating Costs\n2024-01-31,100,60\n"
    project = make_project(tmp_path / "board", one__csv=content)
    found = make_finance_report(project, file="one.csv")
    assert any("at least 6 are needed" in text for text in said(found, "Forecasts"))
    assert not len(found.table("forecasts"))
    assert not len(found.table("events"))


@pytest.mark.slow
def test_figures_by_a_region_that_only_changes_with_the_month_are_refused_with_the_reason(
    tmp_path: Path, shared_data: Path
):
    content = (shared_data / "finance" / "company_monthly_40.csv").read_bytes()
    project = make_project(tmp_path / "board", forty__csv=content)
    found = make_finance_report(project, file="forty.csv")
    assert not found.dimensions
    assert found.table("left_out").query("dimension == 'region'").reason.str.contains("one region only").all()
    given = pd.read_csv(io.BytesIO(content))["Sales Revenue"]
    assert found.table("history").query("figure == 'revenue'").value.tolist() == given.tolist()


@pytest.mark.slow
def test_a_last_month_that_is_not_whole_is_compared_with_nothing(tmp_path: Path, shared_data: Path):
    import gzip

    lines = gzip.decompress(
        (shared_data / "finance" / "company_daily_10500.csv.gz").read_bytes()
    ).splitlines()
    project = make_project(tmp_path / "board", daily__csv=b"\n".join([lines[0], *lines[-1400:]]))
    found = make_finance_report(project, file="daily.csv", horizon=3)
    assert found.facts["last"] == "2048-08"
    assert any("Sep 2048 is not whole" in text for text in said(found, "Overview"))
    assert found.table("forecasts").period.min() == pd.Timestamp("2048-09-01")


def test_a_file_that_is_not_there_is_named_with_those_that_are(project: Project):
    with pytest.raises(UnreadableFile, match=r"did you mean company\.csv"):
        make_finance_report(project, file="compny.csv")


def test_no_file_is_refused_before_anything_is_read(project: Project):
    with pytest.raises(SettingError, match="No file is chosen"):
        make_finance_report(project)


def test_a_driver_outside_of_the_forecast_stops_the_run_and_nothing_is_written(project: Project):
    drivers = (Driver(DriverKind.PRICE, 3.0, "2040-01"),)
    with pytest.raises(SettingError, match="expected a forecast month"):
        make_finance_report(project, file="company.csv", scenario="Late", horizon=6, drivers=drivers)
    assert not (project.results / "finance" / "Late").exists()


@pytest.mark.usefixtures("without_report")
def test_a_report_whose_tables_do_not_belong_together_is_refused(project: Project, result: FinanceResult):
    other = make_finance_report(project, file="company.csv", scenario="Mixed", horizon=6)
    assert other.folder is not None
    assert result.folder is not None
    (other.folder / "history.parquet").write_bytes((result.folder / "history.parquet").read_bytes())
    with pytest.raises(UnreadableFile, match="belongs to another run"):
        load(project, "Mixed")
    shutil.rmtree(other.folder)


def test_two_reports_with_other_settings_have_other_stamps(result: FinanceResult):
    from workbench.finance.results.saved import stamp_of

    assert stamp_of(result) != stamp_of(replace(result, config=replace(result.config, horizon=7)))


@pytest.mark.usefixtures("without_report")
def test_a_year_column_is_no_figure(tmp_path: Path):
    rows = [f"2023-{month:02d}-28,2023,{100 + month},{50 + month}" for month in range(1, 13)]
    project = make_project(tmp_path / "board", y__csv="\n".join(["Date,Year,Revenue,Costs", *rows]).encode())
    found = make_finance_report(project, file="y.csv", horizon=3)
    assert 12 * 2023 not in found.table("history").value.tolist()
    assert set(found.table("figures").figure) == {"revenue", "expenses"}


def test_the_workbook_says_from_which_file_columns_and_settings_it_came(result: FinanceResult):
    assert result.folder is not None
    path = next(result.folder.glob("*.xlsx"))
    sheet = pd.read_excel(path, sheet_name="Columns and settings", engine="calamine", header=None, dtype=str)
    said = dict(zip(sheet[0], sheet[1], strict=True))
    assert said["sha256"] == result.facts["sha256"]
    assert said["horizon"] == "6"
    assert {column: role for column, role, *_ in result.facts["mapping"]}.items() <= {
        column: "" if pd.isna(role) else role for column, role in said.items()
    }.items()


def test_the_report_shows_every_setting_once(result: FinanceResult):
    from dataclasses import fields

    from workbench.finance.results.report.page import report_page

    section = next(part for part in report_page(result).sections if part.title == "Columns and settings")
    tables = [part.content["rows"] for part in section.parts if part.kind == "table"]
    assert len(tables) == 2
    assert len(tables[1]) == len(fields(result.config))


@pytest.mark.usefixtures("without_report")
def test_a_falling_figure_ends_at_zero_and_never_below(tmp_path: Path) -> None:
    rows = "".join(
        f"{year}-{month:02d}-28,{max(20.5, 4000 - 110 * at)},{500.5},{max(10.5, 900 - 25 * at)}\n"
        for at, (year, month) in enumerate(
            (year, month) for year in (2022, 2023, 2024) for month in range(1, 13)
        )
    )
    project = Project.create(tmp_path / "falling", "Falling")
    (project.inputs / "falling.csv").write_text(f"Date,Revenue,Expenses,Inventory\n{rows}")
    result = make_finance_report(project, file="falling.csv", horizon=12)
    ahead = result.table("forecasts").query("figure in ['revenue', 'expenses', 'inventory']")

    assert len(ahead)
    assert ahead[["forecast", "lower", "upper"]].min().min() >= 0
