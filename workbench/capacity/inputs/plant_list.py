"""The short workbook: sheets ``plants``, ``options`` and ``carriers``, as the sample project has it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from workbench.capacity.inputs.sheets.blank_cells import Assumptions, check_columns
from workbench.capacity.inputs.sheets.further_sheets import FurtherSheets
from workbench.capacity.inputs.sheets.headers import Headers
from workbench.capacity.inputs.sheets.hourly_sheets import read_availability
from workbench.capacity.inputs.sheets.kinds import (
    LIST,
    Found,
    PlanningHeaders,
    by_status,
    plain_list,
    sheets_of_list,
    table_of,
)
from workbench.capacity.inputs.sheets.table_reader import Cells, Row, TableReader, columns_by_year, read_life
from workbench.capacity.model.system import (
    ByYear,
    Candidate,
    Carrier,
    Kind,
    Plant,
    System,
    is_renewable,
    is_storage,
    needs_efficiency,
)
from workbench.data.notes import Notes
from workbench.data.problems import Problem, Problems, Severity
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
    """Whether a workbook is a plant list: it has a sheet of plants, or sheets with their columns under any name."""
    if book.find_sheet("plants") or all(map(book.find_sheet, SHEETS)):
        return True
    return "plants" in sheets_of_list(book)


def read_plant_list(book: Workbook, problems: Problems, notes: Notes) -> System:
    """Read a plant list; what is wrong is noted in ``problems``, what is assumed or not used in ``notes``.

    Parameters
    ----------
    book
        The workbook.
    problems, notes
        Collect what was found.
    """
    cells, assumptions, headers = Cells(), Assumptions(), PlanningHeaders(problems)
    tables = _tables(book, headers)
    readers = {sheet: _reader(sheet, tables.get(sheet), problems, notes, assumptions) for sheet in SHEETS}
    carriers = _read_carriers(readers["carriers"], cells, problems)
    if "carriers" not in tables:
        carriers = _carriers_of([readers["plants"], readers["options"]], problems, notes)
    plants = _read_plants(readers["plants"], cells, carriers)
    options = _read_options(readers["options"], cells, carriers, headers)
    _doubt_costs(plants, options, carriers, problems)
    assumptions.note_in(notes)
    system = System(
        book.path,
        book.sha256,
        (BUS,),
        tuple(plants),
        tuple(options),
        carriers,
        p_max_pu=read_availability(book, "P_max_pu", problems),
        p_min_pu=read_availability(book, "P_min_pu", problems),
        cells=cells.places,
        currency=headers.currency(),
    )
    return FurtherSheets(book, (BUS,), carriers, problems, notes, cells, headers).add_to(system)


def _tables(book: Workbook, headers: Headers) -> dict[str, Table]:
    """Tables of plants, options and carriers under the names that are known; what is not there is left out."""
    found, guessed = {}, sheets_of_list(book)
    for sheet in SHEETS:
        name = book.find_sheet(sheet)
        if name is not None:
            table = book.sheet(name).table(headers.problems, headers=_names_of(sheet, guessed))
            found[sheet] = plain_list(headers.translated(table, LIST), headers.problems)
        elif sheet in guessed:
            headers.problems.change(
                f"there is no sheet '{sheet}': this one has its headers and is read as it.",
                sheet=guessed[sheet].sheet,
            )
            found[sheet] = table_of(book, guessed[sheet], headers)
    if "plants" in found:
        parts = by_status(found["plants"], headers.problems)
        found |= {kind: table for kind, table in parts.items() if kind == "plants" or kind not in found}
    return found


def _names_of(sheet: str, guessed: Mapping[str, Found]) -> tuple[str, ...]:
    return guessed[sheet].header if sheet in guessed else COLUMNS[sheet]


def _reader(
    sheet: str, table: Table | None, problems: Problems, notes: Notes, assumptions: Assumptions
) -> TableReader:
    example = EXAMPLES[sheet]
    if table is None:
        if sheet != "carriers":
            row = ", ".join(f"{column} {value}" for column, value in example.items())
            problems.error(
                f"there is no sheet '{sheet}'; add it with the columns {', '.join(example)}, and rows such as: "
                f"{row}."
            )
        return TableReader(Table(sheet, sheet, tuple(example), (), (), range(len(example))), problems)
    check_columns(table, (*COLUMNS[sheet], *_ALSO[sheet]), problems, notes)
    return TableReader(table, problems, assumptions, example)


_ALSO = {
    "plants": ("energy", "fuel_price", "variable_om", "units", "status"),
    "options": ("name", "fuel_price", "variable_om", "status"),
    "carriers": (),
}
"""Columns that are read where they are, beside those of the template."""
MAX_OF_HEAT = 0.5
"""t/MWh; no fuel emits more for each MWh of its heat (IPCC 2006, volume 2, table 1.4: lignite up to 0.41)."""


def _carriers_of(readers: Iterable[TableReader], problems: Problems, notes: Notes) -> dict[str, Carrier]:
    """Carriers of a workbook that does not list them: fuels have to be listed, the others emit nothing."""
    found: dict[str, Carrier] = {}
    for reader in readers:
        if reader.table.find_column("carrier") is not None:
            texts = (str(name).strip() for name in reader.table.column("carrier") if name is not None)
            found |= {name: Carrier(name) for name in texts}
    clean = [
        n for n in found if is_renewable(n) or is_storage(n) or n.casefold() in ("nuclear", "hydro", "water")
    ]
    burnt = [name for name in found if name not in clean]
    row = ", ".join(f"{column} {value}" for column, value in EXAMPLES["carriers"].items())
    if burnt or not found:
        named = ", ".join(burnt) or "each carrier"
        problems.error(
            f"there is no sheet 'carriers', which gives the CO2 of {named}; add it with the columns carrier, "
            f"co2_emissions (t/MWh of the fuel's heat), and rows such as: {row}."
        )
    elif clean:
        notes.assumption(
            f"there is no sheet 'carriers': {', '.join(clean)} emit nothing.",
            tables=("emissions",),
            advice="add it",
        )
    return found


def _read_carriers(reader: TableReader, cells: Cells, problems: Problems) -> dict[str, Carrier]:
    found = {}
    for row in reader.rows("carrier", "co2_emissions"):
        name = row.text("carrier")
        found[name] = Carrier(name, row.number("co2_emissions", minimum=0.0, maximum=3.0))
        if found[name].co2_emissions > MAX_OF_HEAT and needs_efficiency(name, 1.0):
            problems.warning(
                f"{found[name].co2_emissions:g} t/MWh of {name} is more than any fuel emits for each MWh of its "
                "heat; a factor of electricity has to be multiplied by the efficiency first.",
                sheet=row.table.sheet,
                cell=row.cell("co2_emissions"),
            )
        cells.note(row, name, "co2_emissions")
    return found


def _needed(reader: TableReader, *columns: str) -> tuple[str, ...]:
    """Columns that a sheet has to have; the parts of a cost may stand for it."""
    parts = any(reader.table.find_column(name) for name in ("fuel_price", "variable_om"))
    return tuple(name for name in columns if name != "marginal_cost" or not parts)


LEAST_FUEL, LEAST_CAPITAL = 5.0, 1000.0
"""Costs [currency/MWh, currency/MW] below which a unit is likely to be left out, whatever the currency."""


def _doubt_costs(
    plants: Sequence[Plant], options: Sequence[Candidate], carriers: Mapping[str, Carrier], problems: Problems
) -> None:
    """Doubt costs that are too small for their unit: of a kWh, or in millions, where no header says so."""
    factors = {name: carrier.co2_emissions for name, carrier in carriers.items()}
    burning = [plant for plant in plants if needs_efficiency(plant.carrier, factors.get(plant.carrier, 0.0))]
    cheap = [
        p.name for p in burning if isinstance(p.marginal_cost, float) and 0 < p.marginal_cost < LEAST_FUEL
    ]
    if cheap:
        problems.warning(
            f"the fuel of {', '.join(cheap[:3])} costs less than {LEAST_FUEL:g} currency/MWh: if these are costs "
            "of a kWh, write the unit into the header, such as marginal_cost [Rs/kWh].",
        )
    built = [
        c.name for c in options if isinstance(c.capital_cost, float) and 0 < c.capital_cost < LEAST_CAPITAL
    ]
    if built:
        problems.warning(
            f"{', '.join(built[:3])} cost less than {LEAST_CAPITAL:g} currency/MW to build: write the unit into "
            "the header, such as capital_cost [Rs crore/MW].",
        )


_SUM = "marginal_cost is fuel_price over efficiency, plus variable_om."


def _marginal_cost(row: Row, efficiency: float) -> ByYear | float:
    """Cost of one more MWh: given, or fuel through the efficiency and variable operation added up."""
    if row.table.find_column("marginal_cost") or columns_by_year(row.table, "marginal_cost"):
        return row.by_year("marginal_cost")
    fuel = row.number("fuel_price", minimum=0.0) if row.table.find_column("fuel_price") else 0.0
    row.problems.add_new([Problem(_SUM, row.problems.file, row.table.sheet, severity=Severity.CHANGE)])
    return fuel / (efficiency or 1.0) + row.number("variable_om", 0.0, assumed="0")


def _hours(row: Row, p_nom: float) -> float:
    """Energy of a storage over its power [h], given so or by its energy [MWh]."""
    if row.has("energy") and not row.has("max_hours"):
        return row.number("energy", minimum=0.0) / (p_nom or 1.0)
    return row.number("max_hours", 0.0, minimum=0.0, maximum=10_000)


def _read_plants(reader: TableReader, cells: Cells, carriers: dict[str, Carrier]) -> list[Plant]:
    found = []
    key = "name" if reader.table.find_column("name") or not reader.table.find_column("p_nom") else "carrier"
    for row in reader.rows(key, *_needed(reader, "carrier", "p_nom", "marginal_cost")):
        name, carrier = row.text(key), row.known("carrier", carriers, "carriers")
        p_nom = row.number("p_nom", minimum=0.0)
        hours = _hours(row, p_nom)
        storage = hours > 0 or is_storage(carrier)
        efficiency = _efficiency(row, carriers.get(carrier), storage=storage)
        build_year, lifetime = read_life(row)
        found.append(
            Plant(
                name,
                carrier,
                p_nom,
                kind=Kind.STORAGE_UNIT if storage else Kind.GENERATOR,
                marginal_cost=_marginal_cost(row, efficiency),
                fixed_cost=row.by_year("fixed_cost", 0.0, minimum=0.0, assumed="0"),
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
    reader: TableReader, cells: Cells, carriers: dict[str, Carrier], headers: Headers
) -> list[Candidate]:
    found = []
    key = "name" if reader.table.find_column("name") else "carrier"
    for row in reader.rows(key, *_needed(reader, "carrier", "capital_cost", "marginal_cost", "lifetime")):
        carrier = row.known("carrier", carriers, "carriers")
        name = row.text("name") if key == "name" else f"New {carrier}"
        hours = row.number("max_hours", 0.0, minimum=0.0, maximum=10_000)
        storage = hours > 0 or is_storage(carrier)
        efficiency = _efficiency(row, carriers.get(carrier), storage=storage)
        found.append(
            Candidate(
                name,
                carrier,
                kind=Kind.STORAGE_UNIT if storage else Kind.GENERATOR,
                capital_cost=_of_power(
                    row, row.by_year("capital_cost", minimum=0.0), "capital_cost", hours, headers
                ),
                fixed_cost=_of_power(
                    row,
                    row.by_year("fixed_cost", 0.0, minimum=0.0, assumed="0"),
                    "fixed_cost",
                    hours,
                    headers,
                ),
                marginal_cost=_marginal_cost(row, efficiency),
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


def _of_power(row: Row, cost: ByYear | float, column: str, hours: float, headers: Headers) -> ByYear | float:
    """Cost of each MW of a storage whose cost is given for each MWh."""
    if not any(
        (row.table.sheet, name) in headers.per_energy
        for name in (column, *row.table.columns)
        if name.startswith(column)
    ):
        return cost
    if hours <= 0:
        headers.problems.error(
            f"the {column} of {row.name} is given for each MWh, but nothing says how many hours it lasts; fill in "
            "max_hours.",
            sheet=row.table.sheet,
        )
    return (
        {year: hours * value for year, value in cost.items()} if isinstance(cost, Mapping) else hours * cost
    )
