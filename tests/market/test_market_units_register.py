from __future__ import annotations

import json
import math
from pathlib import Path

import pandas as pd
import pytest

from workbench.errors import InvalidData, UnreadableFile
from workbench.market.inputs.units_register import amount, read_register
from workbench.market.model.nem import NEM
from workbench.market.model.units import MarketUnit, UnitKind, UnitsRegister
from workbench.market.sample.units import write_register

REAL_COLUMNS = {
    "unit": "DUID",
    "station": "Pickle_Site_Name",
    "region": "Pickle_Region",
    "fuel": "Pickle_Fuel",
    "owner": "Pickle_Owner",
    "capacity": "Pickle_Capacity_MW",
    "storage": "Pickle_Storage_MWh",
}


def register(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "units.csv"
    path.write_text(
        "\n".join(["DUID,Site Name,Region,Fuel,Owner,Capacity(MW),Storage(MWh),Kind", *lines]) + "\n"
    )
    return path


@pytest.mark.parametrize(
    ("text", "value"),
    [("23.44 - 27.60", 25.52), ("23.44-27.60", 25.52), ("1,200", 1200.0), (" 7.76 ", 7.76), ("3 to 5", 4.0)],
)
def test_capacities_are_read_from_text_and_a_range_as_its_middle(text: str, value: float) -> None:
    assert amount(text)[0] == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "-", "n/a", "about 50", "-3", "nan", "inf", "12,5"])
def test_what_is_no_amount_is_unknown_and_not_zero(text: str) -> None:
    assert math.isnan(amount(text)[0])


def test_a_range_is_reported_with_its_row(tmp_path: Path) -> None:
    units, problems = read_register(register(tmp_path, "U1,S,NSW1,Wind,O,23.44 - 27.60,,Generator"), NEM)
    assert units[0].capacity_mw == pytest.approx(25.52)
    assert "range" in units[0].note
    assert [str(problem) for problem in problems] == [
        "units.csv: row 2: U1 has the capacity '23.44 - 27.60' [MW]: a range, read as its middle 25.52."
    ]


def test_names_of_fuels_and_regions_are_understood_in_any_case_and_by_their_aliases(tmp_path: Path) -> None:
    path = register(tmp_path, "U1,S,nsw1,WIND,O,1,,Generator", "U2,S,Sa1,Fossil - Black Coal,O,1,,Generator")
    units, problems = read_register(path, NEM)
    assert [(unit.region, unit.fuel) for unit in units] == [("NSW1", "Wind"), ("SA1", "Coal")]
    assert len(problems) == 0


def test_a_fuel_or_region_that_nobody_knows_is_kept_as_unknown_and_reported(tmp_path: Path) -> None:
    units, problems = read_register(register(tmp_path, "U1,S,WA1,Plasma,O,1,,", "U2,S,NSW1,,O,1,,"), NEM)
    assert [(unit.region, unit.fuel) for unit in units] == [("Unknown", "Unknown"), ("NSW1", "Unknown")]
    said = " ".join(str(problem) for problem in problems)
    assert "row 2: U1 has the fuel 'Plasma'" in said
    assert "row 2: U1 has the region 'WA1'" in said
    assert "row 3: U2 has no fuel" in said


def test_storage_is_bidirectional_unless_the_register_says_load(tmp_path: Path) -> None:
    path = register(tmp_path, "B1,S,SA1,Battery,O,1,2,", "B2,S,SA1,Battery,O,1,2,Load", "G,S,SA1,Wind,O,1,,")
    units, _ = read_register(path, NEM)
    assert [unit.kind for unit in units] == [UnitKind.BIDIRECTIONAL, UnitKind.LOAD, UnitKind.GENERATOR]


def test_a_unit_listed_twice_and_a_register_without_units_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="row 3: U1 is listed in row 2 already, of another station"):
        read_register(register(tmp_path, "U1,S,SA1,Wind,O,1,,", "U1,S,SA1,Solar,O,1,,"), NEM)
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n")
    with pytest.raises(
        InvalidData, match=r"odd\.csv has no column with the units' names.*its columns are a, b"
    ):
        read_register(tmp_path / "odd.csv", NEM)
    with pytest.raises(InvalidData, match="no column 'DUIDX'"):
        read_register(register(tmp_path), NEM, {"unit": "DUIDX"})
    with pytest.raises(UnreadableFile):
        read_register(tmp_path / "gone.csv", NEM)


def test_machines_of_one_unit_are_one_unit_and_both_readings_of_their_amounts_are_said(
    tmp_path: Path,
) -> None:
    path = register(
        tmp_path,
        "U1,S,SA1,Wind,O,7.5,,",
        "U1,S,SA1,Wind,O,7.5,,",
        "U2,S,SA1,Wind,O,3,,",
        "U2,S,SA1,Wind,O,4,,",
    )
    units, problems = read_register(path, NEM)
    assert [(unit.name, unit.capacity_mw) for unit in units] == [("U1", 7.5), ("U2", 7.0)]
    said = [str(problem) for problem in problems.changes]
    assert said[0].endswith("rows 2, 3: U1 is read as one unit (capacity 7.5, once).")
    assert said[1].endswith("rows 4, 5: U2 is read as one unit (capacity 7, the sum of its rows).")


OFFICIAL = (
    "Participant,Station Name,Region,Dispatch Type,Fuel Source - Primary,Fuel Source - Descriptor,"
    "Technology Type - Primary,Technology Type - Descriptor,DUID,Reg Cap generation (MW),Maximum storage capacity"
)


def test_the_operators_registration_list_is_read_by_source_and_technology(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    lines = (
        "A,Bat,SA1,Bidirectional Unit,Battery Storage,Grid,Storage,Battery and Inverter,BAT1,7.76,6",
        "A,Bat,SA1,Bidirectional Unit,Battery Storage,Grid,Storage,Battery and Inverter,BAT1,7.76,6",
        "B,Gas,QLD1,Generating Unit,Fossil,Natural Gas,Combustion,Open Cycle Gas turbines (OCGT),GT1,150,-",
        "B,Gas,QLD1,Generating Unit,Fossil,Coal Seam Methane,Combustion,Compression Reciprocating Engine,GR1,30,-",
        "C,Coal,VIC1,Generating Unit,Fossil,Brown Coal,Combustion,Steam Sub-Critical,CO1,500,-",
        "D,Small,VIC1,Generating Unit,,,,,-,70,-",
    )
    path.write_text("\n".join((OFFICIAL, *lines)) + "\n")
    units, problems = read_register(path, NEM)
    assert [(unit.name, unit.fuel, unit.capacity_mw) for unit in units] == [
        ("BAT1", "Battery Storage", 7.76),
        ("GT1", "OCGT", 150.0),
        ("GR1", "Gas other", 30.0),
        ("CO1", "Coal", 500.0),
    ]
    assert "row 7 has no unit name and was left out" in str(problems.warnings[0])


def test_units_are_found_on_whatever_sheet_they_are(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
        pd.DataFrame({"Notes": ["Read me first", "Then this"]}).to_excel(
            writer, sheet_name="Contents", index=False
        )
        columns = {"DUID": ["U1"], "Station Name": ["S"], "Region": ["SA1"], "Fuel": ["Wind"]}
        pd.DataFrame(columns).to_excel(writer, sheet_name="PU and Scheduled Loads", index=False)
    units, problems = read_register(path, NEM)
    assert [unit.name for unit in units] == ["U1"]
    assert "sheet 'PU and Scheduled Loads': the table is read from this sheet" in str(problems.changes[0])


def test_the_side_of_a_battery_that_charges_is_told_by_the_two_names_and_said(tmp_path: Path) -> None:
    path = register(
        tmp_path, "BATG1,B,SA1,Battery,O,1,2,", "BATL1,B,SA1,Battery,O,1,2,", "LONE1,L,SA1,Battery,O,1,2,"
    )
    units, problems = read_register(path, NEM)
    assert [unit.kind for unit in units] == [UnitKind.GENERATOR, UnitKind.LOAD, UnitKind.BIDIRECTIONAL]
    assert any("BATL1 has no kind; beside BATG1" in str(problem) for problem in problems.warnings)


def test_the_real_register_is_read_whole(shared_data: Path) -> None:
    units, problems = read_register(shared_data / "market" / "units_register.csv", NEM, REAL_COLUMNS)
    assert len(units) == 509
    by_name = {unit.name: unit for unit in units}
    assert by_name["HPR1"].storage_mwh == 117.0
    assert by_name["HPR1"].kind is UnitKind.BIDIRECTIONAL
    assert sum(unit.fuel == "Solar" for unit in units) == 120
    # The one unit for which the register leaves the fuel blank.
    said = [str(problem) for problem in problems]
    assert "units_register.csv: row 290: MLLFRHF1 has no fuel; it is kept under Unknown." in said
    assert sum("row " in sentence for sentence in said) == 1


def test_units_keep_their_places_and_new_ones_come_last() -> None:
    first = UnitsRegister((MarketUnit("B"), MarketUnit("A")))
    later = first.updated([MarketUnit("C", fuel="Wind"), MarketUnit("A", fuel="Coal")])
    assert later.names == ("B", "A", "C")
    assert later[1].fuel == "Coal"
    assert later.with_unknown(["Z", "A"]).names == ("B", "A", "C", "Z")
    assert later.with_unknown(["Z"]).unknown == ("Z",)


def test_a_register_goes_through_its_file_and_through_json_unchanged(tmp_path: Path) -> None:
    units = (
        MarketUnit("A", "S", "NSW1", "Wind", "O", 12.5),
        MarketUnit("B", "S", "SA1", "Battery Storage", "O", 5.0, 10.0, UnitKind.LOAD),
    )
    read, _ = read_register(write_register(tmp_path / "u.csv", units), NEM)
    assert UnitsRegister(read).to_json() == UnitsRegister(units).to_json()
    again = UnitsRegister.from_json(UnitsRegister(units).to_json())
    assert math.isnan(again[0].storage_mwh)
    assert again[1] == units[1]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("DUID;Site Name;Region;Capacity(MW)\nNA;S\xfcd;NSW1;1.200,5\nU2;;SA1;7,5\n", "cp1252"),
        (
            "Units\n\nDUID\tSite Name\tRegion\tCapacity(MW)\nNA\tS\xfcd\tNSW1\t1200.5\nU2\t\tSA1\t7.5\n",
            "utf-16",
        ),
        ('DUID,Site Name,Region,Capacity(MW)\nNA,S\xfcd,NSW1,"1,200.5",,\n\nU2,,SA1,7.5,,\n', "utf-8-sig"),
    ],
)
def test_a_register_is_read_however_its_text_is_written(tmp_path: Path, text: str, encoding: str) -> None:
    (tmp_path / "units.csv").write_bytes(text.encode(encoding))
    units, _ = read_register(tmp_path / "units.csv", NEM)

    assert [unit.station for unit in units] == ["S\xfcd", "U2"]
    assert [(unit.name, unit.capacity_mw) for unit in units] == [("NA", 1200.5), ("U2", 7.5)]


def test_rows_of_a_register_are_named_by_their_lines(tmp_path: Path) -> None:
    path = register(tmp_path, "", "U1,S,NSW1,Coral,O,1,,")
    assert "row 3: U1 has the fuel 'Coral'" in str(next(iter(read_register(path, NEM)[1])))
    with pytest.raises(InvalidData, match="row 2 has 9 values"):
        read_register(register(tmp_path, "U1,S, Ltd,NSW1,Wind,O,1,,7"), NEM)


def test_a_register_in_parquet_may_have_times_of_any_zone(shared_data: Path) -> None:
    path = shared_data.parent / "cases" / "reading" / "register-odd-time-zone.parquet"
    if not path.is_file():
        pytest.skip(f"there is no {path}")
    assert len(read_register(path, NEM)[0]) == 39


def test_totals_and_notes_below_a_register_are_no_units(tmp_path: Path) -> None:
    lines = ("A,S,SA1,Wind,O,100,,generator", "Total,,,,,100,,", "Source: the market operator")
    units, problems = read_register(register(tmp_path, *lines), NEM)

    assert [unit.name for unit in units] == ["A"]
    assert "row 3 was set aside: 'Total' is a total, not a unit." in [p.message for p in problems]


def test_a_unit_may_be_called_total(tmp_path: Path) -> None:
    units, _ = read_register(register(tmp_path, "Total,S,SA1,Wind,O,100,,generator"), NEM)

    assert [unit.capacity_mw for unit in units] == [100.0]


def test_a_register_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"units.csv has no rows below its header"):
        read_register(register(tmp_path), NEM)


def test_decimal_commas_of_a_workbook_are_read(tmp_path: Path) -> None:
    frame = pd.DataFrame({"DUID": ["A", "B"], "Capacity(MW)": ["720,5", "99,75"]})
    frame.to_excel(tmp_path / "units.xlsx", index=False)

    units, _ = read_register(tmp_path / "units.xlsx", NEM)
    assert [unit.capacity_mw for unit in units] == [720.5, 99.75]


def facilities(folder: Path, *, wrapped: bool = True) -> Path:
    listed = [
        {
            "code": "HORNSDPR", "name": "Hornsdale Power Reserve", "network_id": "NEM", "network_region": "SA1",
            "units": [
                {"code": "HPRG1", "fueltech_id": "battery_discharging", "capacity_registered": 150.0,
                 "capacity_storage": 193.5, "dispatch_type": "GENERATOR", "status_id": "operating"},
                {"code": "HPRL1", "fueltech_id": "battery_charging", "capacity_registered": 120.0,
                 "dispatch_type": "LOAD"},
            ],
        },
        {
            "code": "BAYSW", "name": "Bayswater", "network_id": "NEM", "network_region": "NSW1",
            "units": [{"code": "BW01", "fueltech_id": "coal_black", "capacity_registered": 660,
                       "dispatch_type": "GENERATOR"}],
        },
        {
            "code": "COLLIE", "name": "Collie", "network_id": "WEM", "network_region": "WEM",
            "units": [{"code": "COLLIE_G1", "fueltech_id": "coal_black", "capacity_registered": 318.3}],
        },
    ]  # fmt: skip
    path = folder / "facilities.json"
    path.write_text(json.dumps({"success": True, "data": listed} if wrapped else listed))
    return path


@pytest.mark.parametrize("wrapped", [True, False])
def test_the_list_of_facilities_of_openelectricity_is_a_register(tmp_path: Path, wrapped: bool) -> None:
    units, problems = read_register(facilities(tmp_path, wrapped=wrapped), NEM)

    found = {unit.name: unit for unit in units}
    assert set(found) == {"HPRG1", "HPRL1", "BW01"}
    assert (found["BW01"].station, found["BW01"].region, found["BW01"].fuel) == ("Bayswater", "NSW1", "Coal")
    assert (found["BW01"].capacity_mw, found["BW01"].kind) == (660.0, UnitKind.GENERATOR)
    assert (found["HPRG1"].fuel, found["HPRG1"].storage_mwh) == ("Battery Storage", 193.5)
    assert found["HPRL1"].kind is UnitKind.LOAD
    assert any("1 units are of regions that this market does not have" in str(one) for one in problems)


@pytest.mark.parametrize("content", ["{}", "[1]", '[{"code": "A", "units": 5}]', "nonsense", '{"data": {}}'])
def test_another_json_is_refused_with_what_is_expected(tmp_path: Path, content: str) -> None:
    path = tmp_path / "facilities.json"
    path.write_text(content)
    with pytest.raises(InvalidData, match=r"facilities|units|JSON"):
        read_register(path, NEM)
