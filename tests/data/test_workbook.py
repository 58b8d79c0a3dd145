from __future__ import annotations

import datetime
import hashlib
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from workbench.data.problems import Severity
from workbench.data.tables.table import cell_name, plain_name
from workbench.data.workbooks.reading import read_workbook
from workbench.data.workbooks.sheet_xml import column_index
from workbench.errors import InvalidData

Save = Callable[..., Path]

SECTORS = [
    "Agriculture", "Domestic_lt", "Commercial_lt", "railway_traction", "ev_transport", "green_hydrogen",
    "solar_rooftop", "licencees", "public_lighting", "ht_eht", "industrial_lt",
]  # fmt: skip


@given(row=st.integers(0, 1_048_575), column=st.integers(0, 16_383))
def test_cells_are_named_as_excel_does(row: int, column: int) -> None:
    assert cell_name(row, column) == f"{get_column_letter(column + 1)}{row + 1}"


@given(st.integers(0, 16_383))
def test_a_column_index_is_read_back_from_its_letters(column: int) -> None:
    assert column_index(cell_name(0, column).rstrip("1234567890")) == column


def test_names_are_compared_without_case_spaces_and_underscores() -> None:
    assert plain_name("Per Capita_GSDP") == plain_name("per_capita  gsdp") != plain_name("GSDP")


def test_text_is_stripped_and_blank_is_none_but_zero_stays_zero(save_sheet: Save) -> None:
    path = save_sheet({"A1": " Year ", "B1": "Electricity", "A2": 2020, "B2": 0, "A3": 2021, "B3": "  "})

    table = read_workbook(path).sheet("main").table()

    assert table.columns == ("Year", "Electricity")
    assert table.rows == ((2020.0, 0.0), (2021.0, None))
    assert (table.row_numbers, table.places, table.header_row) == (range(2, 4), (0, 1), 1)


def test_a_table_below_other_text_and_right_of_the_edge_knows_its_cells(save_sheet: Save) -> None:
    path = save_sheet({"A1": "Some title", "C3": "Year", "D3": "Per Capita", "C4": 2020, "D4": 7})

    table = read_workbook(path).sheet("main").table(headers=("Year", "Per Capita"))

    assert table.cell(0, "per_capita") == "D4"
    assert table.header_cell("Year") == "C3"
    assert table.column("PER CAPITA") == [7.0]


def test_an_empty_sheet_gives_a_table_without_columns(save_sheet: Save) -> None:
    table = read_workbook(save_sheet({})).sheet("main").table()

    assert (table.columns, table.rows) == ((), ())


def test_a_missing_column_is_named_with_those_present(save_sheet: Save) -> None:
    table = read_workbook(save_sheet({"A1": "Year", "B1": "Sales"})).sheet("main").table()

    assert table.find_column("Electricity") is None
    with pytest.raises(InvalidData, match="no column 'Electricity'; present: Year, Sales"):
        table.column("Electricity")


def test_marked_tables_may_stand_side_by_side_and_one_below_another(save_sheet: Save) -> None:
    cells = {
        "A1": "~Left",
        "A2": "Name",
        "A3": "x",
        "A4": "y",
        "B1": "~Right",
        "B2": "K",
        "C2": "V",
        "B3": 1,
        "C3": 2,
    }
    cells |= {"A6": "~ Below ", "A7": "Year", "A8": 2030}

    tables = read_workbook(save_sheet(cells)).sheet("main").marked_tables()

    assert {name: (table.columns, table.rows) for name, table in tables.items()} == {
        "Left": (("Name",), (("x",), ("y",))),
        "Right": (("K", "V"), ((1.0, 2.0),)),
        "Below": (("Year",), ((2030.0,),)),
    }


def test_the_header_may_be_two_rows_below_the_mark(save_sheet: Save) -> None:
    tables = (
        read_workbook(save_sheet({"B2": "~Losses", "B4": "Year", "B5": 2030})).sheet("main").marked_tables()
    )

    assert tables["Losses"].columns == ("Year",)
    assert tables["Losses"].cell(0, "Year") == "B5"


def test_a_mark_directly_below_a_table_ends_it(save_sheet: Save) -> None:
    cells = {"A1": "~One", "A2": "Name", "A3": "x", "A4": "~Two", "A5": "Name", "A6": "y"}

    tables = read_workbook(save_sheet(cells)).sheet("main").marked_tables()

    assert tables["One"].rows == (("x",),)
    assert tables["Two"].rows == (("y",),)


def test_a_ragged_table_keeps_what_stands_beside_a_blank_first_column(save_sheet: Save) -> None:
    cells = {
        "A1": "~Drivers",
        "A2": "Agriculture",
        "B2": "Domestic",
        "A3": "GVA",
        "B3": "GSDP",
        "B4": "Population",
    }

    table = read_workbook(save_sheet(cells)).sheet("main").marked_tables()["Drivers"]

    assert table.rows == (("GVA", "GSDP"), (None, "Population"))


def test_a_mark_without_anything_below_is_an_empty_table(save_sheet: Save) -> None:
    table = read_workbook(save_sheet({"A1": "~Policy"})).sheet("main").marked_tables()["Policy"]

    assert (table.columns, table.rows) == ((), ())


def test_a_mark_that_is_there_twice_is_refused_with_both_cells(save_sheet: Save) -> None:
    path = save_sheet({"A1": "~Losses", "D5": "~Losses"})

    with pytest.raises(
        InvalidData, match=r"book.xlsx, sheet 'main', cell D5: .*~Losses.*also in A1"
    ) as caught:
        read_workbook(path).sheet("main").marked_tables()
    assert caught.value.problems[0].cell == "D5"


def test_an_excel_error_is_seen_and_never_read_as_blank(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["Year", "GSDP"])
    page["A2"], page["B2"] = 2020, "#REF!"
    page["B2"].data_type = "e"
    page["C9"] = "#N/A"
    page["C9"].data_type = "e"
    book.save(tmp_path / "errors.xlsx")

    sheet = read_workbook(tmp_path / "errors.xlsx").sheet("Sheet")

    assert sheet.table().rows == ((2020.0, "#REF!"),)
    assert sheet.rows[8] == (None, None, "#N/A")


def test_a_formula_that_was_never_calculated_is_seen(save_sheet: Save) -> None:
    path = save_sheet({"A1": "Year", "B1": "GSDP", "A2": 2020, "B2": "=A2*2"})

    assert read_workbook(path).sheet("main").table().rows == ((2020.0, "=A2*2 (never calculated)"),)


def test_a_formula_that_gave_no_text_was_calculated(save_sheet: Save) -> None:
    path = save_sheet({"A1": "Year", "B1": "GSDP", "A2": 2020, "B2": '=IF(A2>0,"","x")'})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    # As Excel writes it: the text is empty, and there.
    name = next(name for name in parts if "sheet1" in name)
    parts[name] = re.sub(
        rb'<c r="B2"[^>]*>(<f>.*?</f>).*?</c>', rb'<c r="B2" t="str">\1<v></v></c>', parts[name]
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)

    assert read_workbook(path).sheet("main").table().rows == ((2020.0, None),)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ),
        (b"", b"x:"),
    ],
    ids=["strict form", "prefixed names"],
)
def test_an_excel_error_is_seen_in_every_form_of_the_format(save_sheet: Save, old: bytes, new: bytes) -> None:
    path = save_sheet({"A1": "Year", "A2": 2020, "A3": "=1/0"})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            if old:
                content = content.replace(old, new)
            elif "sheet1" in name:
                content = re.sub(rb"<(/?)(?=[a-z])", rb"<\1x:", content).replace(b" xmlns=", b" xmlns:x=")
            archive.writestr(name, content)

    assert read_workbook(path).sheet("main").rows[1:] == ((2020.0,), ("=1/0 (never calculated)",))


def test_an_open_document_spreadsheet_is_read(tmp_path: Path) -> None:
    # Smallest form of OpenDocument 1.3, part 3, section 9: one table of two rows.
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    cell = '<table:table-cell office:value-type="{}"{}><text:p>{}</text:p></table:table-cell>'
    rows = [
        cell.format("string", "", "Year") + cell.format("string", "", "Sales"),
        cell.format("float", ' office:value="2020"', "2020") + cell.format("float", ' office:value="0"', "0"),
    ]
    table = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    content = (
        f'<office:document-content xmlns:office="{office}office:1.0" xmlns:table="{office}table:1.0" '
        f'xmlns:text="{office}text:1.0"><office:body><office:spreadsheet><table:table table:name="main">'
        f"{table}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "book.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)

    assert read_workbook(tmp_path / "book.ods").sheet("main").table().rows == ((2020.0, 0.0),)


def test_dates_and_times_are_kept_as_such(save_sheet: Save) -> None:
    path = save_sheet(
        {"A1": "date", "B1": "time", "A2": datetime.date(2020, 4, 1), "B2": datetime.time(13, 0)}
    )

    assert read_workbook(path).sheet("main").table().rows == (
        (datetime.date(2020, 4, 1), datetime.time(13, 0)),
    )


def test_only_the_sheets_asked_for_are_parsed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Domestic_LT")
    book.save(tmp_path / "two.xlsx")

    workbook = read_workbook(tmp_path / "two.xlsx", sheets=["domestic lt", "not there"])

    assert workbook.sheet_names == ("Sheet", "Domestic_LT")
    assert workbook.sheet("domestic_lt").name == "Domestic_LT"
    with pytest.raises(InvalidData, match="read without its sheet 'Sheet'"):
        workbook.sheet("Sheet")


def test_a_missing_sheet_is_named_with_those_present(save_sheet: Save) -> None:
    with pytest.raises(InvalidData, match=r"book.xlsx has no sheet 'units'; present: main\."):
        read_workbook(save_sheet({})).sheet("units")


def test_the_hash_is_that_of_the_file(save_sheet: Save) -> None:
    path = save_sheet({"A1": 1})

    assert read_workbook(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_workbook_that_is_open_in_excel_is_read_with_a_warning(save_sheet: Save) -> None:
    path = save_sheet({"A1": 1})
    path.with_name("~$book.xlsx").write_bytes(b"somebody")

    problems = read_workbook(path).problems

    assert [problem.severity for problem in problems] == [Severity.WARNING]
    assert "open in Excel" in str(problems[0])


def test_the_kerala_demand_workbook_is_read_as_its_description_says(shared_data: Path) -> None:
    workbook = read_workbook(shared_data / "planning" / "kerala_demand.xlsx")
    tables = workbook.sheet("main").marked_tables()

    assert list(tables) == [
        "Consumption_Sectors", "Settings", "Econometric_Parameters", "Gdp_Growth_rate", "Solar_share",
    ]  # fmt: skip
    assert tables["Consumption_Sectors"].column("sector name") == SECTORS
    assert tables["Settings"].rows[:2] == (("Start_Year", 2025.0), ("End_Year", 2037.0))
    assert tables["Econometric_Parameters"].columns == tuple(SECTORS)
    assert tables["Econometric_Parameters"].column("Commercial_lt") == [
        "GSDP",
        "Commercial gva",
        "Per Capita GSDP",
    ]
    assert tables["Econometric_Parameters"].column("solar_rooftop") == [None, None, None]
    assert tables["Gdp_Growth_rate"].column("Year") == list(range(2025, 2038))
    assert sum(float(str(share)) for share in tables["Solar_share"].column("Percentage_share")) == 100
    assert tables["Solar_share"].cell(0, "Sector") == "K33"
    assert workbook.sheet("Domestic_lt").table().rows[0] == (2006.0, 4668360.0)
    assert workbook.sheet("Sheet1").table().columns == ()


def test_the_kerala_hourly_load_is_read_whole(shared_data: Path) -> None:
    workbook = read_workbook(
        shared_data / "planning" / "kerala_hourly_load.xlsx", sheets=["Past_Hourly_Demand"]
    )
    table = workbook.sheet("Past_Hourly_Demand").table()

    assert table.columns == ("date", "time", "demand")
    assert len(table.rows) == 72_288
    assert table.rows[-1][0] == datetime.date(2025, 3, 31)
