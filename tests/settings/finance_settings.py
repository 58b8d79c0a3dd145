"""Finance files on which each setting of a report could matter."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from report_cases import company_csv, make_project
from setting_runs import Inputs, JobCases

from workbench.data.projects.project import Project
from workbench.finance.jobs import make_finance_report


def files(folder: Path) -> Project:
    """Two exports, and the saved report of an earlier month."""
    whole = company_csv(15)
    project = make_project(folder, company__csv=whole, second__csv=company_csv(15, first_region="West"))
    (project.inputs / "before.csv").write_bytes(company_csv(14))
    make_finance_report(project, file="before.csv", scenario="Before", horizon=3)
    return project


def years(folder: Path) -> Project:
    """Enough months to know what is usual."""
    return make_project(folder, company__csv=company_csv(24))


def with_question(folder: Path) -> Project:
    """A file whose amounts may be read with either decimal mark."""
    rows = [f"2020-{month:02d}-01;1.{100 + month}" for month in range(1, 13)]
    text = "\n".join(["Month;Revenue", *rows]) + "\n"
    return make_project(folder, asked__csv=text.encode())


def with_sheets(folder: Path) -> Project:
    """A workbook with two sheets of figures."""
    project = make_project(folder)
    book = openpyxl.Workbook()
    for number, name in enumerate(("Figures", "Plan")):
        sheet = book.active if number == 0 else book.create_sheet()
        sheet.title = name
        sheet.append(["Month", "Revenue"])
        for month in range(1, 13):
            sheet.append([f"2020-{month:02d}-01", 1000.5 * (1 + number) + 3 * month])
    book.save(project.inputs / "figures.xlsx")
    return project


BASE = {"file": "company.csv", "horizon": 3}
DRIVER = {"kind": "price", "change": 5.0}
CASES = JobCases(
    "finance",
    (
        Inputs("csv", files, BASE),
        Inputs(
            "what_if",
            files,
            {**BASE, "drivers": (DRIVER, {"kind": "marketing spend", "change": 10.0})},
            ("variable_share", "price_elasticity", "marketing_elasticity"),
        ),
        Inputs("years", years, BASE, ("false_alarms",)),
        Inputs("sheets", with_sheets, {"file": "figures.xlsx", "horizon": 3}, ("sheet",)),
        Inputs("asked", with_question, {"file": "asked.csv", "horizon": 3}, ("answers",)),
    ),
    other={
        "file": "second.csv",
        "scenario": "other",
        "sheet": "Plan",
        "horizon": 6,
        "level": 60.0,
        "tolerance": 5000.0,
        "drivers": (DRIVER,),
        "variable_share": 30.0,
        "price_elasticity": -0.5,
        "marketing_elasticity": 0.3,
        "previous": "Before",
        "answers": {"decimal_mark": ","},
    },
    acts_with={
        "false_alarms": "years",
        "variable_share": "what_if",
        "price_elasticity": "what_if",
        "marketing_elasticity": "what_if",
        "answers": "asked",
        "sheet": "sheets",
    },
    unknown={"drivers": ({"kind": "nobody knows", "change": 5.0},)},
    own={"scenario": lambda result: result.scenario},
    steps="workbench.finance.steps",
)
