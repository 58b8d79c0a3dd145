"""One rule for holes: what is not given makes its part, its total and its comparisons missing, never smaller."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from finance.finance_files import ledger_of
from finance.report_cases import make_project

from workbench.data.notes import NoteKind
from workbench.data.projects.project import Project
from workbench.finance.analysis.measures import Span, figure_table, measure_table
from workbench.finance.jobs import make_finance_report
from workbench.finance.model.series import figure_series, partial_sums
from workbench.finance.results.figures.charts import forecast_chart
from workbench.finance.results.saved import FinanceResult, load

pytestmark = pytest.mark.usefixtures("without_report")

MONTHS = pd.date_range("2022-01-31", "2024-12-31", freq="ME")
SIZES = {"North": 500, "South": 300, "West": 200}


def panel(*, without: tuple[tuple[str, str], ...] = (), blank: tuple[tuple[str, str], ...] = ()) -> str:
    """Revenue and expenses of three regions over three years, without some rows, or with blank expenses."""
    rng = np.random.default_rng(4)
    lines = ["Date,Region,Revenue,Expenses"]
    for at, day in enumerate(MONTHS):
        for region, size in SIZES.items():
            revenue = size * (1 + 0.01 * at) * (1 + 0.01 * rng.standard_normal())
            costs = "" if (f"{day:%Y-%m}", region) in blank else f"{0.6 * size * (1 + 0.01 * at):.2f}"
            if (f"{day:%Y-%m}", region) not in without:
                lines.append(f"{day:%Y-%m-%d},{region},{revenue:.2f},{costs}")
    return "\n".join(lines) + "\n"


def report_of(tmp_path: Path, text: str) -> FinanceResult:
    project = make_project(tmp_path / "board", company__csv=text.encode())
    return make_finance_report(project, file="company.csv", horizon=6)


def said(result: FinanceResult) -> str:
    return " ".join(result.table("sentences").text)


def test_a_blank_cell_makes_its_region_and_the_company_missing_in_that_month_only() -> None:
    ledger = ledger_of(panel(blank=(("2023-09", "North"),)))
    month = pd.Timestamp("2023-09-01")
    by_region = ledger.by("region", "expenses")
    assert math.isnan(ledger.total("expenses")[month])
    assert math.isnan(by_region["North"][month])
    assert by_region.drop(columns="North").notna().all().all()
    assert ledger.total("expenses").isna().sum() == 1
    assert ledger.total("revenue").notna().all()


def test_one_blank_row_of_several_is_a_hole_however_small_its_share() -> None:
    text = "Date,Region,Product,Revenue\n" + "".join(
        f"2024-{month:02d}-28,{region},{product},{'' if (month, region, product) == (3, 'N', 7) else 10}\n"
        for month in range(1, 7)
        for region in "NS"
        for product in range(20)
    )
    ledger = ledger_of(text)
    assert ledger.total("revenue").isna().tolist() == [False, False, True, False, False, False]
    assert ledger.by("region", "revenue").loc["2024-03-01"].isna().to_dict() == {"N": True, "S": False}
    assert ledger.known_sum("revenue").iloc[2] == 390.0


def test_the_partial_sum_is_offered_under_that_name() -> None:
    ledger = ledger_of(panel(blank=(("2023-09", "North"),)))
    one = next(item for item in figure_series(ledger) if item.name == "expenses")
    found = {part.entity: sums for part, sums in partial_sums(ledger, one).items()}
    # North has nothing at all in that month, so that only the company has a partial sum.
    assert list(found) == [""]
    assert found[""].loc["2023-09-01"] == pytest.approx(0.6 * 500 * 1.2)


def test_a_hole_is_no_anomaly_and_is_said_with_its_row(tmp_path: Path) -> None:
    result = report_of(tmp_path, panel(blank=(("2023-09", "North"),)))
    events = result.table("events")
    assert not len(events[(events["first"] <= "2023-09-01") & (events["last"] >= "2023-09-01")])
    (note,) = result.notes.omissions
    assert "Sep 2023 is missing for North and the company (row" in note.message
    assert "the partial sum of the company is" in note.message
    assert (note.column, note.years) == ("Expenses", (2023,))
    history = result.table("history").query("figure == 'expenses' and dimension == ''").set_index("period")
    assert history.partial["2023-09-01"]
    line = next(trace for trace in forecast_chart(result, "expenses").data if trace.name == "history")
    assert np.isnan(np.asarray(line.y, dtype=float)).sum() == 1


@pytest.fixture(scope="module")
def open_month(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, FinanceResult]:
    """Give a report, with its page, of a file in which North has not reported the last month."""
    text = panel(without=(("2024-12", "North"),))
    project = make_project(tmp_path_factory.mktemp("open") / "board", company__csv=text.encode())
    return project, make_finance_report(project, file="company.csv", horizon=6)


def test_a_last_month_in_which_a_region_has_not_reported_is_open(
    open_month: tuple[Project, FinanceResult],
) -> None:
    _, result = open_month
    assert result.facts["last"] == "2024-11"
    assert "less than" not in said(result)
    assert "Dec 2024 is not whole (North: no row yet" in said(result)
    assert result.table("forecasts").period.min() == pd.Timestamp("2024-12-01")
    assert set(result.table("bridges").window) == {"Nov 2024", "Dec 2023 to Nov 2024"}
    (note,) = result.notes.omissions
    assert note.message.startswith("Dec 2024 is open (North")
    growth = measure_table(ledger_of(panel(without=(("2024-12", "North"),))), Span.MONTH)
    last = growth[(growth.measure == "revenue_growth") & (growth.period == "2024-12-01")]
    assert last.value.isna().all()


def test_a_blank_amount_in_the_last_month_leaves_it_open_too() -> None:
    (open_month,) = ledger_of(panel(blank=(("2024-12", "West"),))).partial
    assert open_month.period == pd.Timestamp("2024-12-01")
    assert "West: row" in open_month.reason


def test_a_region_that_ended_earlier_has_ended_and_opens_nothing() -> None:
    gone = tuple((f"{day:%Y-%m}", "West") for day in MONTHS[-3:])
    ledger = ledger_of(panel(without=gone))
    assert ledger.partial == ()
    assert ledger.total("revenue").notna().all()


def test_a_figure_that_is_no_longer_kept_does_not_open_every_month() -> None:
    blank = tuple((f"{day:%Y-%m}", region) for day in MONTHS[-4:] for region in SIZES)
    ledger = ledger_of(panel(blank=blank))
    assert ledger.partial == ()
    assert ledger.total("expenses").iloc[-4:].isna().all()


def test_a_region_is_expected_though_its_customers_come_and_go() -> None:
    rng = np.random.default_rng(2)
    rows = ["Date,Region,Customer,Revenue"]
    for day in MONTHS:
        for region in ("North", "South"):
            if (day, region) != (MONTHS[-1], "North"):
                rows += [
                    f"{day:%Y-%m-%d},{region},{region}{customer},10"
                    for customer in rng.choice(40, 6, replace=False)
                ]
    ledger = ledger_of("\n".join(rows) + "\n")
    assert [item.period for item in ledger.partial] == [pd.Timestamp("2024-12-01")]
    assert math.isnan(ledger.total("revenue").iloc[-1])
    assert ledger.by("region", "revenue").iloc[-1].isna().to_dict() == {"North": True, "South": False}


def test_a_year_with_a_hole_has_no_sum_and_names_the_partial_one() -> None:
    table = figure_table(ledger_of(panel(blank=(("2023-09", "North"),))), Span.FISCAL_YEAR)
    row = table[(table.measure == "expenses") & (table.label == "2023")].iloc[0]
    assert math.isnan(row.value)
    assert row.reason.startswith("1 of 12 periods are missing; the partial sum is ")


def test_a_bridge_over_a_hole_is_not_made(tmp_path: Path) -> None:
    text = panel().replace("Revenue,Expenses", "Expenses,Revenue")
    rows = text.splitlines()
    at = next(i for i, row in enumerate(rows) if row.startswith("2024-05-31,South"))
    rows[at] = ",".join(rows[at].split(",")[:3]) + ","
    result = report_of(tmp_path, "\n".join(rows) + "\n")
    assert set(result.table("bridges").window) == {"Dec 2024"}
    assert "cannot be compared" in said(result)


def test_report_and_workbook_say_it_first(open_month: tuple[Project, FinanceResult]) -> None:
    _, result = open_month
    assert result.folder is not None
    page = (result.folder / "report.html").read_text(encoding="utf-8")
    prose = page[page.index("<h1>") :]
    assert prose.index("Dec 2024 is open") < prose.index("Plotly.newPlot(")
    book = openpyxl.load_workbook(result.folder / "report.xlsx")
    assert book.sheetnames[0] == "Notes"
    assert any("Dec 2024 is open" in str(cell.value) for row in book["Notes"].iter_rows() for cell in row)


def test_columns_without_a_meaning_are_listed_as_unused(tmp_path: Path) -> None:
    lines = panel().splitlines()
    text = "\n".join([f"{lines[0]},Colour", *(f"{line},red" for line in lines[1:])]) + "\n"
    result = report_of(tmp_path, text)
    assert [note.column for note in result.notes.of(NoteKind.UNUSED)] == ["Colour"]


def test_the_whole_month_of_the_next_report_is_new_and_not_restated(
    tmp_path: Path, open_month: tuple[Project, FinanceResult]
) -> None:
    project = Project.open(shutil.copytree(open_month[0].folder, tmp_path / "board"))
    (project.inputs / "company.csv").write_text(panel(), encoding="utf-8")
    make_finance_report(project, file="company.csv", horizon=6)
    difference = load(project, "Report").table("difference")
    assert not len(difference[difference.news == "restated"])
    assert set(difference[difference.news == "came"].period) == {pd.Timestamp("2024-12-01")}


@pytest.fixture
def cases(shared_data: Path) -> Path:
    folder = shared_data.parent / "cases" / "finance"
    if not folder.is_dir():
        pytest.skip(f"the cases are not at {folder}")
    return folder


def test_the_case_of_a_hole(tmp_path: Path, cases: Path) -> None:
    result = report_of(tmp_path, (cases / "p2_hole.csv").read_text())
    assert not len(result.table("events"))
    assert "Sep 2023 is missing for North A and the company" in result.notes.omissions[0].message


def test_the_case_of_an_open_last_month(tmp_path: Path, cases: Path) -> None:
    result = report_of(tmp_path, (cases / "p1_last_month_open.csv").read_text())
    assert result.facts["last"] == "2024-11"
    assert "44.7" not in said(result)
