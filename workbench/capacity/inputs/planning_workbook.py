"""The long workbook of a planning office: one sheet for each kind of fact, see :mod:`template` for its columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from workbench.capacity.inputs.sheets.blank_cells import Assumptions, check_columns
from workbench.capacity.inputs.sheets.expansions import ASSUMED_LIFETIME, read_expansions
from workbench.capacity.inputs.sheets.further_sheets import FURTHER, FurtherSheets
from workbench.capacity.inputs.sheets.hourly_sheets import read_availability
from workbench.capacity.inputs.sheets.kinds import PlanningHeaders
from workbench.capacity.inputs.sheets.lookups import check_carriers_used, check_lookups
from workbench.capacity.inputs.sheets.table_reader import Cells, Row, TableReader, read_life
from workbench.capacity.inputs.sheets.workbook_settings import read_custom_days, read_settings
from workbench.capacity.inputs.template import COLUMNS
from workbench.capacity.model.system import (
    ByYear,
    Candidate,
    Carrier,
    Kind,
    Line,
    Plant,
    System,
    needs_efficiency,
)
from workbench.data.notes import Notes
from workbench.data.problems import Problems
from workbench.data.tables.table import Table, plain_name
from workbench.data.workbooks.reading import Workbook

_ALSO_READ = {"New_Storage": ("marginal_cost",)}
"""Columns that are read where they are, beside those of the template."""
NEEDED = ("Generators", "Buses", "Demand")
MAIN_BUS = "Main_Bus"
_UNIT_OPTIONS = (
    "start_up_cost",
    "shut_down_cost",
    "min_up_time",
    "min_down_time",
    "ramp_limit_up",
    "ramp_limit_down",
)
_NEEDED_COLUMNS = {
    "Generators": ("bus", "carrier", "p_nom"),
    "Links": ("bus0", "bus1", "p_nom"),
    "New_Generators": ("bus", "carrier", "marginal_cost"),
    "New_Storage": ("bus", "carrier", "Type"),
    "CO2": ("tonnes/MWh",),
    "FOM": ("FOM",),
    "Lifetime": ("lifetime",),
}


def is_planning_workbook(book: Workbook) -> bool:
    """Whether a workbook has the sheets of a planning office."""
    return all(book.find_sheet(name) for name in NEEDED)


def read_planning_workbook(
    book: Workbook, problems: Problems, notes: Notes, years: tuple[int, ...]
) -> System:
    """Read the long workbook; what is wrong is noted in ``problems``, what is assumed or not used in ``notes``.

    Parameters
    ----------
    book
        The workbook.
    problems, notes
        Collect what was found.
    years
        Fiscal years that are planned; each needs its column in every table by year.
    """
    return _Reader(book, problems, notes, years).read()


class _Reader:
    def __init__(self, book: Workbook, problems: Problems, notes: Notes, years: tuple[int, ...]) -> None:
        self.book = book
        self.problems = problems
        self.notes = notes
        self.assumptions = Assumptions()
        self.years = years
        self.cells = Cells()
        self.headers = PlanningHeaders(problems)
        self.tables: dict[str, Table | None] = {}

    def read(self) -> System:
        for sheet in (name for name in COLUMNS if name not in FURTHER):
            known = COLUMNS[sheet]
            if (table := self._table(sheet)) is not None:
                check_columns(table, [*known, *_ALSO_READ.get(sheet, ())], self.problems, self.notes)
        carriers = self._carriers()
        buses = tuple(row.text("name") for row in self._rows("Buses", "name"))
        if MAIN_BUS not in buses:
            self.problems.error(
                f"no bus is named '{MAIN_BUS}', which carries the demand; rename one.", sheet="Buses"
            )
        settings, commitable, monthly, cycles = read_settings(self.book, self.problems)
        fuel = self._by_name("Fuel_cost", "carrier", minimum=None)
        fixed = self._fixed_costs()
        rows = self._rows("Generators", "name")
        plants = [self._plant(row, buses, carriers, fuel, fixed, commitable) for row in rows]
        system = System(
            self.book.path,
            self.book.sha256,
            buses,
            tuple(plants),
            tuple(self._candidates(buses, carriers, fuel, fixed, rows, plants)),
            carriers,
            tuple(self._lines(buses)),
            p_max_pu=read_availability(self.book, "P_max_pu", self.problems),
            p_min_pu=read_availability(self.book, "P_min_pu", self.problems),
            locations=self._locations(),
            wacc=self._wacc(),
            monthly_limits=monthly,
            cycles=cycles,
            custom_days=read_custom_days(self._table("Custom days"), self.problems),
            futures=self._futures(),
            settings=settings,
            cells=self.cells.places,
            currency=self.headers.currency(),
        )
        further = FurtherSheets(
            self.book, buses, carriers, self.problems, self.notes, self.cells, self.headers
        )
        system = further.add_to(system)
        system = replace(system, plants=tuple(self._with_fixed_costs(system.plants, fixed)))
        check_carriers_used(system, max(self.years), self.problems, self.notes)
        check_lookups(system, self._table, self.problems, self.notes)
        self.assumptions.note_in(self.notes)
        return system

    def _table(self, sheet: str) -> Table | None:
        if sheet not in self.tables:
            needed = _NEEDED_COLUMNS.get(sheet)
            headers = (next(iter(COLUMNS[sheet])), *needed) if needed else ()
            found = self.book.find_table(sheet, headers, self.problems, COLUMNS)
            self.tables[sheet] = (
                None if found is None else self.headers.table_of(self.book.sheet(found), sheet)
            )
        return self.tables[sheet]

    def _rows(self, sheet: str, key: str) -> list[Row]:
        table = self._table(sheet)
        if table is None:
            return []
        # A candidate may have its cost on the sheet Fuel_cost.
        needed = [name for name in _NEEDED_COLUMNS.get(sheet, ()) if name != "marginal_cost"]
        return list(TableReader(table, self.problems, self.assumptions).rows(key, *needed))

    def _carriers(self) -> dict[str, Carrier]:
        found = {}
        for row in self._rows("CO2", "TECHNOLOGY"):
            name = row.text("TECHNOLOGY")
            found[name] = Carrier(name, row.number("tonnes/MWh", minimum=0.0, maximum=3.0), row.text("color"))
            self.cells.note(row, name, "TECHNOLOGY", "tonnes/MWh")
        return found

    def _plant(
        self,
        row: Row,
        buses: tuple[str, ...],
        carriers: dict[str, Carrier],
        fuel: dict[str, ByYear],
        fixed: dict[str, ByYear | float],
        commitable: dict[str, bool],
    ) -> Plant:
        name = row.text("name")
        self.cells.note(row, name, *row.table.columns)
        carrier = row.known("carrier", carriers, "CO2")
        cost: ByYear | float | None = fuel.get(name, fuel.get(carrier))
        if cost is None:
            if not row.has("marginal_cost"):
                self.problems.error(
                    f"{name} has no cost: neither its marginal_cost nor the carrier '{carrier}' on the sheet "
                    "'Fuel_cost' is given; fill in one (0 where there is none).",
                    sheet=row.table.sheet,
                    cell=row.cell("carrier"),
                )
            cost = row.number("marginal_cost", 0.0)
        elif row.has("marginal_cost"):
            self.notes.unused(
                f"the marginal_cost of {name} is passed over: the sheet 'Fuel_cost' has a row for "
                f"'{name if name in fuel else carrier}'.",
                sheet=row.table.sheet,
                cell=row.cell("marginal_cost"),
                column="marginal_cost",
            )
        build_year, lifetime = read_life(row)
        options = {key: row.number(key, minimum=0.0) for key in _UNIT_OPTIONS if row.has(key)}
        return Plant(
            name,
            carrier,
            row.number("p_nom", minimum=0.0),
            row.known("bus", buses, "Buses"),
            marginal_cost=cost,
            fixed_cost=self._fixed_cost(name, carrier, fixed),
            build_year=build_year,
            lifetime=lifetime,
            efficiency=_efficiency(row, carriers.get(carrier)),
            p_min_pu=row.number("p_min_pu", 0.0, minimum=0.0, maximum=1.0),
            committable=row.flag("committable") and commitable.get(carrier, True),
            options=options,
        )

    def _fixed_cost(self, name: str, carrier: str, fixed: Mapping[str, ByYear | float]) -> ByYear | float:
        if name not in fixed and carrier not in fixed:
            self.assumptions.add("FOM", "FOM", "0", name)
        return fixed.get(name, fixed.get(carrier, 0.0))

    def _with_fixed_costs(
        self, plants: Iterable[Plant], fixed: Mapping[str, ByYear | float]
    ) -> Iterator[Plant]:
        """Give storage of the sheet Storage its fixed costs too."""
        for plant in plants:
            stores = plant.kind is Kind.STORAGE_UNIT
            yield (
                replace(plant, fixed_cost=self._fixed_cost(plant.name, plant.carrier, fixed))
                if stores
                else plant
            )

    def _candidates(
        self,
        buses: tuple[str, ...],
        carriers: dict[str, Carrier],
        fuel: dict[str, ByYear],
        fixed: dict[str, ByYear | float],
        rows: list[Row],
        plants: list[Plant],
    ) -> list[Candidate]:
        capital = self._by_name("Capital_cost", "TECHNOLOGY")
        lifetimes = {
            row.text("TECHNOLOGY"): row.number("lifetime", minimum=1, maximum=200)
            for row in self._rows("Lifetime", "TECHNOLOGY")
        }
        minimum = self._by_name("Pipe_Line_Generators_p_min", "TECHNOLOGY")
        maximum = self._by_name("Pipe_Line_Generators_p_max", "TECHNOLOGY")
        stored = self._by_name("Pipe_Line_Storage_p_min", "TECHNOLOGY")
        found = []
        for row in [*self._rows("New_Generators", "TECHNOLOGY"), *self._rows("New_Storage", "TECHNOLOGY")]:
            name = row.text("TECHNOLOGY")
            self.cells.note(row, name, *row.table.columns)
            carrier = row.known("carrier", carriers, "CO2")
            if name not in capital:
                self.problems.error(
                    f"'{name}' has no cost on the sheet 'Capital_cost'; add a row for it.",
                    sheet=row.table.sheet,
                    cell=row.cell("TECHNOLOGY"),
                )
            if name not in lifetimes:
                self.assumptions.add("Lifetime", "lifetime", f"{ASSUMED_LIFETIME:g} years", name)
            storage = plain_name(row.table.sheet) == plain_name("New_Storage")
            kind = Kind.GENERATOR
            if storage:
                kind = Kind.STORE if row.text("Type").casefold() == "store" else Kind.STORAGE_UNIT
            limit = "e_nom_max" if kind is Kind.STORE else "p_nom_max"
            cost: ByYear | float = fuel.get(name, {})
            if not cost:
                cost = row.number("marginal_cost", None if kind is Kind.GENERATOR else 0.0)
            elif row.has("marginal_cost"):
                self.notes.unused(
                    f"the marginal_cost of {name} is passed over: the sheet 'Fuel_cost' has a row for it.",
                    sheet=row.table.sheet,
                    cell=row.cell("marginal_cost"),
                    column="marginal_cost",
                )
            given = _efficiency(row, carriers.get(carrier)) if kind is Kind.GENERATOR else 1.0
            store, dispatch, hours = _storage(row) if kind is Kind.STORAGE_UNIT else (1.0, given, 0.0)
            found.append(
                Candidate(
                    name,
                    carrier,
                    row.known("bus", buses, "Buses"),
                    kind,
                    capital.get(name, 0.0),
                    self._fixed_cost(name, carrier, fixed),
                    cost,
                    dispatch,
                    store,
                    lifetimes.get(name, ASSUMED_LIFETIME),
                    0,
                    row.number(limit, math.inf, minimum=0.0),
                    stored.get(name, {}) if storage else minimum.get(name, {}),
                    {} if storage else maximum.get(name, {}),
                    hours,
                )
            )
        return found + read_expansions(
            rows, plants, found, capital, lifetimes,
            first_year=self.years[0], cells=self.cells, problems=self.problems, assumptions=self.assumptions,
        )  # fmt: skip

    def _lines(self, buses: tuple[str, ...]) -> list[Line]:
        found = []
        for row in self._rows("Links", "name"):
            name, extendable = row.text("name"), row.flag("p_nom_extendable")
            self.cells.note(row, name, *row.table.columns)
            found.append(
                Line(
                    name,
                    row.known("bus0", buses, "Buses"),
                    row.known("bus1", buses, "Buses"),
                    row.number("p_nom", minimum=0.0),
                    row.number("efficiency", 1.0, minimum=0.01, maximum=1.0, assumed="1"),
                    row.number("p_max_pu", 1.0, minimum=-1.0, maximum=1.0),
                    row.number("p_min_pu", 0.0, minimum=-1.0, maximum=1.0),
                    row.number("marginal_cost", 0.0, assumed="0"),
                    row.number("capital_cost", None if extendable else 0.0, minimum=0.0),
                    extendable,
                    row.text("type") or "transmission",
                )
            )
        return found

    def _fixed_costs(self) -> dict[str, ByYear | float]:
        """Fixed costs by carrier, plant or candidate: one number, or one a year."""
        table = self._table("FOM")
        if table is not None and any(column.isdigit() for column in table.columns):
            return dict(self._by_name("FOM", "carrier"))
        found: dict[str, ByYear | float] = {}
        for row in self._rows("FOM", "carrier"):
            found[row.text("carrier")] = row.number("FOM", minimum=0.0)
            self.cells.add(row.text("carrier"), "FOM", row.table.sheet, row.cell("FOM"))
        return found

    def _locations(self) -> dict[str, tuple[float, float]]:
        return {
            row.text("name"): (row.number("x"), row.number("y"))
            for row in self._rows("Buses", "name")
            if row.has("x") or row.has("y")
        }

    def _wacc(self) -> ByYear | None:
        table = self._table("wacc")
        if table is None or not table.rows:
            return None
        row = Row(table, 0, self.problems)
        if not any(column.isdigit() for column in table.columns):
            self.problems.error("there is no column with a year, such as 2030.", sheet=table.sheet)
        return {
            int(column): row.number(column, minimum=0.0, maximum=0.4)
            for column in table.columns
            if column.isdigit()
        }

    def _by_name(self, sheet: str, key: str, *, minimum: float | None = 0.0) -> dict[str, ByYear]:
        table = self._table(sheet)
        if table is None:
            return {}
        years = [column for column in table.columns if column.isdigit()]
        missing = [str(year) for year in self.years if str(year) not in years]
        if missing:
            self.problems.error(
                f"there is no column for the year {', '.join(missing)}; present: {', '.join(years) or 'none'}; add "
                "it, or plan other years.",
                sheet=table.sheet,
            )
        found: dict[str, ByYear] = {}
        for row in TableReader(table, self.problems).rows(key):
            name = row.text(key)
            lowest = -math.inf if minimum is None else minimum
            # A blank counts only in the years that are planned, or lie between them: it is an error there, never 0.
            found[name] = {
                int(year): row.number(year, minimum=lowest)
                for year in years
                if row.has(year) or self.years[0] <= int(year) <= self.years[-1]
            }
            for year in years:
                self.cells.add(name, f"{plain_name(sheet)} {year}", table.sheet, row.cell(year))
        return found

    def _futures(self) -> dict[str, dict[str, float]]:
        table = self._table("Futures")
        if table is None:
            return {}
        reader = TableReader(table, self.problems, self.assumptions)
        columns = [column for column in table.columns if plain_name(column) != "name"]
        return {
            row.text("name"): {
                column: row.number(column, 1.0, minimum=0.0, maximum=10.0, assumed="1") for column in columns
            }
            for row in reader.rows("name")
        }


def _efficiency(row: Row, carrier: Carrier | None) -> float:
    needed = carrier is not None and needs_efficiency(carrier.name, carrier.co2_emissions)
    return row.number("efficiency", None if needed else 1.0, minimum=0.01, maximum=1.0)


def _storage(row: Row) -> tuple[float, float, float]:
    """Efficiencies of charging and discharging, and energy over power [h]."""
    return (
        row.number("efficiency_store", 0.9, minimum=0.01, maximum=1.0, assumed="0.9"),
        row.number("efficiency_dispatch", 0.9, minimum=0.01, maximum=1.0, assumed="0.9"),
        row.number("max_hours", 6.0, minimum=0.0, maximum=10_000, assumed="6 h"),
    )
