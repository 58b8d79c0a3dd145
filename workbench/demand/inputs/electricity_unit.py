"""The unit of the electricity columns: what the label says, and what the magnitude allows.

A region uses between 10 and 60 000 kWh a person and year (the poorest country to the most electrified); a
label that puts it outside contradicts the numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.data.formatting import ENERGY_IN_MWH, energy_factor
from workbench.data.problems import Answer, Problems
from workbench.data.tables.table import plain_name
from workbench.data.workbooks.reading import Workbook
from workbench.demand.inputs.driver_sheets import DriverTables
from workbench.demand.inputs.sector_sheets import SectorSheet

MIN_KWH_A_PERSON, MAX_KWH_A_PERSON = 10.0, 60_000.0
UNITS_SHEET = "units"


@dataclass(frozen=True, slots=True)
class UnitLabel:
    """What a file says of its unit, and where; an empty unit says nothing."""

    unit: str = ""
    sheet: str = ""
    cell: str = ""
    is_needed: bool = False
    """Whether there is nothing to believe without it: a planner's own table may be in any unit."""


def resolve_unit(
    label: UnitLabel,
    requested: str,
    sheets: Mapping[str, SectorSheet],
    drivers: DriverTables,
    year: int,
    problems: Problems,
) -> tuple[str, float]:
    """Decide the unit of the sales and the factor that brings them to GWh.

    Parameters
    ----------
    label
        What the workbook says.
    requested
        A unit, which is then taken, or ``"workbook"``.
    sheets
        The sectors.
    drivers
        For the population.
    year
        Year in which the magnitude is checked.
    problems
        Collects a contradiction: a change when the label is overruled, else an error.
    """
    unit = requested if requested != "workbook" else label.unit or "MWh"
    where = {"sheet": label.sheet, "cell": label.cell}
    people = _population(drivers, year)
    total = sum(sheet.values.get(year, 0.0) for sheet in sheets.values())
    if people is None or total <= 0 or _plausible(total, unit, people):
        if not label.unit and requested == "workbook":
            _doubt(label, total, people, problems)
        return unit, energy_factor(unit, "GWh")
    seen = total * energy_factor(unit, "GWh") * 1e6 / people
    fitting = [name for name in ("kWh", "MWh", "GWh") if _plausible(total, name, people)]
    said = f"in {unit} the sales of {year} would be {seen:.3g} kWh a person"
    if requested != "workbook" or len(fitting) != 1:
        problems.error(
            f"{said}, which cannot be; set electricity_unit to what it is (fits: {', '.join(fitting) or 'none'}).",
            **where,
        )
        return unit, energy_factor(unit, "GWh")
    problems.change(
        f"{said}, which contradicts {'the label' if label.unit else 'the people'}; the numbers are read in "
        f"{fitting[0]}. Correct the label, or set electricity_unit.",
        **where,
    )
    return fitting[0], energy_factor(fitting[0], "GWh")


def _doubt(label: UnitLabel, total: float, people: float | None, problems: Problems) -> None:
    """Say that the unit is assumed, or ask for it."""
    if not label.is_needed:
        problems.warning(
            "no unit of electricity is named, it is read in MWh; name it on a sheet 'units' or in "
            "the setting electricity_unit."
        )
        return
    problems.error(
        "no unit of electricity is named: write it behind a header or into a title, such as Sales (MU), or set "
        "electricity_unit.",
        sheet=label.sheet,
    )
    offered = [name for name in ("MU", "MWh", "kWh") if people is None or _plausible(total, name, people)]
    problems.offer(*(Answer("electricity_unit", name, f"The sales are in {name}") for name in offered))


def label_of(book: Workbook, problems: Problems) -> UnitLabel:
    """Give what the sheet ``units`` says."""
    name = book.find_sheet(UNITS_SHEET)
    if name is None:
        return UnitLabel()
    table = book.sheet(name).table(problems, headers=("Parameters", "UNITS"))
    if len(table.columns) < 2:
        return UnitLabel()
    known = {unit.casefold(): unit for unit in ENERGY_IN_MWH}
    for row, values in enumerate(table.rows):
        if values[0] is not None and plain_name(str(values[0])) == "electricity" and values[1] is not None:
            unit = known.get(str(values[1]).strip("() ").casefold())
            if unit:
                return UnitLabel(unit, name, table.cell(row, table.columns[1]))
    return UnitLabel()


def _population(drivers: DriverTables, year: int) -> float | None:
    for name, series in drivers.actual.items():
        if plain_name(name) in ("totalpopulation", "population"):
            return series.get(year, series[max(series)])
    return None


def _plausible(total: float, unit: str, people: float) -> bool:
    return MIN_KWH_A_PERSON <= total * energy_factor(unit, "kWh") / people <= MAX_KWH_A_PERSON
