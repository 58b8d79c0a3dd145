from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from workbench.data.workbooks.reading import read_workbook
from workbench.demand.inputs.template import (
    DemandContent,
    Indicator,
    Role,
    SectorInput,
    empty_content,
    write_demand_template,
)
from workbench.errors import InvalidData

CONTENT = DemandContent(
    region="Testland",
    start_year=2026,
    end_year=2030,
    sectors=[
        SectorInput(
            "Homes",
            "Homes",
            drivers=("GSDP", "Rainfall"),
            solar_share=100,
            electricity={2024: 5.0, 2025: None},
        ),
        SectorInput("Solar", "Roofs", Role.SOLAR, electricity={2025: -1.0, 2026: -2.0}, projected_from=2026),
    ],
    indicators=[
        Indicator("GSDP", "₹ lakh", {2024: 100.0, 2025: 107.0}, (6.0, 7.0, 5.0)),
        Indicator("Rainfall", "mm", {2024: 0.0}),
    ],
    losses={2025: 10.0, 2030: 8.0},
    load_factor={2025: 70.0},
    policy=[("Pumps", 2030, -3.0)],
)


def test_a_filled_template_is_read_back_table_by_table(tmp_path: Path) -> None:
    workbook = read_workbook(write_demand_template(tmp_path / "demand.xlsx", CONTENT))
    tables = workbook.sheet("main").marked_tables()

    assert {name: table.rows for name, table in tables.items()} == {
        "Consumption_Sectors": (("Homes", "Homes", "sales"), ("Solar", "Roofs", "solar")),
        "Settings": (("Start_Year", 2026.0), ("End_Year", 2030.0), ("Region", "Testland")),
        "Drivers": (("GSDP", None), ("Rainfall", None)),
        "Driver_Growth": (("GSDP", 6.0, 7.0, 5.0),),
        "Solar_share": (("Homes", 100.0),),
        "Losses": ((2025.0, 10.0), (2030.0, 8.0)),
        "Load_factor": ((2025.0, 70.0),),
        "Policy": (("Pumps", 2030.0, -3.0),),
    }
    assert workbook.sheet("Homes").table().rows == ((2024.0, 5.0, "actual"), (2025.0, None, "actual"))
    assert workbook.sheet("Solar").table().column("Status") == ["actual", "projection"]
    assert workbook.sheet("Economic_Indicators").table().rows == ((2024.0, 100.0, 0.0), (2025.0, 107.0, None))
    assert workbook.sheet("units").table().rows == (
        ("Electricity", "MWh"),
        ("GSDP", "₹ lakh"),
        ("Rainfall", "mm"),
    )


def test_an_empty_template_has_every_table_and_sheet_but_no_number(tmp_path: Path) -> None:
    workbook = read_workbook(write_demand_template(tmp_path / "demand.xlsx"))
    tables = workbook.sheet("main").marked_tables()

    assert list(tables) == [
        "Consumption_Sectors", "Settings", "Drivers", "Driver_Growth", "Solar_share", "Losses", "Load_factor",
        "Policy",
    ]  # fmt: skip
    sectors = [sector.name for sector in empty_content().sectors]
    assert tables["Consumption_Sectors"].column("Sector_Name") == sectors
    assert set(sectors) < set(workbook.sheet_names)
    for name in workbook.sheet_names:
        assert not [value for row in workbook.sheet(name).rows for value in row if isinstance(value, float)]


def test_it_has_the_tables_and_columns_of_the_format_that_utilities_use(
    tmp_path: Path, shared_data: Path
) -> None:
    ours = read_workbook(write_demand_template(tmp_path / "demand.xlsx", CONTENT))
    theirs = read_workbook(shared_data / "planning" / "kerala_demand.xlsx")
    tables = ours.sheet("main").marked_tables()

    for name in ("Consumption_Sectors", "Settings", "Solar_share"):
        columns = theirs.sheet("main").marked_tables()[name].columns
        # A remark in their header row is a column of theirs.
        columns = [column for column in columns if "should include" not in column]
        assert all(tables[name].find_column(column) for column in columns)
    assert tables["Drivers"].columns == tuple(tables["Consumption_Sectors"].column("Sector_Name"))
    assert ours.sheet("units").table().columns == theirs.sheet("units").table().columns
    assert ours.sheet("Homes").table().columns[:2] == theirs.sheet("Agriculture").table().columns


def test_every_number_has_its_unit_in_the_note_of_its_heading(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_demand_template(tmp_path / "demand.xlsx"))

    assert "Unit: MWh" in book["Domestic"]["B1"].comment.text
    assert "negative" in book["Rooftop_solar"]["B1"].comment.text.lower()
    for heading in book["Economic_Indicators"][1][1:]:
        assert heading.comment.text.startswith("Unit: ")
    assert all(book[name].freeze_panes for name in book.sheetnames if name != "read me")


def test_a_sector_that_cannot_be_a_sheet_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    content = DemandContent("x", 2026, 2030, [SectorInput("Industry/HT", "x")], [])

    with pytest.raises(InvalidData, match="'Industry/HT' cannot be the name of a sheet"):
        write_demand_template(tmp_path / "demand.xlsx", content)
    assert list(tmp_path.iterdir()) == []
