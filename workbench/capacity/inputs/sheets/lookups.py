"""Whether what a planning workbook names on one sheet is there on the other."""

from __future__ import annotations

from collections.abc import Callable

from workbench.capacity.inputs.sheets.blank_cells import check_names
from workbench.capacity.model.system import Kind, System, at
from workbench.data.notes import Notes
from workbench.data.problems import Problems
from workbench.data.tables.table import Table


def check_lookups(
    system: System, table_of: Callable[[str], Table | None], problems: Problems, notes: Notes
) -> None:
    """Find rows and columns of a planning workbook that belong to nothing.

    Parameters
    ----------
    system
        As it was read.
    table_of
        Gives the table of a sheet.
    problems, notes
        Collect what was found.
    """
    named = {
        "Futures": {name for factors in system.futures.values() for name in factors} - {"demand", "Demand"},
        "Settings": {carrier for carrier, _ in system.monthly_limits},
    }
    for sheet, names in named.items():
        for name in sorted(names - set(system.carriers)):
            problems.error(
                f"the column '{name}' is not a carrier of the sheet 'CO2'; present: "
                f"{', '.join(system.carriers) or 'none'}.",
                sheet=sheet,
            )
    new = {(item.expands or item.name): item.kind for item in system.candidates}
    storage = [name for name, kind in new.items() if kind is not Kind.GENERATOR]
    generators = [name for name in new if name not in storage]
    costed = [*system.carriers, *(plant.name for plant in system.plants), *new]
    for sheet, key, known, where in (
        ("Fuel_cost", "carrier", costed, "CO2"),
        ("FOM", "carrier", costed, "CO2"),
        ("Capital_cost", "TECHNOLOGY", list(new), "New_Generators' or 'New_Storage"),
        ("Lifetime", "TECHNOLOGY", list(new), "New_Generators' or 'New_Storage"),
        ("Pipe_Line_Generators_p_min", "TECHNOLOGY", generators, "New_Generators"),
        ("Pipe_Line_Generators_p_max", "TECHNOLOGY", generators, "New_Generators"),
        ("Pipe_Line_Storage_p_min", "TECHNOLOGY", storage, "New_Storage"),
    ):
        if (table := table_of(sheet)) is not None:
            check_names(table, key, known, where, problems, notes)


def check_carriers_used(system: System, year: int, problems: Problems, notes: Notes) -> None:
    """Note availabilities that belong to nothing, and candidates that cost nothing in a year."""
    for name in system.p_max_pu:
        known = name in system.carriers or any(p.name == name for p in system.plants)
        if not known and not name.endswith("_Outside"):
            notes.unused("it belongs to no carrier and no plant.", sheet="P_max_pu", column=name)
    for candidate in system.candidates:
        if candidate.kind is Kind.GENERATOR and at(candidate.capital_cost, year) == 0:
            problems.warning(f"'{candidate.name}' costs nothing to build in {year}.", sheet="Capital_cost")
