"""The short workbook: sheets ``plants``, ``options`` and ``carriers``, as the sample project has it."""

from __future__ import annotations

import math

from workbench.capacity.inputs.blank_cells import Assumptions, check_columns
from workbench.capacity.inputs.table_reader import Cells, Row, TableReader, read_life
from workbench.capacity.model.system import (
    Candidate,
    Carrier,
    Kind,
    Plant,
    System,
    is_storage,
    needs_efficiency,
)
from workbench.data.notes import Notes
from workbench.data.problems import Problems
from workbench.data.tables.table import Table
from workbench.data.workbooks.reading import Workbook

COLUMNS = {
    "plants": (
        "name",
        "carrier",
        "p_nom",
        "efficiency",
        "marginal_cost",
        "fixed_cost",
        "build_year",
        "lifetime",
        "p_min_pu",
        "max_hours",
    ),
    "options": (
        "carrier",
        "capital_cost",
        "fixed_cost",
        "marginal_cost",
        "efficiency",
        "lifetime",
        "first_year",
        "p_nom_max",
        "max_hours",
    ),
    "carriers": ("carrier", "co2_emissions"),
}
SHEETS = tuple(COLUMNS)
EXAMPLES: dict[str, dict[str, object]] = {
    "plants": {"name": "Coal One", "carrier": "coal", "p_nom": 700, "marginal_cost": 2800},
    "options": {"carrier": "solar", "capital_cost": 39_000_000, "marginal_cost": 0, "lifetime": 25},
    "carriers": {"carrier": "coal", "co2_emissions": 0.34},
}
"""The columns that each sheet needs, with an example of each."""
BUS = "Main_Bus"


def is_plant_list(book: Workbook) -> bool:
    """Whether a workbook is a plant list: it has a sheet of plants, or all three sheets under other names."""
    if book.find_sheet("plants") or all(map(book.find_sheet, SHEETS)):
        return True
    found = [book.find_table(sheet, tuple(EXAMPLES[sheet]), Problems(), SHEETS) for sheet in SHEETS]
    return all(found) and len(set(found)) == len(SHEETS)


def read_plant_list(book: Workbook, problems: Problems, notes: Notes) -> System:
    """Read a plant list; what is wrong is noted in ``problems``, what is assumed or not used in ``notes``.

    Parameters
    ----------
    book
        The workbook.
    problems, notes
        Collect what was found.
    """
    cells, assumptions = Cells(), Assumptions()
    readers = {sheet: _reader(book, sheet, problems, notes, assumptions) for sheet in SHEETS}
    carriers = _read_carriers(readers["carriers"], cells)
    plants = _read_plants(readers["plants"], cells, carriers)
    options = _read_options(readers["options"], cells, carriers)
    assumptions.note_in(notes)
    return System(
        book.path,
        book.sha256,
        (BUS,),
        tuple(plants),
        tuple(options),
        carriers,
        cells=cells.places,
    )


def _reader(
    book: Workbook, sheet: str, problems: Problems, notes: Notes, assumptions: Assumptions
) -> TableReader:
    example = EXAMPLES[sheet]
    found = book.find_table(sheet, tuple(example), problems, SHEETS)
    if found is None:
        row = ", ".join(f"{column} {value}" for column, value in example.items())
        problems.error(
            f"there is no sheet '{sheet}'; add it with the columns {', '.join(example)}, and rows such as: {row}."
        )
        return TableReader(Table(sheet, sheet, tuple(example), (), (), range(len(example))), problems)
    table = book.sheet(found).table(problems, headers=COLUMNS[sheet])
    check_columns(table, COLUMNS[sheet], problems, notes)
    return TableReader(table, problems, assumptions, example)


def _read_carriers(reader: TableReader, cells: Cells) -> dict[str, Carrier]:
    found = {}
    for row in reader.rows("carrier", "co2_emissions"):
        name = row.text("carrier")
        found[name] = Carrier(name, row.number("co2_emissions", minimum=0.0, maximum=3.0))
        cells.note(row, name, "co2_emissions")
    return found


def _read_plants(reader: TableReader, cells: Cells, carriers: dict[str, Carrier]) -> list[Plant]:
    found = []
    for row in reader.rows("name", "carrier", "p_nom", "marginal_cost"):
        name, carrier = row.text("name"), row.known("carrier", carriers, "carriers")
        hours = row.number("max_hours", 0.0, minimum=0.0, maximum=10_000)
        storage = hours > 0 or is_storage(carrier)
        efficiency = _efficiency(row, carriers.get(carrier), storage=storage)
        build_year, lifetime = read_life(row)
        found.append(
            Plant(
                name,
                carrier,
                row.number("p_nom", minimum=0.0),
                kind=Kind.STORAGE_UNIT if storage else Kind.GENERATOR,
                marginal_cost=row.number("marginal_cost"),
                fixed_cost=row.number("fixed_cost", 0.0, minimum=0.0, assumed="0"),
                build_year=build_year,
                lifetime=lifetime,
                efficiency=math.sqrt(efficiency) if storage else efficiency,
                efficiency_store=math.sqrt(efficiency) if storage else 1.0,
                p_min_pu=row.number("p_min_pu", 0.0, minimum=0.0, maximum=1.0),
                max_hours=hours,
                committable=not storage and row.number("p_min_pu", 0.0) > 0,
            )
        )
        cells.note(row, name, *reader.columns)
    return found


def _efficiency(row: Row, carrier: Carrier | None, *, storage: bool) -> float:
    needed = storage or (carrier is not None and needs_efficiency(carrier.name, carrier.co2_emissions))
    return row.number("efficiency", None if needed else 1.0, minimum=0.01, maximum=1.0)


def _read_options(reader: TableReader, cells: Cells, carriers: dict[str, Carrier]) -> list[Candidate]:
    found = []
    for row in reader.rows("carrier", "capital_cost", "marginal_cost", "lifetime"):
        carrier = row.known("carrier", carriers, "carriers")
        name = f"New {carrier}"
        hours = row.number("max_hours", 0.0, minimum=0.0, maximum=10_000)
        storage = hours > 0 or is_storage(carrier)
        efficiency = _efficiency(row, carriers.get(carrier), storage=storage)
        found.append(
            Candidate(
                name,
                carrier,
                kind=Kind.STORAGE_UNIT if storage else Kind.GENERATOR,
                capital_cost=row.number("capital_cost", minimum=0.0),
                fixed_cost=row.number("fixed_cost", 0.0, minimum=0.0, assumed="0"),
                marginal_cost=row.number("marginal_cost"),
                efficiency=math.sqrt(efficiency) if storage else efficiency,
                efficiency_store=math.sqrt(efficiency) if storage else 1.0,
                lifetime=row.number("lifetime", minimum=1, maximum=200),
                first_year=int(row.number("first_year", 0.0, minimum=1900, maximum=2100)),
                p_nom_max=row.number("p_nom_max", math.inf, minimum=0.0),
                max_hours=hours,
            )
        )
        cells.note(row, name, *reader.columns)
    return found
