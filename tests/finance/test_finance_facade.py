from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench.charts.plots import Table
from workbench.data.projects.project import Project
from workbench.errors import UnreadableFile
from workbench.finance import FinanceReport
from workbench.finance.results.saved import TABLES, FinanceResult


@pytest.fixture(scope="module")
def report(company_project: Project, company_report: FinanceResult) -> FinanceReport:
    return FinanceReport.open(company_project, "March")


def test_without_a_name_the_newest_report_is_opened_and_says_so(
    tmp_path: Path, company_project: Project, company_report: FinanceResult
) -> None:
    project = Project.open(shutil.copytree(company_project.folder, tmp_path / "board"))
    for folder in (project.results / "finance").iterdir():
        if folder.name != "March":
            shutil.rmtree(folder)
    assert "'March', the only finished one" in repr(FinanceReport.open(project.folder))
    with pytest.raises(UnreadableFile, match="present: March"):
        FinanceReport.open(project, "April")


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_an_attribute_that_shows_itself(report: FinanceReport, name: str) -> None:
    assert isinstance(getattr(report, name), Table)
    assert getattr(report, name)._repr_html_()


def test_leading_indicators_are_read_from_the_file_of_earlier_versions(report: FinanceReport) -> None:
    assert (report.result.folder / "foretelling.parquet").is_file()
    assert list(report.to_pandas("leading_indicators").columns)[:2] == ["target", "figure"]


def test_lines_and_bars_are_of_the_company_so_that_nothing_counts_twice(report: FinanceReport) -> None:
    revenue = report.plot.history.bar().data[0]
    table = report.to_pandas("history").query("dimension == '' and figure == 'revenue'")
    assert list(revenue.y) == table.value.tolist()
    assert report.plot.history.bar().layout.yaxis.title.text == "value [currency]"


def test_the_figures_of_the_report_are_drawn_by_name(report: FinanceReport) -> None:
    assert "Revenue" in report.plot.forecasts().layout.title.text
    assert "Net profit" in report.plot.forecasts(figure="profit").layout.title.text
    assert len(report.plot.what_if(figure="profit", theme="dark").data) > 0
    assert len(report.plot.measures(measures=["profit_margin"]).data) == 1
    assert len(report.plot.bridges().data) == 1
