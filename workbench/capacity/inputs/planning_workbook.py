"""The long workbook of a planning office: one sheet for each kind of fact, see :mod:`template` for its columns."""

from __future__ import annotations

import math

from workbench.capacity.inputs.hourly_sheets import read_availability, read_demand_sheet
from workbench.capacity.inputs.table_reader import Cells, Row, TableReader
from workbench.capacity.inputs.workbook_settings import read_settings
from workbench.capacity.model.system import ByYear, Candidate, Carrier, Kind, Line, Plant, System, at
from workbench.data.problems import Problems
from workbench.data.workbooks.reading import Workbook
from workbench.data.workbooks.table import Table, plain_name

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


def read_planning_workbook(book: Workbook, problems: Problems, years: tuple[int, ...]) -> System:
    """Read the long workbook; what is wrong is noted in ``problems``.

    Parameters
    ----------
    book
        The workbook.
    problems
        Collects what was found.
    years
        Fiscal years that are planned; each needs its column in every table by year.
    """
    return _Reader(book, problems, years).read()


class _Reader:
    def __init__(self, book: Workbook, problems: Problems, years: tuple[int, ...]) -> None:
        self.book = book
        self.problems = problems
        self.years = years
        self.cells = Cells()

    def read(self) -> System:
        carriers = self._carriers()
        buses = tuple(row.text("name") for row in self._rows("Buses", "name"))
        if MAIN_BUS not in buses:
            self.problems.error(
                f"no bus is named '{MAIN_BUS}', which carries the demand; rename one.", sheet="Buses"
            )
        settings, commitable, monthly, cycles = read_settings(self.book, self.problems)
        fuel = self._by_name("Fuel_cost", "carrier", minimum=None)
        fixed = self._fixed_costs()
        plants = [
            self._plant(row, buses, carriers, fuel, fixed, commitable)
            for row in self._rows("Generators", "name")
        ]
        system = System(
            self.book.path,
            self.book.sha256,
            buses,
            tuple(plants),
            tuple(self._candidates(buses, carriers, fixed)),
            carriers,
            tuple(self._lines(buses)),
            read_demand_sheet(self.book, self.problems),
            read_availability(self.book, "P_max_pu", self.problems),
            read_availability(self.book, "P_min_pu", self.problems),
            self._wacc(),
            monthly,
            cycles,
            self._custom_days(),
            self._futures(),
            settings,
            self.cells.places,
        )
        self._check_carriers_used(system)
        return system

    def _table(self, sheet: str) -> Table | None:
        found = self.book.find_sheet(sheet)
        return None if found is None else self.book.sheet(found).table()

    def _rows(self, sheet: str, key: str) -> list[Row]:
        table = self._table(sheet)
        if table is None:
            return []
        return list(TableReader(table, self.problems).rows(key, *_NEEDED_COLUMNS.get(sheet, ())))

    def _carriers(self) -> dict[str, Carrier]:
        found = {}
        for row in self._rows("CO2", "TECHNOLOGY"):
            name = row.text("TECHNOLOGY")
            found[name] = Carrier(
                name, row.number("tonnes/MWh", 0.0, minimum=0.0, maximum=3.0), row.text("color")
            )
            self.cells.note(row, name, "TECHNOLOGY", "tonnes/MWh")
        return found

    def _plant(
        self,
        row: Row,
        buses: tuple[str, ...],
        carriers: dict[str, Carrier],
        fuel: dict[str, ByYear],
        fixed: dict[str, float],
        commitable: dict[str, bool],
    ) -> Plant:
        name = row.text("name")
        self.cells.note(row, name, *row.table.columns)
        carrier = row.known("carrier", carriers, "CO2")
        cost: ByYear | float | None = fuel.get(carrier)
        if cost is None:
            if not row.has("marginal_cost"):
                self.problems.error(
                    f"{name} has no cost: neither its marginal_cost nor the carrier '{carrier}' on the sheet "
                    "'Fuel_cost' is given; fill in one (0 where there is none).",
                    sheet=row.table.sheet,
                    cell=row.cell("carrier"),
                )
            cost = row.number("marginal_cost", 0.0)
        options = {key: row.number(key, minimum=0.0) for key in _UNIT_OPTIONS if row.has(key)}
        return Plant(
            name,
            carrier,
            row.number("p_nom", minimum=0.0),
            row.known("bus", buses, "Buses"),
            marginal_cost=cost,
            fixed_cost=fixed.get(carrier, 0.0),
            build_year=int(row.number("build_year", 0.0, minimum=0, maximum=2100)),
            lifetime=row.number("lifetime", math.inf, minimum=1, maximum=300),
            efficiency=row.number("efficiency", 1.0, minimum=0.01, maximum=1.0),
            p_min_pu=row.number("p_min_pu", 0.0, minimum=0.0, maximum=1.0),
            committable=row.flag("committable") and commitable.get(carrier, True),
            options=options,
            extendable=row.flag("p_nom_extendable"),
            p_nom_min=row.number("p_nom_min", 0.0, minimum=0.0),
            p_nom_max=row.number("p_nom_max", math.inf, minimum=0.0),
        )

    def _candidates(
        self, buses: tuple[str, ...], carriers: dict[str, Carrier], fixed: dict[str, float]
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
            storage = plain_name(row.table.sheet) == plain_name("New_Storage")
            kind = Kind.GENERATOR
            if storage:
                kind = Kind.STORE if row.text("Type").casefold() == "store" else Kind.STORAGE_UNIT
            limit = "e_nom_max" if kind is Kind.STORE else "p_nom_max"
            found.append(
                Candidate(
                    name,
                    carrier,
                    row.known("bus", buses, "Buses"),
                    kind,
                    capital.get(name, 0.0),
                    fixed.get(carrier, 0.0),
                    row.number("marginal_cost", None if kind is Kind.GENERATOR else 0.0),
                    row.number("efficiency_dispatch", 0.9, minimum=0.01, maximum=1.0)
                    if storage
                    else row.number("efficiency", 1.0, minimum=0.01, maximum=1.0),
                    row.number("efficiency_store", 0.9, minimum=0.01, maximum=1.0) if storage else 1.0,
                    lifetimes.get(name, 25.0),
                    0,
                    row.number(limit, math.inf, minimum=0.0),
                    stored.get(name, {}) if storage else minimum.get(name, {}),
                    {} if storage else maximum.get(name, {}),
                    row.number("max_hours", 6.0, minimum=0.0, maximum=10_000)
                    if kind is Kind.STORAGE_UNIT
                    else 0.0,
                )
            )
        return found

    def _lines(self, buses: tuple[str, ...]) -> list[Line]:
        found = []
        for row in self._rows("Links", "name"):
            name = row.text("name")
            self.cells.note(row, name, *row.table.columns)
            found.append(
                Line(
                    name,
                    row.known("bus0", buses, "Buses"),
                    row.known("bus1", buses, "Buses"),
                    row.number("p_nom", 0.0, minimum=0.0),
                    row.number("efficiency", 1.0, minimum=0.01, maximum=1.0),
                    row.number("p_max_pu", 1.0, minimum=-1.0, maximum=1.0),
                    row.number("p_min_pu", 0.0, minimum=-1.0, maximum=1.0),
                    row.number("marginal_cost", 0.0),
                    row.number("capital_cost", 0.0, minimum=0.0),
                    row.flag("p_nom_extendable"),
                    row.text("type") or "transmission",
                )
            )
        return found

    def _fixed_costs(self) -> dict[str, float]:
        return {row.text("carrier"): row.number("FOM", minimum=0.0) for row in self._rows("FOM", "carrier")}

    def _wacc(self) -> ByYear:
        table = self._table("wacc")
        if table is None or not table.rows:
            return {0: 0.09}
        row = Row(table, 0, self.problems)
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
            found[name] = {int(year): row.number(year, 0.0, minimum=lowest) for year in years}
            for year in years:
                self.cells.add(name, f"{plain_name(sheet)} {year}", table.sheet, row.cell(year))
        return found

    def _custom_days(self) -> tuple[str, ...]:
        table = self._table("Custom days")
        if table is None:
            return ()
        rows = [Row(table, number, self.problems) for number in range(len(table.rows))]
        return tuple(
            f"{int(row.number('Month', minimum=1, maximum=12)):02d}-"
            f"{int(row.number('Day', minimum=1, maximum=31)):02d}"
            for row in rows
        )

    def _futures(self) -> dict[str, dict[str, float]]:
        table = self._table("Futures")
        if table is None:
            return {}
        reader = TableReader(table, self.problems)
        columns = [column for column in table.columns if plain_name(column) != "name"]
        return {
            row.text("name"): {
                column: row.number(column, 1.0, minimum=0.0, maximum=10.0) for column in columns
            }
            for row in reader.rows("name")
        }

    def _check_carriers_used(self, system: System) -> None:
        for name, hours in system.p_max_pu.items():
            known = name in system.carriers or any(p.name == name for p in system.plants)
            if not known and not name.endswith("_Outside"):
                self.problems.warning(
                    f"the column '{name}' belongs to no carrier and no plant, and is not used.",
                    sheet="P_max_pu",
                )
            del hours
        for candidate in system.candidates:
            if candidate.kind is Kind.GENERATOR and at(candidate.capital_cost, max(self.years)) == 0:
                self.problems.warning(
                    f"'{candidate.name}' costs nothing to build in {max(self.years)}.", sheet="Capital_cost"
                )
