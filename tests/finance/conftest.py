"""One report of the company of the tests, made once for all that only look at it."""

from __future__ import annotations

import pytest
from finance.report_cases import company_csv, make_project

from workbench.data.projects.project import Project
from workbench.finance.jobs import make_finance_report
from workbench.finance.results.saved import FinanceResult


@pytest.fixture(scope="session")
def company_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give a project with four years of two regions and two departments; other reports of it keep other names."""
    return make_project(tmp_path_factory.mktemp("finance") / "board", company__csv=company_csv())


@pytest.fixture(scope="session")
def company_report(company_project: Project) -> FinanceResult:
    """Give the report "March" of that project, six months ahead."""
    return make_finance_report(company_project, file="company.csv", scenario="March", horizon=6)
