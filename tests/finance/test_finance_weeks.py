"""Files of weeks: months by days, sums by ISO week, and what is said about both."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tests.finance.finance_files import ledger_of
from tests.finance.report_cases import make_project
from workbench.errors import InvalidData
from workbench.finance.jobs import make_finance_report
from workbench.finance.results.sources import weeks_table

MONDAY = datetime.date(2019, 12, 30)
MONDAYS = [MONDAY + datetime.timedelta(7 * at) for at in range(66)]
ISO = [f"{year}-W{week:02d}" for year, week, _ in (day.isocalendar() for day in MONDAYS)]
SUNDAYS = [day + datetime.timedelta(6) for day in MONDAYS]
SPELLINGS = {
    "ISO": ("Week", ISO),
    "German": ("Kalenderwoche", [f"KW {int(text[6:])}/{text[:4]}" for text in ISO]),
    "digits": ("Week", [text.replace("-W", "") for text in ISO]),
    "two columns": ("Year,Week", [f"{text[:4]},{int(text[6:])}" for text in ISO]),
    "begin": ("Week beginning", [str(day) for day in MONDAYS]),
    "end": ("Week ending", [str(day) for day in SUNDAYS]),
}


def weekly(header: str, weeks: list[str]) -> str:
    rows = [f"{week},700.00,{at}.5" for at, week in enumerate(weeks)]
    return "\n".join([f"{header},Revenue,Closing cash", *rows]) + "\n"


@pytest.mark.parametrize("spelling", list(SPELLINGS))
def test_a_week_in_two_months_belongs_to_both_by_its_days(spelling: str) -> None:
    ledger = ledger_of(weekly(*SPELLINGS[spelling]))

    revenue = ledger.total("revenue")
    # A hundred a day; 2019 has two of the days, and the file ends on 4 April 2021.
    assert revenue.iloc[0] == 200
    assert revenue.iloc[1:-1].tolist() == [100.0 * month.days_in_month for month in revenue.index[1:-1]]
    assert revenue.sum() == 700 * len(ISO)
    assert [str(item.period.date()) for item in ledger.partial] == ["2019-12-01", "2021-04-01"]
    # The balance of January is that of the week that ends on the 26th.
    assert ledger.total("cash").iloc[1] == 3.5
    assert ledger.gaps == ()
    assert any(
        "by its days" in change.reason or "share of its days" in change.reason for change in ledger.changes
    )


def test_cents_are_parted_without_loss() -> None:
    text = "Week,Revenue\n" + "".join(f"{week},100.01\n" for week in ISO)
    assert round(float(ledger_of(text).total("revenue").sum()), 2) == round(100.01 * len(ISO), 2)


def test_sums_by_iso_week_are_those_of_the_file_also_in_week_53() -> None:
    table = weeks_table(ledger_of(weekly("Week", ISO)))

    assert table.week.tolist() == ISO
    assert "2020-W53" in ISO
    assert (table.value == 700).all()
    assert not table.partial.any()


def test_sums_of_days_by_iso_week_mark_the_weeks_that_the_file_cuts() -> None:
    days = [datetime.date(2020, 12, 24) + datetime.timedelta(at) for at in range(58)]
    rows = [f"{day},{'North' if at % 2 else 'South'},10\n" for day in days for at in range(2)]
    table = weeks_table(ledger_of("Date,Region,Revenue\n" + "".join(rows)))

    company = table[table.dimension == ""].set_index("week")
    assert company.value["2020-W53"] == 140
    assert company.partial.tolist() == [True, *[False] * 7, True]
    assert table[(table.entity == "North") & (table.week == "2020-W53")].value.tolist() == [70]


def test_weeks_that_a_year_does_not_have_are_asked_about() -> None:
    with pytest.raises(InvalidData, match="'2024-W53' is not a date"):
        ledger_of("Week,Revenue\n2024-W51,5\n2024-W52,5\n2024-W53,5\n2025-W01,5\n")


def test_one_day_a_week_that_is_not_said_to_mean_a_week_is_doubtful() -> None:
    ledger = ledger_of(weekly("Date", [str(day) for day in MONDAYS]))
    assert any("months have four or five of them" in str(problem) for problem in ledger.problems)


@pytest.mark.usefixtures("without_report")
def test_a_report_of_weeks_has_months_weeks_and_says_how(tmp_path: Path) -> None:
    project = make_project(tmp_path / "board", weeks__csv=weekly("Week", ISO).encode())
    result = make_finance_report(project, file="weeks.csv", horizon=3)

    assert result.table("weeks").week.nunique() == len(ISO)
    assert any("of a week in two months" in str(note.message) for note in result.notes)
    assert result.facts["last"] == "2021-03"
