"""Title rows, repeated headers, totals, delimiters, sheets: nothing goes without a word."""

from __future__ import annotations

import datetime
import io
import time
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data.texts import cells
from workbench.data.texts.cells import read_cells, sniff_delimiter
from workbench.errors import InvalidData, UnreadableFile
from workbench.finance.inputs.reading.read import Reading, read_content, read_file


def read(text: str, **options: dict[str, str]) -> Reading:
    return read_content("figures.csv", text.encode(), **options)


def workbook(*rows: list[object], more: dict[str, list[list[object]]] | None = None) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name, lines in {"Figures": list(rows), **(more or {})}.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(lines):
            sheet.write_row(at, 0, row)
    book.close()
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    lines = ["Date,Region,Revenue", "2024-01-31,North,5.5", "2024-02-29,South,6.5"]
    text = "\n".join(lines).replace(",", delimiter)

    assert sniff_delimiter(text) == (delimiter, False)
    assert read(text).column("Revenue").total == 12.0


def test_decimal_commas_are_not_taken_for_the_delimiter() -> None:
    text = "Date;Revenue;Costs\n2024-01-31;5,50;1,25\n2024-02-29;6;2,75\n"

    assert sniff_delimiter(text)[0] == ";"
    assert read(text).column("Costs").total == 4.0


def test_the_line_by_which_a_spreadsheet_names_the_delimiter_is_followed() -> None:
    reading = read("sep=|\nDate|Revenue\n2024-01-31|5\n")

    assert reading.header_row == 2
    assert reading.column("Revenue").total == 5.0


def test_quoted_cells_with_delimiters_line_breaks_and_blanks_before_the_quote_are_one_cell() -> None:
    reading = read('Date, "Revenue", Note\n2024-01-31, "1,234.50", "two\nlines"\n2024-02-29,2.25,"a ""b"""\n')

    assert reading.values("Revenue").to_list() == [1234.5, 2.25]
    assert reading.values("Note").to_list() == ["two\nlines", 'a "b"']
    # The lines of the file in which they begin.
    assert reading.rows["row"].to_list() == [2, 4]


def test_rows_that_are_longer_than_the_header_are_refused_by_row() -> None:
    with pytest.raises(InvalidData, match=r"the header in row 1 has 2 columns, and row 3 has 3 values"):
        read("Date,Revenue\n2024-01-31,5\n2024-02-29,6,left over\n")


def test_cells_below_a_header_that_is_blank_are_kept() -> None:
    reading = read("Date,Revenue,\n2024-01-31,5\n2024-02-29,6,left over\n2024-03-31,7,,,\n")

    assert [column.name for column in reading.columns] == ["Date", "Revenue", "Column C"]
    assert reading.values("Column C").to_list() == [None, "left over", None]
    assert "the column has no header" in [change.reason for change in reading.changes]


def test_rows_that_are_shorter_than_the_header_are_noted() -> None:
    reading = read("Date,Costs,Revenue\n2024-01-31,5,8\n2024-02-29,6\n2024-03-31,7,\n")

    assert reading.values("Revenue").to_list() == [8.0, None, None]
    assert [str(problem) for problem in reading.problems] == [
        "figures.csv: row 3 ends before the last column; what is not there is read as not given, check that no "
        "value is lost."
    ]


def test_a_quotation_mark_that_is_never_closed_is_named_with_its_row() -> None:
    with pytest.raises(InvalidData, match="row 3: a quotation mark is opened and never closed"):
        read('Date,Revenue\n2024-01-31,5\n2024-02-29,"6\n2024-03-31,7\n')


def test_title_rows_above_and_notes_below_are_set_aside_and_listed_with_their_words() -> None:
    reading = read(
        "Example Ltd.\nMonthly results,,,\n\nDate,Region,Revenue\n2024-01-31,North,5\n2024-02-29,North,6\n"
        "Source: ledger\n"
    )

    assert reading.header_row == 4
    assert reading.rows["row"].to_list() == [5, 6]
    dropped = [(change.rows, change.before[0], change.reason) for change in reading.changes]
    assert dropped == [
        ((1,), "Example Ltd.", "a title above the header"),
        ((2,), "Monthly results", "a title above the header"),
        ((7,), "Source: ledger", "a note: it has neither a date nor an amount"),
    ]


def test_a_header_that_stands_again_is_set_aside_and_listed() -> None:
    reading = read("Date,Revenue\n2024-01-31,5\nDATE,revenue\n2024-02-29,6\n")

    assert reading.column("Revenue").total == 11.0
    assert [change.rows for change in reading.changes] == [(3,)]


def test_totals_and_subtotals_are_set_aside_and_proved_by_their_sums() -> None:
    reading = read(
        "Date,Region,Revenue,Costs\n2024-01-31,North,5,2\n2024-01-31,South,7,3\nSubtotal,,12,5\n"
        "2024-02-29,North,6,2\n2024-02-29,South,8,4\nSubtotal,,14,6\n,,26,11\n"
    )

    assert reading.rows["row"].to_list() == [2, 3, 5, 6]
    reasons = {change.rows[0]: change.reason for change in reading.changes}
    assert reasons[4] == "it is a total ('Subtotal'): the sum of other rows in Revenue, Costs"
    assert reasons[8] == "it is a total ('no label'): the sum of other rows in Revenue, Costs"
    assert reading.problems == ()
    (_, stage) = reading.totals.stages
    assert stage.sums_set_aside == {"Revenue": 52.0, "Costs": 22.0}


def test_a_total_that_does_not_agree_with_its_rows_is_reported() -> None:
    reading = read("Date,Revenue,Costs\n2024-01-31,5,2\n2024-02-29,6,2\nTotal,18,4\n")

    (problem,) = reading.problems
    assert "row 4: the total in column 'Revenue' is 7.00 more than the rows it sums" in str(problem)


def test_a_line_for_all_regions_in_each_month_is_not_counted_twice() -> None:
    reading = read(
        "Date,Region,Revenue,Costs\n2024-01-31,North,5,2\n2024-01-31,South,7,3\n2024-01-31,All,12,5\n"
        "2024-02-29,North,6,2\n2024-02-29,South,8,4\n2024-02-29,All,14,6\n"
    )

    assert reading.values("Region").to_list() == ["North", "South", "North", "South"]


def test_a_line_for_all_regions_of_one_department_is_not_counted_twice() -> None:
    reading = read(
        "Date,Region,Department,Revenue\n"
        + "".join(
            f"2024-0{month}-28,{region},{department},{size * amount * month}\n"
            for month in (1, 2)
            for department, size in (("Retail", 100), ("Online", 7))
            for region, amount in (("North", 5), ("South", 8), ("All", 13))
        )
    )

    assert set(reading.values("Region")) == {"North", "South"}
    assert reading.column("Revenue").total == 2 * 3 * 13 * 107
    assert reading.values("Revenue").sum() == 3 * 13 * 107


def test_a_line_that_says_total_and_is_no_sum_is_asked_about() -> None:
    text = "Date,Region,Revenue\n2024-01-31,North,5\n2024-01-31,Total,99\n2024-02-29,North,6\n"

    (question,) = read(text).questions
    assert (question.key, question.row) == ("total_rows", 3)
    assert read(text, answers={"total_rows": "keep"}).column("Revenue").total == 110.0
    assert len(read(text, answers={"total_rows": "keep"}).rows) == 3
    assert len(read(text, answers={"total_rows": "set aside"}).rows) == 2


def test_a_customer_whose_name_begins_with_total_is_no_total() -> None:
    reading = read(
        "Date,Customer,Revenue\n2024-01-31,Total Energies,5\n2024-02-29,Total Energies,6\n2024-02-29,Shell,6\n"
    )

    assert len(reading.rows) == 3
    assert reading.questions == ()


def test_a_header_that_stands_twice_or_is_empty_gets_a_name_of_its_own_that_is_listed() -> None:
    reading = read("Date,Amount,,Amount\n2024-01-31,5,x,7\n2024-02-29,6,y,8\n")

    assert [column.name for column in reading.columns] == ["Date", "Amount", "Column C", "Amount (D)"]
    assert [change.after for change in reading.changes] == [("Column C",), ("Amount (D)",)]


def test_a_file_without_a_header_names_its_columns_by_letter() -> None:
    reading = read("2024-01-31,North,5\n2024-02-29,North,6\n")

    assert reading.header_row == 0
    assert [column.name for column in reading.columns] == ["Column A", "Column B", "Column C"]
    assert len(reading.rows) == 2


def test_a_cell_is_named_by_its_place_in_the_file_even_beside_an_empty_column() -> None:
    reading = read(",Date,,Revenue\n,2024-01-31,,5\n,2024-02-29,,six\n,2024-03-31,,7\n,2024-04-30,,7\n")

    assert [column.letter for column in reading.columns] == ["B", "D"]
    assert "cell D3" in str(reading.problems[0])


def test_a_header_without_rows_says_what_it_has_found() -> None:
    with pytest.raises(InvalidData, match=r"a header in row 1 \(Date, Revenue\) and no row below it"):
        read("Date,Revenue\n")


def test_a_reading_prints_as_a_summary() -> None:
    assert repr(read("Date,Revenue\n2024-01-31,1.234\n")) == (
        "Reading of figures.csv (utf-8, delimiter ','): 1 rows, 2 columns, 1 open questions, 0 changes, 0 problems"
    )


def test_one_row_is_read() -> None:
    assert read("Date,Revenue\n2024-01-31,5\n").column("Revenue").total == 5.0


@pytest.mark.parametrize(
    "name", ["shape", "columns", "index", "T", "__class__", "row", "sum", "period", "mean", "0"]
)
def test_a_column_may_be_named_like_an_attribute(name: str) -> None:
    reading = read(f"Date,{name},Revenue\n2024-01-31,North,5\n2024-02-29,South,6\n")

    if name == "0":
        assert reading.column("Column B").samples == ("0", "North", "South")
        return
    assert reading.values(name).to_list() == ["North", "South"]
    assert reading.values("Revenue").to_list() == [5.0, 6.0]
    assert reading.rows["row"].to_list() == [2, 3]


def test_an_excel_sheet_reads_like_the_same_file_as_text() -> None:
    rows = [["Report"], [], ["Date", "Region", "Revenue"]]
    rows += [[datetime.date(2024, month, 28), "North", 1000.125 * month] for month in (1, 2, 3)]
    rows += [["Total", None, 6000.75]]

    reading = read_content("figures.xlsx", workbook(*rows))

    assert (reading.kind, reading.sheet, reading.header_row) == ("excel", "Figures", 3)
    assert reading.values("Revenue").to_list() == [1000.125, 2000.25, 3000.375]
    assert [str(day) for day in reading.values("Date")] == ["2024-01-28", "2024-02-28", "2024-03-28"]
    assert reading.rows["row"].to_list() == [4, 5, 6]
    assert reading.questions == ()


def test_a_number_cell_with_three_decimals_is_never_taken_for_thousands() -> None:
    reading = read_content(
        "figures.xlsx", workbook(["Date", "Revenue"], ["2024-01-31", 1.234], ["2024-02-29", 2.345])
    )

    assert reading.values("Revenue").to_list() == [1.234, 2.345]
    assert reading.questions == ()


def test_the_sheet_with_the_figures_is_found_and_the_others_are_named() -> None:
    figures = [["Date", "Revenue"], ["2024-01-31", 5], ["2024-02-29", 6]]
    content = workbook(["Read me"], more={"Data": figures})

    reading = read_content("figures.xlsx", content)

    assert (reading.sheet, reading.sheets) == ("Data", ("Figures", "Data"))
    assert "there are also 'Figures'" in str(reading.problems[0])
    with pytest.raises(InvalidData, match="no sheet 'Dat'; present: Figures, Data"):
        read_content("figures.xlsx", content, sheet="Dat")


def test_a_formula_that_was_never_calculated_is_named_and_not_run() -> None:
    reading = read("Date,Revenue\n2024-01-31,5\n2024-02-29,=SUM(B2:B2)\n2024-03-31,7\n2024-04-30,8\n")

    assert reading.values("Revenue").to_list() == [5.0, None, 7.0, 8.0]
    assert "cell B3: expected an amount in column 'Revenue', found '=SUM(B2:B2)'" in str(reading.problems[0])


def test_a_packed_file_is_unpacked_and_a_damaged_one_refused(tmp_path: Path) -> None:
    import gzip

    packed = gzip.compress(b"Date,Revenue\n2024-01-31,5\n" * 1)
    (tmp_path / "figures.csv.gz").write_bytes(packed)

    assert read_file(tmp_path / "figures.csv.gz").column("Revenue").total == 5.0
    with pytest.raises(UnreadableFile, match="damaged gzip file"):
        read_content("figures.csv.gz", packed[:-9])


def test_a_missing_file_and_a_folder_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"There is no file .*nothing\.csv"):
        read_file(tmp_path / "nothing.csv")
    with pytest.raises(UnreadableFile, match="is a folder, expected a CSV, TSV or Excel file"):
        read_file(tmp_path)


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    with pytest.raises(UnreadableFile):
        read_content("figures.xlsx", b"PK\x03\x04" + b"x" * 200)


def test_a_file_with_thousands_of_columns_is_refused_before_each_is_looked_at() -> None:
    columns = [f"Metric {number}" for number in range(10_000)]
    text = f"Date,{','.join(columns)}\n2024-01-31,{','.join(map(str, range(10_000)))}\n"

    with pytest.raises(InvalidData, match="has 10,001 columns, at most 2,000 are read"):
        read_content("figures.csv", text.encode())


@pytest.mark.parametrize(
    "cell", ["-" + " " * 5000 + "x", "1," * 5000, "Jan " * 3000, "(" * 5000, "12.3." * 2000]
)
def test_a_long_cell_does_not_hold_up_the_reading(cell: str) -> None:
    start = time.perf_counter()
    reading = read_content(
        "figures.csv", f'Date;Revenue;Note\n2024-01-31;5;"{cell}"\n2024-02-29;6;{cell}\n'.encode()
    )

    assert reading.column("Revenue").total == 11.0
    assert time.perf_counter() - start < 5.0


CELL = st.text(st.sampled_from('ab1,;"\n. é-'), max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8))
def test_the_fast_reader_gives_the_same_cells_as_the_plain_one(rows: list[list[str]]) -> None:
    import csv

    out = io.StringIO(newline="")
    csv.writer(out).writerows([["Date", "Name", "Revenue"], *rows])
    content = out.getvalue().encode()

    plain = read_cells("figures.csv", content).frame
    before = cells.FAST_FROM_CHARACTERS
    try:
        cells.FAST_FROM_CHARACTERS = 0
        fast = read_cells("figures.csv", content).frame
    finally:
        cells.FAST_FROM_CHARACTERS = before
    assert fast.rows() == plain.rows()
