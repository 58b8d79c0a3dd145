"""Text files that used to be read wrongly, each the shape of one that people really have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from workbench.data.problems import Problems
from workbench.errors import InvalidData
from workbench.evapotranspiration.inputs.files import DailyTable, read_daily_table
from workbench.evapotranspiration.inputs.sites import read_sites
from workbench.finance.inputs.reading.read import Reading, read_file


@pytest.fixture
def cases(shared_data: Path) -> Path:
    folder = shared_data.parent / "cases"
    if not folder.is_dir():
        pytest.skip(f"the cases are not at {folder}")
    return folder


def weather(cases: Path, name: str) -> DailyTable:
    return read_daily_table(cases / "reading" / name)


def figures(cases: Path, name: str) -> Reading:
    return read_file(cases / "finance" / name)


def test_a_blank_date_is_named_with_its_line(cases: Path) -> None:
    with pytest.raises(
        InvalidData, match="row 3, column 'date': the cell is blank; write a date like 2024-02-29"
    ):
        weather(cases, "eto-blank-date.csv")


def test_lines_are_counted_as_the_file_has_them(cases: Path) -> None:
    with pytest.raises(InvalidData, match="row 5, column 'tmax': 'bad' is not a number"):
        weather(cases, "eto-blank-line-row-number.csv")


def test_degree_signs_of_windows_are_understood_and_the_encoding_said(cases: Path) -> None:
    table = weather(cases, "eto-cp1252.csv")
    assert (table.frame["tmax"].tolist(), table.frame["tmin"].tolist()) == ([30.0, 30.0], [20.0, 20.0])
    assert "the text was read as cp1252: row 1 is not UTF-8" in str(table.problems.changes[0])


def test_a_dash_is_missing_and_said_and_a_blank_is_missing(cases: Path) -> None:
    table = weather(cases, "eto-dash-and-blank.csv")
    np.testing.assert_array_equal(table.frame["tmax"], [30.1, np.nan, np.nan, 31.0])
    assert [str(problem).partition(": ")[2] for problem in table.problems] == [
        "column 'tmax': 1 cells say '-' (first in row 3), read as missing."
    ]


def test_a_site_may_be_called_na(cases: Path) -> None:
    assert weather(cases, "eto-na-site.csv").frame["site"].tolist() == ["NA", "NA"]


def test_a_row_of_commas_is_blank(cases: Path) -> None:
    assert len(weather(cases, "eto-trailing-commas.csv").frame) == 1


def test_a_comma_at_the_end_of_rows_moves_no_site(cases: Path) -> None:
    kochi, pune = read_sites(cases / "reading" / "sites-trailing-comma.csv", Problems())
    assert (kochi.name, kochi.latitude, kochi.longitude, kochi.elevation) == ("Kochi", 9.97, 76.28, 5.0)
    assert (pune.name, pune.latitude, pune.longitude, pune.elevation) == ("Pune", 18.52, 73.86, 560.0)


def test_apostrophes_before_numbers_and_dates_are_removed_and_listed(cases: Path) -> None:
    reading = figures(cases, "b05_apostrophe.csv")
    assert reading.values("Revenue").to_list()[:2] == [1000.0, 1037.5]
    assert str(reading.values("Date")[0]) == "2023-01-01"
    assert {change.column for change in reading.changes} == {"Date", "Revenue", "Expenses"}


def test_two_columns_of_one_name_are_kept_apart(cases: Path) -> None:
    reading = figures(cases, "b12_dupheads.csv")
    assert [column.name for column in reading.columns] == ["Date", "Revenue", "Revenue (C)"]
    assert (reading.values("Revenue")[0], reading.values("Revenue (C)")[0]) == (1000.0, 600.0)


def test_blanks_without_width_are_removed_and_said(cases: Path) -> None:
    reading = figures(cases, "b15_zw.csv")
    assert [column.name for column in reading.columns] == ["Date", "Revenue", "Expenses"]
    assert (reading.values("Revenue")[0], reading.values("Expenses")[0]) == (1001.0, 601.0)
    assert "characters without width" in next(iter(reading.changes)).reason


def test_digit_groups_without_quotation_marks_are_refused_by_row(cases: Path) -> None:
    with pytest.raises(
        InvalidData, match="the header in row 1 has 3 columns, and rows 2, 3, 4, 5, 6 and 7 more"
    ):
        figures(cases, "b20_unquoted_thousands.csv")


def test_an_export_with_titles_semicolons_and_decimal_commas_is_read(cases: Path) -> None:
    reading = figures(cases, "messy_a.csv")
    assert (reading.encoding, reading.delimiter, reading.header_row) == ("cp1252", ";", 4)
    assert reading.values("Umsatz netto (EUR)")[0] == 129004.76
    assert reading.values("Region")[2] == "Süd"
