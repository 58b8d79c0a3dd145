from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matrix import each_nth

from workbench.capacity.config import CapacityConfig
from workbench.capacity.inputs import plant_list, template
from workbench.capacity.inputs.reading import read_system
from workbench.capacity.inputs.template import COLUMNS, example_rows, write_template
from workbench.data.notes import NoteKind
from workbench.data.workbooks.writing import Column, writing_workbook
from workbench.errors import InvalidData
from workbench.sample import plants as sample

THOROUGH = (pytest.mark.slow, pytest.mark.thorough)

CONFIG = CapacityConfig(years=(2030,))
BY_YEAR = ("Pipe_Line_Generators_p_min", "Pipe_Line_Generators_p_max", "Capital_cost", "wacc", "Fuel_cost")
EXAMPLE: dict[str, Any] = {
    **example_rows(),
    "Pipe_Line_Storage_p_min": [{"TECHNOLOGY": "Battery new", "2030": 10, "2035": 10}],
    "Storage": [
        {
            "name": "Lake",
            "bus": "Main_Bus",
            "carrier": "battery",
            "p_nom": 20,
            "max_hours": 9,
            "efficiency_dispatch": 0.9,
        }
    ],
    "Markets": [
        {"name": "IEX", "bus": "Main_Bus", "carrier": "gas", "import": 100, "export": 50, "price": 4000}
    ],
    "Outages": [{"name": "Coal 1", "from": "06-01", "to": "06-30"}],
    "Zones": [{"bus": "Main_Bus", "2030": 0.6}, {"bus": "Outside", "2030": 0.4}],
    "Demand": [{"2030": 700.0}] * 8760,
    "P_max_pu": None,
}


def columns() -> Iterator[tuple[str, str]]:
    for sheet, known in COLUMNS.items():
        yield from ((sheet, column) for column in known)
        if sheet in (*BY_YEAR, "Pipe_Line_Storage_p_min"):
            yield sheet, "2030"


def outcome(path: Path, column: str, sheet: str) -> str:
    """Read a workbook: ``error`` or the kind of the note, where it says the place; else nothing."""
    try:
        system = read_system(path, CONFIG)
    except InvalidData as error:
        return "error" if sheet in str(error) else ""
    kinds = [
        note.kind for note in system.notes if note.sheet == sheet and column in (note.column, note.message)
    ]
    return str(kinds[0]) if kinds else ""


@pytest.mark.parametrize(("sheet", "column"), each_nth(columns(), 3, *THOROUGH))
def test_a_blank_cell_is_an_error_or_assumed_or_has_a_meaning_that_the_template_says(
    tmp_path: Path, sheet: str, column: str
) -> None:
    rows = [dict(row) for row in EXAMPLE[sheet]]
    rows[0][column] = None
    if (sheet, column) == ("Generators", "marginal_cost"):
        rows[0]["carrier"] = "solar"  # of the other carriers the sheet Fuel_cost gives the cost
    path = write_template(tmp_path / "plan.xlsx", {**EXAMPLE, sheet: rows})
    said = COLUMNS[sheet].get(column, ("", ""))[1]
    assert outcome(path, column, sheet) in ("error", NoteKind.ASSUMPTION) or "lank" in said, said


def test_a_plant_that_emits_needs_its_efficiency(tmp_path: Path) -> None:
    rows = [{**row, "efficiency": None} for row in EXAMPLE["New_Generators"]]
    path = write_template(tmp_path / "plan.xlsx", {**EXAMPLE, "New_Generators": rows})
    with pytest.raises(InvalidData, match="sheet 'New_Generators', cell E3: the efficiency is missing"):
        read_system(path, CONFIG)


@pytest.mark.parametrize("at", each_nth(range(max(map(len, COLUMNS.values()))), 3, *THOROUGH))
def test_a_misspelt_header_is_named_with_the_right_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    misspelt = {sheet: list(known)[at] for sheet, known in COLUMNS.items() if at < len(known)}
    headers, rows = dict(COLUMNS), dict(EXAMPLE)
    for sheet, column in misspelt.items():
        named = {name: f"{name}x" if name == column else name for name in COLUMNS[sheet]}
        headers[sheet] = {named[name]: note for name, note in COLUMNS[sheet].items()}
        rows[sheet] = [
            {named.get(name, name): value for name, value in row.items()} for row in EXAMPLE[sheet]
        ]
    monkeypatch.setattr(template, "COLUMNS", headers)
    path = write_template(tmp_path / "plan.xlsx", rows)
    with pytest.raises(InvalidData) as caught:
        read_system(path, CONFIG)
    said = [(problem.sheet, problem.message) for problem in caught.value.problems]
    for sheet, column in misspelt.items():
        sentence = f"the column '{column}x' is not known; did you mean '{column}'"
        assert any(place == sheet and sentence in text for place, text in said), (sheet, column)


LOOKUPS = {
    "CO2": "TECHNOLOGY",
    "Capital_cost": "TECHNOLOGY",
    "Lifetime": "TECHNOLOGY",
    "Fuel_cost": "carrier",
    "FOM": "carrier",
    "Pipe_Line_Generators_p_min": "TECHNOLOGY",
    "Pipe_Line_Generators_p_max": "TECHNOLOGY",
    "Pipe_Line_Storage_p_min": "TECHNOLOGY",
}


@pytest.mark.parametrize(("sheet", "key"), LOOKUPS.items())
def test_a_misspelt_name_in_a_lookup_sheet_is_an_error(tmp_path: Path, sheet: str, key: str) -> None:
    rows = [dict(row) for row in EXAMPLE[sheet]]
    right = rows[0][key]
    rows[0][key] = f"{right}e"
    path = write_template(tmp_path / "plan.xlsx", {**EXAMPLE, sheet: rows})
    with pytest.raises(InvalidData, match=rf"did you mean '{right}(e)?'"):
        read_system(path, CONFIG)


@pytest.mark.parametrize("sheet", ["Lifetime", "FOM", "Pipe_Line_Generators_p_min"])
def test_a_row_that_belongs_to_nothing_is_listed(tmp_path: Path, sheet: str) -> None:
    rows = [{**row, LOOKUPS[sheet]: "plasma"} for row in EXAMPLE[sheet][:1]]
    system = read_system(write_template(tmp_path / "plan.xlsx", {**EXAMPLE, sheet: rows}), CONFIG)
    (unused,) = [note for note in system.notes if note.kind is NoteKind.UNUSED]
    assert (unused.sheet, unused.cell) == (sheet, "A2")
    assert "'plasma' belongs to nothing" in unused.message


def test_a_candidate_without_a_lifetime_has_one_that_is_listed(tmp_path: Path) -> None:
    rows = EXAMPLE["Lifetime"][:2]
    system = read_system(write_template(tmp_path / "plan.xlsx", {**EXAMPLE, "Lifetime": rows}), CONFIG)
    (note,) = [note for note in system.notes if note.column == "lifetime"]
    assert note.place == "plan.xlsx, sheet 'Lifetime', column 'lifetime'"
    assert note.message == "there is no lifetime for Battery new: 25 years is assumed."


def test_a_column_that_nothing_reads_is_listed(tmp_path: Path) -> None:
    rows = [{**row, "owner": "State"} for row in EXAMPLE["Generators"]]
    system = read_system(write_template(tmp_path / "plan.xlsx", {"Generators": rows}), CONFIG)
    assert [note.column for note in system.notes if note.kind is NoteKind.UNUSED] == ["owner"]


def test_the_cost_of_capital_is_assumed_aloud_and_not_where_a_setting_gives_it(tmp_path: Path) -> None:
    path = write_template(tmp_path / "plan.xlsx", {"wacc": None})
    assert any("9 % is assumed" in note.message for note in read_system(path, CONFIG).notes)
    given = read_system(path, replace(CONFIG, discount_rate=8.0))
    assert not any("cost of capital" in note.message for note in given.notes)


def test_a_battery_without_a_cost_is_refused() -> None:
    data = Path(os.environ.get("WORKBENCH_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")
    case = data.parent / "cases" / "capacity" / "blank_battery_cost.xlsx"
    if not case.is_file():
        pytest.skip(f"the case is not at {case}")
    with pytest.raises(InvalidData, match=r"sheet 'Capital_cost', cell E4: the 2030 is missing"):
        read_system(case, CONFIG)


MEANS_NOTHING = {
    "p_min_pu": "0",
    "p_nom_max": "no limit",
    "first_year": "from the first year on",
    "max_hours": "none",
}
"""Columns of the plant list whose blank cells mean that there is none."""


def write_list(path: Path, blank_sheet: str, blank_column: str) -> Path:
    """Write a plant list of a battery and a coal plant, one cell of the battery blank."""
    kinds = ("battery", "coal")
    tables: dict[str, list[dict[str, Any]]] = {
        "carriers": [{"carrier": kind, "co2_emissions": sample.EMISSIONS[kind]} for kind in kinds]
    }
    for sheet, items in (("plants", sample.PLANTS), ("options", sample.OPTIONS)):
        chosen = sorted((item for item in items if item.carrier in kinds), key=lambda item: item.carrier)
        tables[sheet] = [{key: getattr(item, key) for key in plant_list.COLUMNS[sheet]} for item in chosen]
    tables[blank_sheet][0][blank_column] = None
    with writing_workbook(path) as book:
        for sheet, rows in tables.items():
            book.sheet(sheet).table([Column(key, [row[key] for row in rows]) for key in rows[0]])
    return path


@pytest.mark.parametrize(
    ("sheet", "column"), [(sheet, column) for sheet, known in plant_list.COLUMNS.items() for column in known]
)
def test_a_blank_cell_of_a_plant_list_is_an_error_or_assumed(tmp_path: Path, sheet: str, column: str) -> None:
    path = write_list(tmp_path / "plants.xlsx", sheet, column)
    assert outcome(path, column, sheet) in ("error", NoteKind.ASSUMPTION) or column in MEANS_NOTHING
