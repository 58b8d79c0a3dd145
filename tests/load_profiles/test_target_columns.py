"""Every column of the sheets of targets: a blank cell, no values, another header, text, no column.

Each is an error that says the place, a note of the result, or a target that is missing and was not made up.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.data.problems import Problems
from workbench.data.projects.project import Project
from workbench.data.workbooks.reading import read_workbook
from workbench.data.workbooks.writing import Column, writing_workbook
from workbench.errors import InvalidData
from workbench.hourly_loads.year_hours import MONTH_NAMES
from workbench.load_profiles.inputs.target_sheets import ANNUAL_COLUMNS, MONTHLY_SHEETS, read_targets
from workbench.load_profiles.jobs import make_load_profiles
from workbench.load_profiles.model.targets import YearTargets

SmallProject = Callable[..., Project]
Sheets = dict[str, dict[str, list[Any]]]
FISCAL = (*MONTH_NAMES[3:], *MONTH_NAMES[:3])
ANNUAL = {"energy": 9000.0, "peak": 1600.0, "load_factor": 64.0, "minimum": 700.0}
MONTHLY = {
    "average": 1027.0,
    "energy": 750.0,
    "share": 100 / 12,
    "peak": 1500.0,
    "minimum": 700.0,
    "load_factor": 70.0,
}
KINDS = ("blank cell", "blank column", "other header", "text", "no column")
SHEET_OF = {kind: sheet for sheet, kind in reversed(MONTHLY_SHEETS.items())}


def sheets(*kinds: str) -> Sheets:
    """A sheet of years with each column that there is, and one of months for each of some kinds."""
    years = {"Year": [2026, 2027], **{names[0]: [ANNUAL[what]] * 2 for what, names in ANNUAL_COLUMNS.items()}}
    months = {
        SHEET_OF[kind]: {"Year": [2026, 2027], **{name: [MONTHLY[kind]] * 2 for name in FISCAL}}
        for kind in kinds
    }
    return {"Total Demand": years, **months}


def cases() -> Iterator[Any]:
    for sheet, columns in sheets(*MONTHLY).items():
        for column in columns:
            yield from (pytest.param(sheet, column, kind, id=f"{sheet}-{column}-{kind}") for kind in KINDS)


def changed(given: Sheets, sheet: str, column: str, kind: str) -> Sheets:
    columns = {name: list(values) for name, values in given[sheet].items()}
    if kind in ("blank cell", "text"):
        columns[column][1] = "n.n. bekannt" if kind == "text" else None
    elif kind == "blank column":
        columns[column] = [None, None]
    else:
        new = {} if kind == "no column" else {f"{column}x": columns[column]}
        parts = [new if name == column else {name: values} for name, values in columns.items()]
        columns = dict(ChainMap(*reversed(parts)))
    return {**given, sheet: columns}


def read(
    path: Path, given: Mapping[str, Mapping[str, Sequence[Any]]]
) -> tuple[dict[int, YearTargets], Problems]:
    with writing_workbook(path) as book:
        for name, columns in given.items():
            book.sheet(name).table([Column(head, list(values)) for head, values in columns.items()])
    problems = Problems(path.name)
    found = read_targets(
        read_workbook(path),
        first_month=4,
        zone="Asia/Kolkata",
        energy_unit="GWh",
        history_energy_mwh=9e6,
        problems=problems,
    )
    return dict(found.years), problems


def numbers(years: Mapping[int, YearTargets]) -> dict[tuple[int, str, int], float]:
    """Year, attribute and month -> each number that is known."""
    return {
        (year, item.name, at): float(value)
        for year, targets in years.items()
        for item in fields(targets)
        if item.name not in ("year", "places")
        for at, value in enumerate(np.atleast_1d(getattr(targets, item.name)))
        if np.isfinite(value)
    }


@pytest.mark.parametrize(("sheet", "column", "kind"), list(cases()))
def test_what_a_column_lacks_is_said_or_missing(tmp_path: Path, sheet: str, column: str, kind: str) -> None:
    whole = sheets(MONTHLY_SHEETS[sheet.replace("_", "")]) if sheet != "Total Demand" else sheets()
    plain, _ = read(tmp_path / "plain.xlsx", whole)
    years, problems = read(tmp_path / "targets.xlsx", changed(whole, sheet, column, kind))
    said = [problem for problem in problems if problem.sheet == sheet]
    if kind in ("text", "other header") or problems.errors:
        assert said, "nothing is said"
        assert any(problem.cell or column in problem.message for problem in said)
        return
    # A target that is not given is not known: nothing takes its place, and all others are as they were.
    before, after = numbers(plain), numbers(years)
    assert after.items() < before.items()


def test_a_word_that_begins_like_a_month_is_not_one(tmp_path: Path) -> None:
    given = sheets("peak")
    given["maxdemand"] |= {"Margin": [9.0, 9.0], "Total": [1.0, 1.0]}
    years, problems = read(tmp_path / "targets.xlsx", given)
    assert years[2026].monthly_peak.tolist() == [1500.0] * 12
    assert [problem.message for problem in problems] == [
        "the column 'Margin' is not read; read are the year and the months."
    ]


def test_two_columns_of_one_month_and_a_peak_in_gigawatts_are_refused(tmp_path: Path) -> None:
    given = sheets("peak")
    given["maxdemand"] |= {"April": [9.0, 9.0]}
    given["Total Demand"]["Peak (GW)"] = given["Total Demand"].pop("peak")
    _, problems = read(tmp_path / "targets.xlsx", given)
    assert [problem.message for problem in problems.errors] == [
        "the column 'Peak (GW)' is in GW; write it in MW.",
        "the columns 'Apr' and 'April' are both of Apr; keep one.",
    ]


def test_a_year_whose_energy_is_blank_is_an_error_that_names_it(small_project: SmallProject) -> None:
    years = {"Year": [2026, 2027], "Energy (GWh)": [9000.0, None], "Peak": [1600.0] * 2}
    project = small_project({"Total Demand": years})
    with pytest.raises(InvalidData, match=r"targets of 2027 .*no annual energy .*sheet 'Total Demand'"):
        make_load_profiles(project, holdout_years=0)
