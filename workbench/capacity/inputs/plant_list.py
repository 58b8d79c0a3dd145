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
from workbench.data.workbooks.reading import Workbook
from workbench.data.workbooks.table import Table

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
BUS = "Main_Bus"


def is_plant_list(book: Workbook) -> bool:
    """Whether a workbook has the sheets of a plant list."""
    return all(book.find_sheet(name) for name in SHEETS)


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
    for sheet, known in COLUMNS.items():
        check_columns(_table(book, sheet, problems), known, problems, notes)
    carriers = _read_carriers(book, problems, cells)
    plants = _read_plants(book, problems, cells, carriers, assumptions)
    options = _read_options(book, problems, cells, carriers, assumptions)
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


def _table(book: Workbook, sheet: str, problems: Problems) -> Table:
    return book.sheet(sheet).table(problems, headers=COLUMNS[sheet])


def _read_carriers(book: Workbook, problems: Problems, cells: Cells) -> dict[str, Carrier]:
    reader = TableReader(_table(book, "carriers", problems), problems)
    found = {}
    for row in reader.rows("carrier", "co2_emissions"):
        name = row.text("carrier")
        found[name] = Carrier(name, row.number("co2_emissions", minimum=0.0, maximum=3.0))
        cells.note(row, name, "co2_emissions")
    return found


def _read_plants(
    book: Workbook,
    problems: Problems,
    cells: Cells,
    carriers: dict[str, Carrier],
    assumptions: Assumptions,
) -> list[Plant]:
    reader = TableReader(_table(book, "plants", problems), problems, assumptions)
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


def _read_options(
    book: Workbook,
    problems: Problems,
    cells: Cells,
    carriers: dict[str, Carrier],
    assumptions: Assumptions,
) -> list[Candidate]:
    reader = TableReader(_table(book, "options", problems), problems, assumptions)
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
