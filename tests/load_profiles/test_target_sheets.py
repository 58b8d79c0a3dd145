from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.data.problems import Problems
from workbench.data.workbooks.reading import read_workbook
from workbench.data.workbooks.writing import Column, writing_workbook
from workbench.hourly_loads.year_hours import MONTH_NAMES, hours_of_year
from workbench.load_profiles.inputs.target_sheets import TargetSheets, read_targets

FISCAL = (*MONTH_NAMES[3:], *MONTH_NAMES[:3])
Read = Callable[..., tuple[TargetSheets, Problems]]


def months(*values: float, years: Sequence[Any] = (2026,), by: str = "Year") -> dict[str, Sequence[Any]]:
    return {
        by: years,
        **{name: [value] for name, value in zip(FISCAL, values * (12 // len(values)), strict=True)},
    }


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def do(
        sheets: Mapping[str, Mapping[str, Sequence[Any]]], unit: str = "workbook", history: float = 30e6
    ) -> Any:
        path = tmp_path / "targets.xlsx"
        with writing_workbook(path) as book:
            for name, columns in sheets.items():
                book.sheet(name).table([Column(head, list(values)) for head, values in columns.items()])
        problems = Problems("targets.xlsx")
        found = read_targets(
            read_workbook(path),
            first_month=4,
            zone="Asia/Kolkata",
            energy_unit=unit,
            history_energy_mwh=history,
            problems=problems,
        )
        return found, problems

    return do


def test_average_loads_become_energies_by_the_hours_of_each_month(read: Read) -> None:
    found, _ = read({"average_demand": months(4000.0, years=["FY 2027-28"], by="financial year")})
    hours = hours_of_year(2028).hours_by_month

    assert hours[10] == 29 * 24
    np.testing.assert_allclose(found.years[2028].monthly_energy, 4000.0 * hours)


def test_peaks_load_factors_and_minima_are_all_read(read: Read) -> None:
    found, problems = read(
        {
            "Total Demand": {"Year": [2026], "Total Demand": [33e6], "Peak": [6100.0], "Load Factor": [0.62]},
            "max_demand": months(6000.0),
            "load_factor": months(75.0),
            "min_demand": months(2000.0),
        },
        unit="MWh",
    )
    year = found.years[2026]

    assert (year.energy, year.peak, year.load_factor) == (33e6, 6100.0, 0.62)
    np.testing.assert_array_equal(year.monthly_peak, np.full(12, 6000.0))
    np.testing.assert_allclose(year.monthly_load_factor, np.full(12, 0.75))
    np.testing.assert_array_equal(year.monthly_minimum, np.full(12, 2000.0))
    assert year.places["monthly_load_factor"] == "sheet 'load_factor'"
    assert len(problems) == 0


@pytest.mark.parametrize(
    ("given", "unit"), [(33_469_837.0, "MWh"), (33_469.8, "GWh"), (33.47, "TWh"), (33_469_837_000.0, "kWh")]
)
def test_the_unit_of_the_energy_is_found_and_said(read: Read, given: float, unit: str) -> None:
    found, problems = read({"Total Demand": {"Year": [2026], "Total Demand": [given]}})

    assert found.unit == unit
    assert found.years[2026].energy == pytest.approx(33.47e6, rel=1e-3)
    assert f"read as {unit}" in str(next(iter(problems)))


def test_an_energy_that_fits_no_unit_is_an_error(read: Read) -> None:
    _, problems = read({"Total Demand": {"Year": [2026], "Total Demand": [0.5]}}, history=9.9e6)

    assert "fits no unit beside the history" in str(problems.errors[0])


def test_a_unit_in_the_header_is_believed(read: Read) -> None:
    found, problems = read({"Total Demand": {"Year": [2026], "Total Demand (MU)": [33_469.0]}})

    assert found.unit == "MU"
    assert found.years[2026].energy == pytest.approx(33.469e6)
    assert len(problems) == 0


@pytest.mark.parametrize(
    ("sheets", "place", "says"),
    [
        ({"load_factor": months(1.02)}, "B2", "the load factor is 1.02, expected below 1"),
        ({"load_factor": months(102.0)}, "B2", "the load factor is 102 %, expected below 100"),
        ({"max_demand": months(-5.0)}, "B2", "expected a number above 0, found -5"),
        ({"max_demand": months(1.0, years=["soon"])}, "A2", "'soon' is not a year"),
        ({"max_demand": {"Year": [2026], "Apr": [1.0]}}, "", "the columns of May, Jun, Jul"),
        ({"monthly_share": months(9.0)}, "", "sum to 108 %, expected 100 %"),
        (
            {"Total Demand": {"Period": [2026], "Total Demand": [1.0]}},
            "",
            "no column 'Year'; present: Period",
        ),
        (
            {"Total Demand": {"Year": [2026, 2026], "Total Demand": [3e7, 3e7]}},
            "A3",
            "the year 2026 is listed twice",
        ),
    ],
)
def test_wrong_targets_are_errors_with_their_cell(
    read: Read, sheets: Mapping[str, Mapping[str, Sequence[Any]]], place: str, says: str
) -> None:
    _, problems = read(sheets)
    found = [problem for problem in problems.errors if says in problem.message]

    assert found
    assert found[0].cell == place


def test_the_targets_of_kerala_are_those_of_its_workbook(planning: Path) -> None:
    names = ["Total Demand", "average_demand", "max_demand", "load_factor"]
    book = read_workbook(planning / "kerala_hourly_load.xlsx", sheets=names)
    book = type(book)(book.path, book.sha256, tuple(names), (), book._sheets)
    problems = Problems(book.path.name)
    found = read_targets(
        book,
        first_month=4,
        zone="Asia/Kolkata",
        energy_unit="workbook",
        history_energy_mwh=31e6,
        problems=problems,
    )

    assert list(found.years) == list(range(2026, 2038))
    assert found.unit == "MWh"
    assert found.years[2026].energy == pytest.approx(33_469_837.3876, rel=1e-9)
    assert found.years[2026].monthly_peak[1] == pytest.approx(6106.377, rel=1e-6)
    assert found.years[2028].monthly_energy[10] == pytest.approx(4541.834121147071 * 29 * 24, rel=1e-12)


def test_sheets_like_targets_under_another_name_are_named_and_not_read(read: Read) -> None:
    monthly = months(*range(100, 112))
    found, problems = read(
        {"Total Demand": {"Year": [2026], "Energy": [26000]}, "Peaks of the state": monthly}
    )
    yearly, said = read({"Record": {"Year": [2020], "Energy": [21000]}})

    assert np.isnan(found.years[2026].monthly_peak).all()
    assert [
        (w.sheet, "is not read" in w.message) for w in problems.warnings if w.sheet.startswith("Peaks")
    ] == [("Peaks of the state", True)]
    assert not yearly.years
    assert "name it 'Total Demand'" in said.warnings[0].message


@pytest.mark.parametrize("lost", ["Sep", "Year", ("Sep", "Oct", "Nov")])
def test_a_renamed_sheet_that_lost_headers_is_named_too(read: Read, lost: str | tuple[str, ...]) -> None:
    monthly = {name: values for name, values in months(*range(100, 112)).items() if name not in lost}
    _, problems = read({"Total Demand": {"Year": [2026], "Energy": [26000]}, "Peaks of the state": monthly})
    _, yearly = read({"Record": {"Year": [2020], "Peak": [4100]}})

    assert [w.sheet for w in problems.warnings if "is not read" in w.message] == ["Peaks of the state"]
    assert "columns of year and peak, and is not read" in yearly.warnings[0].message
