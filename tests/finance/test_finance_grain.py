"""From rows to periods: keys, gaps, partial periods, balances, currencies, and that nothing is lost."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from finance.finance_files import ledger_of, monthly
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import InvalidData
from workbench.finance.inputs.grain import open_questions
from workbench.finance.inputs.mapping.propose import propose_mapping
from workbench.finance.inputs.reading.read import read_content
from workbench.finance.model.ledger import Frequency

PANEL = "Date,Region,Revenue,Total Assets\n" + "".join(
    f"2024-{month:02d}-28,{region},{month * size}.25,{1000 * size + month}\n"
    for month in range(1, 7)
    for region, size in (("North", 10), ("South", 20))
)


def test_a_key_is_the_date_and_every_dimension_so_that_no_region_is_lost() -> None:
    ledger = ledger_of(PANEL)

    assert len(ledger.lines) == 12
    assert ledger.total("revenue").tolist() == [30.5, 60.5, 90.5, 120.5, 150.5, 180.5]
    assert ledger.by("region", "revenue")["South"].tolist() == [20.25, 40.25, 60.25, 80.25, 100.25, 120.25]


def test_every_figure_can_be_traced_to_the_rows_of_the_file() -> None:
    ledger = ledger_of(PANEL)

    assert ledger.source_rows("2024-02-01") == (4, 5)
    assert ledger.source_rows("2024-02-01", region="South") == (5,)
    assert len(ledger.source_rows(region="North")) == 6


def test_flows_are_added_and_of_balances_the_last_counts() -> None:
    text = "Date,Region,Revenue,Total Assets\n" + "".join(
        f"2024-01-{day:02d},{region},10.5,{size + day}\n"
        for day in (5, 12, 19, 26)
        for region, size in (("N", 100), ("S", 200))
    )

    ledger = ledger_of(text)

    assert ledger.total("revenue").tolist() == [84.0]
    assert ledger.total("assets").tolist() == [126.0 + 226.0]


def test_a_month_without_rows_is_a_gap_and_not_a_zero() -> None:
    text = monthly({"Revenue": [5.5, None, 7.5, 8.5]}).replace("2023-02,\n", "")

    ledger = ledger_of(text)

    assert len(ledger.periods) == 4
    assert math.isnan(ledger.total("revenue").iloc[1])
    assert [(str(gap.period.date()), gap.reason) for gap in ledger.gaps] == [("2023-02-01", "no row at all")]


def test_a_blank_amount_is_a_gap_that_names_its_row() -> None:
    ledger = ledger_of(monthly({"Revenue": [5.5, None, 7.5], "Costs": [1, 2, 3]}))

    (gap,) = ledger.gaps
    assert (gap.figure, gap.reason) == ("revenue", "row 3 has no amount")
    assert math.isnan(ledger.total("revenue").iloc[1])
    assert ledger.total("expenses").tolist() == [1.0, 2.0, 3.0]


def test_a_region_that_is_missing_in_one_month_leaves_that_months_total_unknown() -> None:
    ledger = ledger_of(PANEL.replace("2024-03-28,South,60.25,20003\n", ""))

    assert [(gap.entity, str(gap.period.date())) for gap in ledger.gaps] == [(("South",), "2024-03-01")]
    assert np.isnan(ledger.total("revenue").iloc[2])
    assert ledger.known_sum("revenue").iloc[2] == 30.25
    assert ledger.by("region", "revenue")["North"].iloc[2] == 30.25


def test_a_region_that_opens_later_is_no_gap() -> None:
    text = "".join(line for line in PANEL.splitlines(True) if not ("South" in line and line[:7] < "2024-03"))

    ledger = ledger_of(text)

    assert ledger.gaps == ()
    assert ledger.total("revenue").tolist()[:3] == [10.25, 20.25, 90.5]


def test_days_that_do_not_reach_the_end_of_the_month_make_it_partial() -> None:
    days = pd.date_range("2024-01-01", "2024-03-20")
    ledger = ledger_of("Date,Revenue\n" + "".join(f"{day:%Y-%m-%d},5\n" for day in days))

    (partial,) = ledger.partial
    assert (str(partial.period.date()), partial.reason) == (
        "2024-03-01",
        "the rows end on 2024-03-20, 11 days before the month's end",
    )
    assert len(ledger.whole_periods) == 2


def test_a_month_of_working_days_is_whole_though_it_ends_on_a_weekend() -> None:
    days = pd.bdate_range("2024-01-01", "2024-03-29")
    ledger = ledger_of("Date,Revenue\n" + "".join(f"{day:%Y-%m-%d},5\n" for day in days))

    assert ledger.partial == ()


@pytest.mark.parametrize(
    ("dates", "frequency"),
    [
        (["2024-01-31", "2024-02-29", "2024-03-31"], Frequency.MONTH),
        (["Q1 2024", "Q2 2024", "Q3 2024"], Frequency.QUARTER),
        (["2022-12-31", "2023-12-31", "2024-12-31"], Frequency.YEAR),
    ],
)
def test_the_distance_of_the_dates_tells_months_quarters_and_years(
    dates: list[str], frequency: Frequency
) -> None:
    ledger = ledger_of("Date,Revenue\n" + "".join(f"{date},5\n" for date in dates))

    assert ledger.frequency is frequency
    assert len(ledger.periods) == 3
    assert ledger.gaps == ()


def test_one_row_a_month_whose_region_changes_is_no_series_by_region() -> None:
    ledger = ledger_of("Date,Region,Revenue,Total Assets\n" + "".join(
        f"2024-{month:02d}-28,{'NS'[month % 2]},{month},{100 + month}\n" for month in range(1, 7)
    ))  # fmt: skip

    assert ledger.confounded == ("region",)
    assert ledger.company_wide == ("assets",)
    assert ledger.total("assets").tolist() == [101, 102, 103, 104, 105, 106]
    assert ledger.by("region", "assets").isna().all().all()
    assert any("cannot be told from the passing of time" in str(problem) for problem in ledger.problems)


def test_balances_of_a_company_that_come_with_changing_labels_are_not_added_up() -> None:
    days = pd.date_range("2024-01-01", "2024-04-30")
    lines = [f"{day:%Y-%m-%d},{'NSEW'[at * 7 % 11 % 4]},5,{100_000 + at}\n" for at, day in enumerate(days)]

    ledger = ledger_of("Date,Region,Revenue,Total Assets\n" + "".join(lines))

    assert ledger.company_wide == ("assets",)
    assert ledger.total("assets").tolist() == [100_030, 100_059, 100_090, 100_120]
    assert ledger.by("region", "revenue").sum().sum() == 5 * len(days)


def test_balances_of_regions_that_report_on_different_days_are_their_own() -> None:
    lines = [
        f"2024-{month:02d}-{day},{region},5,{size + month}\n"
        for month in range(1, 7)
        for day, region, size in (("27", "North", 1000), ("28", "South", 5000))
    ]

    ledger = ledger_of("Date,Region,Revenue,Total Assets\n" + "".join(lines))

    assert ledger.company_wide == ()
    assert ledger.total("assets").tolist() == [6000 + 2 * month for month in range(1, 7)]


def test_a_budget_for_one_year_is_not_missing_in_the_others() -> None:
    budget = [None] * 12 + [7] * 12

    ledger = ledger_of(monthly({"Revenue": [5] * 24, "Revenue Budget": budget}))

    assert ledger.gaps == ()
    assert ledger.total("revenue_budget").isna().sum() == 12


def test_spellings_of_one_region_are_merged_and_listed() -> None:
    ledger = ledger_of(
        PANEL.replace("2024-03-28,South", "2024-03-28,SOUTH").replace("2024-04-28,South", "2024-04-28,South ")
    )

    assert set(ledger.lines["region"]) == {"North", "South"}
    (change,) = ledger.changes.of("merged")
    assert (change.rows, change.before, change.after) == ((7,), ("SOUTH",), ("South",))


def test_a_blank_region_keeps_its_row_under_a_name_of_its_own() -> None:
    ledger = ledger_of(PANEL.replace("2024-03-28,South", "2024-03-28,"))

    assert ledger.lines["revenue"].sum() == 633.0
    assert set(ledger.lines["region"]) == {"North", "South", "(not given)"}


def test_identical_rows_in_a_file_of_keys_are_asked_about_and_counted_as_answered() -> None:
    text = PANEL + "2024-06-28,South,120.25,20006\n"

    with pytest.raises(InvalidData, match="Row 14 repeats row 13 in every column"):
        ledger_of(text)
    once = ledger_of(text, answers={"duplicate_rows": "once"})
    added = ledger_of(text, answers={"duplicate_rows": "add"})
    assert (once.total("revenue").iloc[-1], added.total("revenue").iloc[-1]) == (180.5, 300.75)
    assert [change.rows for change in once.changes.of("dropped")] == [(14,)]


def test_rows_of_one_key_that_differ_are_added_and_listed() -> None:
    ledger = ledger_of(PANEL + "2024-06-28,South,1.5,7\n")

    assert ledger.total("revenue").iloc[-1] == 182.0
    (change,) = ledger.changes.of("merged")
    assert change.rows == (14,)
    assert "rows 13, 14 have the same date and entity" in change.reason


def test_bookings_of_one_day_are_added_without_a_word_for_each() -> None:
    text = "Date,Region,Revenue\n" + "".join(f"2024-0{1 + at // 10}-15,North,{at}.5\n" for at in range(30))

    ledger = ledger_of(text)

    assert ledger.total("revenue").sum() == sum(range(30)) + 15.0
    assert len(ledger.changes) == 0
    assert any("taken as bookings" in str(problem) for problem in ledger.problems)


MIXED = (
    "Date,Region,Revenue\n2024-01-31,North,€5.50\n2024-01-31,South,$7.25\n2024-02-29,North,€6.50\n"
    "2024-02-29,South,$8\n"
)


def test_mixed_currencies_are_never_added_but_asked_about() -> None:
    reading = read_content("figures.csv", MIXED.encode())

    (question,) = open_questions(reading, propose_mapping(reading))

    assert (question.key, question.row) == ("currency", 3)
    assert "2 rows in EUR (first in row 2), 2 rows in USD (first in row 3)" in question.text
    with pytest.raises(InvalidData, match="they cannot be added"):
        ledger_of(MIXED)


def test_one_of_the_currencies_can_be_chosen_and_the_other_rows_are_listed() -> None:
    ledger = ledger_of(MIXED, answers={"currency": "USD"})

    assert (ledger.currency, ledger.total("revenue").sum()) == ("USD", 15.25)
    (change,) = ledger.changes.of("dropped")
    assert change.rows == (2, 4)


def test_rates_that_are_given_convert_and_every_row_is_listed() -> None:
    ledger = ledger_of(MIXED, rates={"USD": 1.0, "EUR": 1.1})

    assert (ledger.currency, ledger.lines["revenue"].sum()) == ("USD", pytest.approx(15.25 + 12 * 1.1))
    (change,) = ledger.changes.of("converted")
    assert (change.rows, change.reason) == ((2, 4), "one EUR is worth 1.1 USD")
    with pytest.raises(InvalidData, match="no rate for EUR"):
        ledger_of(MIXED, rates={"USD": 1.0})


def test_a_column_of_currencies_decides() -> None:
    text = (
        "Date,Region,Currency,Revenue\n2024-01-31,N,EUR,5\n2024-01-31,S,USD,6\n2024-02-29,N,EUR,7\n"
        "2024-02-29,S,USD,8\n"
    )

    assert ledger_of(text, answers={"currency": "EUR"}).total("revenue").tolist() == [5.0, 7.0]


def test_two_currencies_in_one_row_are_refused_with_the_row() -> None:
    with pytest.raises(InvalidData, match="row 2: amounts in EUR and USD are in one row"):
        ledger_of("Date,Revenue,Costs\n2024-01-31,€5,$1\n2024-02-29,€6,$2\n")


def test_rows_of_a_budget_become_figures_of_their_own() -> None:
    text = "Date,Version,Revenue\n" + "".join(
        f"2024-{month:02d}-28,{version},{value}\n"
        for month in range(1, 5)
        for version, value in (("Actual", month), ("Budget 2024", 100 * month))
    )

    ledger = ledger_of(text)

    assert ledger.total("revenue").tolist() == [1.0, 2.0, 3.0, 4.0]
    assert ledger.total("revenue_budget").tolist() == [100.0, 200.0, 300.0, 400.0]
    with pytest.raises(InvalidData, match="row 3: column 'Version' says 'Wishes'; expected actual, budget"):
        ledger_of(text.replace("Budget 2024", "Wishes", 1))


def test_costs_with_a_minus_are_turned_and_every_row_is_listed() -> None:
    ledger = ledger_of(monthly({"Revenue": [5, 6, 7], "Costs": [-1, -2, -3]}))

    assert ledger.total("expenses").tolist() == [1.0, 2.0, 3.0]
    (change,) = ledger.changes.of("sign")
    assert (change.rows, change.before, change.after) == ((2, 3, 4), ("-1", "-2", "-3"), ("1", "2", "3"))


def test_a_scale_in_the_header_is_applied_and_listed() -> None:
    ledger = ledger_of(monthly({"Revenue (EUR k)": [5.1, 6.2, 7.3]}))

    assert ledger.total("revenue").tolist() == [5100.0, 6200.0, 7300.0]
    assert ledger.currency == "EUR"
    assert ledger.changes.of("read as")[0].after == ("multiplied by 1,000",)


def test_one_row_and_one_month_make_a_ledger_of_one_period() -> None:
    assert ledger_of("Date,Revenue\n2024-01-31,5\n").total("revenue").tolist() == [5.0]
    assert len(ledger_of(PANEL.split("2024-02")[0]).periods) == 1


def test_a_file_without_a_figure_is_refused_by_its_columns() -> None:
    with pytest.raises(InvalidData, match="no column of figures among 'Date', 'Colour'"):
        ledger_of("Date,Colour\n2024-01-31,red\n2024-02-29,blue\n")


def test_an_unknown_figure_or_dimension_is_refused_by_those_present() -> None:
    ledger = ledger_of(PANEL)

    with pytest.raises(InvalidData, match="no figure 'profit'; present: revenue, assets"):
        ledger.total("profit")
    with pytest.raises(InvalidData, match="no dimension 'product'; present: region"):
        ledger.by("product", "revenue")


def test_the_ledger_prints_as_a_summary() -> None:
    assert repr(ledger_of(PANEL)) == (
        "Ledger of figures.csv: 2 figures by region, 6 periods (month) in Jan 2024 to Jun 2024, 12 rows, "
        "0 changes, 0 gaps"
    )


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 700),
            st.sampled_from(["North", "South", ""]),
            st.one_of(st.none(), st.integers(-(10**9), 10**9)),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_whatever_the_rows_are_every_cent_of_a_flow_arrives_in_some_line(
    rows: list[tuple[int, str, int | None]],
) -> None:
    start = pd.Timestamp("2023-01-01")
    lines = [
        f"{start + pd.Timedelta(days=day):%Y-%m-%d};{region};{'' if cents is None else f'{cents / 100:.2f}'};1.5"
        for day, region, cents in rows
    ]

    ledger = ledger_of("\n".join(["Date;Region;Revenue;Costs", *lines]), answers={"duplicate_rows": "add"})

    cents_in = sum(cents for _, _, cents in rows if cents is not None)
    if ledger.has("revenue"):
        assert round(math.fsum(ledger.lines["revenue"].dropna()) * 100) == cents_in
    assert len(ledger.entries) == len(rows)
    ledger.totals.require()
