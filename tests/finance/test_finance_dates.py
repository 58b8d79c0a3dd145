"""Dates as people write them, and which of day and month comes first."""

from __future__ import annotations

import datetime

import pytest

from workbench.data.texts.dates import DateOrder, read_date
from workbench.errors import InvalidData
from workbench.finance.inputs.reading.read import Reading, read_content

DAY = datetime.date(2024, 1, 31)


def read(*dates: str, header: str = "Date", **options: dict[str, str]) -> Reading:
    rows = [f"{date};{100 + at}.5" for at, date in enumerate(dates)]
    return read_content("figures.csv", "\n".join([f"{header};Revenue", *rows]).encode(), **options)


def days(reading: Reading, column: str = "Date") -> list[str]:
    return [str(day) for day in reading.values(column)]


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-31", "2024/1/31", "2024-01-31 13:45:00", "2024-01-31T00:00:00Z", "31/01/2024", "01/31/2024",
        "31.01.24", "31 Jan 2024", "31-Jan-24", "Jan 31, 2024", "31. Januar 2024",
        "31 enero 2024", "January 31st, 2024",
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    found = read_date(text)

    assert found is not None
    assert found.day == DAY


@pytest.mark.parametrize(
    "text", ["Jan 2024", "Jan-24", "January 2024", "2024-01", "01/2024", "2024 Jan", "enero 2024"]
)
def test_a_month_stands_for_its_last_day(text: str) -> None:
    found = read_date(text)

    assert found is not None
    assert (found.day, found.precision) == (DAY, "month")


@pytest.mark.parametrize(
    ("text", "day"),
    [("202401", "2024-01-31"), ("20240131", "2024-01-31"), ("45322", "2024-01-31"), ("2024", "2024-12-31")],
)
def test_bare_digits_are_dates_only_under_a_header_that_says_so(text: str, day: str) -> None:
    found = read_date(text, named=True)

    assert found is not None
    assert str(found.day) == day
    assert read_date(text) is None


@pytest.mark.parametrize(
    "text", ["31/02/2024", "32.01.2024", "2024-13-01", "13/13/2024", "soon", "1.5", "Sales 2024"]
)
def test_a_day_that_does_not_exist_is_no_date(text: str) -> None:
    assert read_date(text) is None


def test_quarters_are_read_as_their_last_day() -> None:
    found = read_date("Q3 2024")

    assert found is not None
    assert (str(found.day), found.precision) == ("2024-09-30", "quarter")


def test_one_day_beyond_twelve_decides_the_order_of_the_column_and_is_quoted() -> None:
    reading = read("01/02/2024", "05/03/2024", "25/04/2024")

    assert days(reading) == ["2024-02-01", "2024-03-05", "2024-04-25"]
    assert reading.column("Date").evidence == "day first: '25/04/2024' in row 4"


def test_month_first_is_told_the_same_way() -> None:
    reading = read("02/01/2024", "03/05/2024", "04/25/2024")

    assert days(reading) == ["2024-02-01", "2024-03-05", "2024-04-25"]


def test_an_ambiguous_order_is_asked_with_the_meaning_of_each_answer_and_what_favours_one() -> None:
    dates = [f"01/{month:02d}/2024" for month in range(1, 7)]

    (question,) = read(*dates).questions

    assert (question.key, question.row) == ("date_order:Date", 3)
    assert "'01/02/2024' may be day first or month first" in question.text
    assert question.recommended == "day first"
    assert (
        question.options[0].label
        == "'01/02/2024' is 01 February 2024, '01/06/2024' is 01 June 2024: 5 dates in 5 months"
    )
    assert (
        question.options[1].label
        == "'01/02/2024' is 02 January 2024, '01/06/2024' is 06 January 2024: 5 dates in 1 month"
    )


@pytest.mark.parametrize(("order", "second"), [("day first", "2024-02-01"), ("month first", "2024-01-02")])
def test_the_answer_decides_the_order(order: str, second: str) -> None:
    reading = read("01/01/2024", "01/02/2024", answers={"date_order:Date": order})

    assert reading.questions == ()
    assert days(reading)[1] == second


def test_dates_that_read_alike_both_ways_ask_nothing() -> None:
    assert read("01/01/2024", "02/02/2024", "03/03/2024").questions == ()


def test_two_orders_in_one_column_are_named_with_both_rows_and_never_guessed() -> None:
    (question,) = read("13/02/2024", "02/14/2024", "03/04/2024").questions

    assert (
        "'13/02/2024' in row 2 can only be day first and '02/14/2024' in row 3 only month first"
        in question.text
    )
    assert "'03/04/2024' in row 4 may be either" in question.text


def test_two_orders_without_a_doubtful_date_are_read_and_listed() -> None:
    reading = read("13/02/2024", "14/03/2024", "04/15/2024")

    assert reading.questions == ()
    assert days(reading) == ["2024-02-13", "2024-03-14", "2024-04-15"]
    (change,) = reading.changes
    assert change.rows == (4,)
    assert "month first" in change.reason


def test_one_date_in_another_format_is_read_and_listed_not_dropped() -> None:
    reading = read("2024-01-31", "29/02/2024", "2024-03-31", "30 Apr 2024")

    assert days(reading) == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
    table = reading.changes.table()
    assert table["row"].tolist() == [3, 5]
    assert table["after"].tolist() == ["2024-02-29", "2024-04-30"]


def test_a_day_that_does_not_exist_is_asked_about_and_its_amount_is_not_lost() -> None:
    reading = read("2024-01-31", "31/02/2024", "2024-03-31")

    (question,) = reading.questions
    assert question.key == "undated_rows"
    assert "Column 'Date', row 3: '31/02/2024' is not a date" in question.text
    assert reading.column("Revenue").total == 304.5

    aside = read("2024-01-31", "31/02/2024", "2024-03-31", answers={"undated_rows": "set aside"})
    (stage,) = [stage for stage in aside.totals.stages if stage.stage == "set rows aside"]
    assert (stage.rows_set_aside, stage.sums_set_aside["Revenue"]) == (1, 101.5)
    assert [change.rows for change in aside.changes if change.kind == "dropped"] == [(3,)]


def test_a_date_that_stands_only_in_the_first_row_of_its_group_is_carried_down_when_asked_to() -> None:
    reading = read("2024-01-31", "", "2024-02-29", "", answers={"undated_rows": "as above"})

    assert days(reading) == ["2024-01-31", "2024-01-31", "2024-02-29", "2024-02-29"]
    (change,) = reading.changes
    assert (change.kind, change.rows) == ("imputed", (3, 5))


def test_a_column_of_years_is_no_amount() -> None:
    reading = read_content("figures.csv", b"Date,Year,Revenue\n2023-12-31,2023,5\n2024-12-31,2024,6\n")

    assert reading.column("Year").kind == "date"
    assert reading.date_column == "Date"


@pytest.mark.parametrize("months", [("1", "2", "12"), ("Jan", "Feb.", "december"), ("01", "02", "12")])
def test_year_and_month_in_two_columns_are_put_together_and_listed(months: tuple[str, ...]) -> None:
    rows = "".join(f"2024;{month};{at}.5\n" for at, month in enumerate(months))

    reading = read_content("figures.csv", f"Year;Month;Revenue\n{rows}".encode())

    assert reading.date_column == "Year + Month"
    assert days(reading, "Year + Month") == ["2024-01-31", "2024-02-29", "2024-12-31"]
    assert "they were put together" in next(iter(reading.changes)).reason


def test_year_and_quarter_in_two_columns_are_put_together() -> None:
    reading = read_content("figures.csv", b"Year,Quarter,Revenue\n2024,Q1,5\n2024,Q2,6\n")

    assert days(reading, "Year + Quarter") == ["2024-03-31", "2024-06-30"]


def test_a_month_of_a_fiscal_year_is_not_guessed() -> None:
    with pytest.raises(InvalidData, match="in which calendar year a month of a fiscal year lies is not said"):
        read_content("figures.csv", b"Fiscal Year,Month,Revenue\n2024,1,5\n2024,2,6\n")


def test_a_quarter_among_months_is_the_sum_of_them_and_no_month_of_its_own() -> None:
    reading = read_content(
        "figures.csv", b"Period,Revenue,Costs\nJan 2024,5,1\nFeb 2024,6,2\nMar 2024,7,3\nQ1 2024,18,6\n"
    )

    assert reading.rows["row"].to_list() == [2, 3, 4]
    assert "the sum of other rows in Revenue, Costs" in next(iter(reading.changes)).reason


def test_excel_day_numbers_are_read_as_dates() -> None:
    assert days(read("45322", "45351", header="Posting Date"), "Posting Date") == ["2024-01-31", "2024-02-29"]


def test_a_file_without_dates_says_which_columns_it_has() -> None:
    with pytest.raises(
        InvalidData, match=r"figures.csv has no column of dates; its columns are 'Region' \(text\), 'Re"
    ):
        read_content("figures.csv", b"Region,Revenue\nNorth,5\nSouth,6\n")


def test_the_order_of_an_answer_is_one_of_the_two() -> None:
    with pytest.raises(InvalidData, match="expected one of day first, month first"):
        read("01/01/2024", "01/02/2024", answers={"date_order:Date": str(DateOrder.DAY_FIRST).upper()})
