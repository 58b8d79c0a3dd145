"""Weeks, short years and parts of fiscal years, as exports write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import InvalidData
from workbench.finance.inputs.finance_file import read_ledger
from workbench.finance.model.calendar import FiscalCalendar
from workbench.finance.model.ledger import Ledger
from workbench.finance.model.spans import Span, windows_of


def ledger_of(tmp_path: Path, header: str, *rows: str, start: int = 1) -> Ledger:
    path = tmp_path / "figures.csv"
    path.write_text("\n".join([f"{header},Revenue", *(f"{row},{at + 1}00.5" for at, row in enumerate(rows))]))
    return read_ledger(path, calendar=FiscalCalendar(start))


def periods(ledger: Ledger) -> list[str]:
    return [f"{period:%Y-%m}" for period in ledger.periods]


@pytest.mark.parametrize(
    ("header", "cells", "start", "expected"),
    [
        ("FY", ("FY2012-13", "FY2013-14", "FY2014-15"), 4, ["2012-04", "2013-04", "2014-04"]),
        ("Year", ("2010-11", "2011-12", "2012-13"), 4, ["2010-04", "2011-04", "2012-04"]),
        ("FY", ("FY22", "FY23", "FY24"), 7, ["2021-07", "2022-07", "2023-07"]),
        ("FY", ("FY 2022", "FY 2023", "FY 2024"), 1, ["2022-01", "2023-01", "2024-01"]),
        ("Quarter", ("Q4 FY22", "Q1 FY23", "Q2 FY23"), 4, ["2022-01", "2022-04", "2022-07"]),
        ("Quarter", ("Q3 FY2023-24", "Q4 FY2023-24", "Q1 FY2024-25"), 4, ["2023-10", "2024-01", "2024-04"]),
        ("Quarter", ("FY24 Q1", "FY24 Q2", "FY24 Q3"), 10, ["2023-10", "2024-01", "2024-04"]),
        ("Period", ("P11 FY2023", "P12 FY2023", "P01 FY2024"), 4, ["2023-02", "2023-03", "2023-04"]),
        ("Period", ("2023-P11", "2023-P12", "2024-P01"), 1, ["2023-11", "2023-12", "2024-01"]),
        ("Fiscal year/period", ("001.2023", "002.2023", "003.2023"), 1, ["2023-01", "2023-02", "2023-03"]),
        (
            "Fiscal Year,Period",
            ("FY2023,P11", "FY2023,P12", "FY2024,P01"),
            4,
            ["2023-02", "2023-03", "2023-04"],
        ),
        ("Fiscal Year,Period", ("2023,11", "2023,12", "2024,1"), 1, ["2023-11", "2023-12", "2024-01"]),
        ("Date", ("11/23", "12/23", "01/24"), 1, ["2023-11", "2023-12", "2024-01"]),
        ("Month", ("Q", "Q", "Q"), 1, []),
    ],
)
def test_a_part_of_a_fiscal_year_is_put_on_the_calendar(
    tmp_path: Path, header: str, cells: tuple[str, ...], start: int, expected: list[str]
) -> None:
    if not expected:
        with pytest.raises(InvalidData, match="no column of dates"):
            ledger_of(tmp_path, header, *cells, start=start)
        return
    assert periods(ledger_of(tmp_path, header, *cells, start=start)) == expected


def test_how_fiscal_periods_were_read_is_listed_with_an_example(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "Quarter", "Q1 FY22", "Q2 FY22", start=4)
    (change,) = [item for item in ledger.changes.entries if item.column == "Quarter"]

    assert (change.before, change.after) == (("Q1 FY22",), ("2021-06",))
    assert "fiscal years begin in April, by the project's settings" in change.reason


def test_a_closing_period_belongs_to_the_last_month(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "Period", "2023-P11", "2023-P12", "2023-P13")

    assert periods(ledger) == ["2023-11", "2023-12"]
    assert ledger.lines["revenue"].tolist() == [100.5, 200.5 + 300.5]


def test_months_of_two_years_that_follow_each_other_are_no_fiscal_years(tmp_path: Path) -> None:
    assert periods(ledger_of(tmp_path, "Month", "2010-11", "2010-12", "2011-01")) == [
        "2010-11",
        "2010-12",
        "2011-01",
    ]


@pytest.mark.parametrize(
    ("name", "first", "last", "count"),
    [
        ("b22_yy", "2023-01", "2024-02", 14),
        ("b27_fy", "2012-04", "2024-04", 13),
        ("iso_weeks", "2023-01", "2024-12", 24),
        ("quarters_fy", "2021-04", "2024-01", 12),
        ("fiscal_periods", "2022-04", "2024-03", 24),
        ("sap_period", "2022-04", "2024-03", 24),
        ("q1_quarter_ends", "2021-01", "2024-10", 16),
    ],
)
def test_periods_of_files_as_people_have_them(
    name: str, first: str, last: str, count: int, shared_data: Path
) -> None:
    ledger = read_ledger(
        shared_data.parent / "cases" / "finance" / f"{name}.csv", calendar=FiscalCalendar(start_month=4)
    )

    assert (periods(ledger)[0], periods(ledger)[-1], len(ledger.periods)) == (first, last, count)


@pytest.mark.parametrize(
    ("header", "rows", "expected"),
    [
        (
            "Fiscal Year,Month end",
            ("FY24,2023-11-30", "FY24,2023-12-31", "FY24,2024-01-31"),
            ["2023-11", "2024-01"],
        ),
        ("Plan,Date", ("FY24,2023-11-30", "FY24,2023-12-31", "FY24,2024-01-31"), ["2023-11", "2024-01"]),
        ("FY,Quarter", ("FY24,Q2 FY24", "FY24,Q3 FY24", "FY24,Q4 FY24"), ["2023-07", "2024-01"]),
    ],
)
def test_a_fiscal_year_beside_what_dates_the_rows_is_only_a_label(
    tmp_path: Path, header: str, rows: tuple[str, ...], expected: list[str]
) -> None:
    found = periods(ledger_of(tmp_path, header, *rows, start=4))

    assert [found[0], found[-1]] == expected
    assert len(found) == 3


@pytest.mark.parametrize(
    ("cells", "start", "label", "days"),
    [
        (("2024-Q2", "2024-Q3", "2024-Q4"), 1, "Q4 2024", 92),
        (("2024-06-30", "2024-09-30", "2024-12-31"), 4, "Q3 FY 2024-25", 92),
        (("2024-04-01", "2024-07-01", "2024-10-01"), 1, "Q4 2024", 92),
        (("Jun 2024", "Sep 2024", "Dec 2024"), 1, "Q4 2024", 92),
        # A spreadsheet keeps "Dec 2024" as the first day of that month.
        (("2024-06-01", "2024-09-01", "2024-12-01"), 1, "Q4 2024", 92),
        (("2024-07-31", "2024-10-31", "2025-01-31"), 1, "Nov 2024 to Jan 2025", 92),
        (("2022-12-31", "2023-12-31", "2024-12-31"), 4, "2024", 366),
        (("2022-04-01", "2023-04-01", "2024-04-01"), 4, "FY 2024-25", 365),
    ],
)
def test_quarters_and_years_have_their_true_beginning_and_end(
    tmp_path: Path, cells: tuple[str, ...], start: int, label: str, days: int
) -> None:
    windows = windows_of(ledger_of(tmp_path, "Date", *cells, start=start), Span.MONTH)

    assert windows.labels[-1] == label
    assert windows.days[-1] == days


def test_a_year_of_quarters_is_named_by_the_month_with_which_it_ends(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "Date", "2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4")

    assert windows_of(ledger, Span.ROLLING_12).labels == ("12 months to Dec 2024",)
    assert windows_of(ledger, Span.YEAR_TO_DATE).labels[-1] == "2024 to Dec 2024"


def test_a_month_of_a_fiscal_year_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="in which calendar year a month of a fiscal year lies is not said"):
        ledger_of(tmp_path, "Fiscal Year,Month", "FY2023,Jan", "FY2023,Feb", "FY2023,Mar", start=4)
