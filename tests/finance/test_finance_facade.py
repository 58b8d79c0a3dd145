from __future__ import annotations

import pytest

import workbench.finance
from tests.finance.report_cases import company_csv, make_project
from workbench.charts.plots import Table
from workbench.data.projects.project import Project
from workbench.errors import UnreadableFile
from workbench.finance import FinanceReport, make_finance_report
from workbench.finance.results.saved import TABLES


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = make_project(tmp_path_factory.mktemp("finance") / "board", company__csv=company_csv())
    make_finance_report(made, file="company.csv", scenario="March", horizon=6)
    return made


@pytest.fixture(scope="module")
def report(project: Project) -> FinanceReport:
    return FinanceReport.open(project, "March")


def test_without_a_name_the_saved_reports_are_listed(project: Project) -> None:
    listed = FinanceReport.open(project.folder)
    assert listed.scenarios == ("March",)
    with pytest.raises(AttributeError, match="saved: March"):
        _ = listed.forecasts
    with pytest.raises(UnreadableFile, match="present: March"):
        FinanceReport.open(project, "April")


def test_every_table_is_an_attribute_that_shows_itself(report: FinanceReport) -> None:
    shown = [name for name in dir(report) if name in TABLES or name == "leading_indicators"]
    assert len(shown) == len(TABLES)
    for name in shown:
        assert isinstance(getattr(report, name), Table)
        assert getattr(report, name)._repr_html_()


def test_lines_and_bars_are_of_the_company_so_that_nothing_counts_twice(report: FinanceReport) -> None:
    revenue = report.plot.history.bar().data[0]
    table = report.to_pandas("history").query("dimension == '' and figure == 'revenue'")
    assert list(revenue.y) == table.value.tolist()
    assert report.plot.history.bar().layout.yaxis.title.text == "value [currency units]"


def test_the_figures_of_the_report_are_drawn_by_name(report: FinanceReport) -> None:
    assert len(report.plot.forecasts().data) > 6
    assert "Revenue" in report.plot.forecasts(figure="revenue").layout.title.text
    assert len(report.plot.what_if(figure="profit", theme="dark").data) > 0
    assert len(report.plot.measures(measures="profit_margin").data) == 1
    assert len(report.plot.bridges().data) == 1


def test_an_unknown_name_is_answered_with_those_present(report: FinanceReport) -> None:
    with pytest.raises(KeyError, match="present: revenue, expenses"):
        report.plot.forecasts(figure="sales")
    with pytest.raises(KeyError, match="present: profit_margin"):
        report.plot.measures(measures="margin")
    with pytest.raises(KeyError, match="present: revenue by region in"):
        report.plot.bridges(bridge="sales")


def test_the_public_names_of_the_domain_are_sorted_and_each_can_be_imported() -> None:
    names = workbench.finance.__all__
    assert names == sorted(names)
    for name in names:
        assert getattr(workbench.finance, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = workbench.finance.nothing
