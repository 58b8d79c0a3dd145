"""Sheets that both workbooks may have beside plants: storage, markets, planned outages, zones of the load."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from workbench.capacity.inputs.sheets.blank_cells import check_columns
from workbench.capacity.inputs.sheets.hourly_sheets import read_demand_sheet, read_inflow, read_prices
from workbench.capacity.inputs.sheets.kinds import PlanningHeaders
from workbench.capacity.inputs.sheets.table_reader import Cells, Row, TableReader, read_life
from workbench.capacity.inputs.template import COLUMNS
from workbench.capacity.model.fiscal_hours import hours_of
from workbench.capacity.model.system import SALES, Carrier, Kind, Outage, Plant, System
from workbench.data.arrays import Floats
from workbench.data.notes import Notes
from workbench.data.problems import Problems
from workbench.data.workbooks.reading import Workbook

_NEEDED = {
    "Storage": ("bus", "carrier", "p_nom"),
    "Markets": ("bus", "carrier"),
    "Outages": ("from", "to"),
    "Zones": (),
}
FURTHER = tuple(_NEEDED)
"""Sheets that are read here, beside Inflow, Prices and Demand."""


@dataclass(slots=True)
class FurtherSheets:
    """Reads the sheets; what is wrong is noted in ``problems``, what is not used in ``notes``.

    Parameters
    ----------
    book
        The workbook.
    buses, carriers
        Names that it knows; carriers of what markets buy are added.
    problems, notes, cells
        Collect what was found.
    """

    book: Workbook
    buses: Collection[str]
    carriers: dict[str, Carrier]
    problems: Problems
    notes: Notes
    cells: Cells
    headers: PlanningHeaders
    _read: dict[str, list[Row]] = field(default_factory=dict)

    def add_to(self, system: System) -> System:
        """Add storage, markets, outages, inflow, prices and demand to a system that has the other plants."""
        inflow, prices = read_inflow(self.book, self.problems), read_prices(self.book, self.problems)
        demand, zones = read_demand_sheet(self.book, self.problems, self.buses)
        plants = [*system.plants, *self._storage(), *self._markets(prices)]
        self._check_columns(
            "Inflow", inflow, [p.name for p in plants if p.kind is Kind.STORAGE_UNIT], "storage"
        )
        self._check_columns("Prices", prices, [row.name for row in self._rows("Markets", "name")], "market")
        return replace(
            system,
            plants=tuple(plants),
            carriers=self.carriers,
            demand=demand,
            zones=self._shares() or zones,
            inflow=inflow,
            prices=prices,
            outages=tuple(self._outages(plant.name for plant in plants)),
        )

    def _rows(self, sheet: str, key: str, *, twice: bool = False) -> list[Row]:
        found = self.book.find_sheet(sheet)
        if found is not None and sheet not in self._read:
            table = self.headers.table_of(self.book.sheet(found), sheet)
            check_columns(table, tuple(COLUMNS[sheet]), self.problems, self.notes)
            self._read[sheet] = list(
                TableReader(table, self.problems).rows(key, *_NEEDED[sheet], twice=twice)
            )
        return self._read.get(sheet, [])

    def _check_columns(self, sheet: str, found: Iterable[str], names: Collection[str], what: str) -> None:
        for name in found:
            if name not in names:
                self.problems.error(
                    f"the column '{name}' is not the name of a {what}; known are {', '.join(names) or 'none'}.",
                    sheet=sheet,
                )

    def _storage(self) -> list[Plant]:
        found = []
        for row in self._rows("Storage", "name"):
            self.cells.note(row, row.name, *row.table.columns)
            p_nom = row.number("p_nom", minimum=0.0)
            build_year, lifetime = read_life(row)
            found.append(
                Plant(
                    row.name,
                    row.known("carrier", self.carriers, "CO2"),
                    p_nom,
                    row.known("bus", self.buses, "Buses"),
                    Kind.STORAGE_UNIT,
                    marginal_cost=row.number("marginal_cost", 0.0),
                    build_year=build_year,
                    lifetime=lifetime,
                    efficiency=row.number("efficiency_dispatch", minimum=0.01, maximum=1.0),
                    efficiency_store=row.number("efficiency_store", 1.0, minimum=0.01, maximum=1.0),
                    max_hours=self._hours(row, p_nom),
                    charging=row.number("p_store", p_nom, minimum=0.0) / (p_nom or 1.0),
                )
            )
        return found

    def _hours(self, row: Row, p_nom: float) -> float:
        if row.has("max_hours") or not row.has("energy"):
            return row.number("max_hours", minimum=0.0, maximum=100_000)
        return row.number("energy", minimum=0.0) / (p_nom or 1.0)

    def _markets(self, prices: Mapping[str, object]) -> list[Plant]:
        found = []
        for row in self._rows("Markets", "name"):
            self.cells.note(row, row.name, *row.table.columns)
            carrier = row.known("carrier", self.carriers, "CO2")
            bus = row.known("bus", self.buses, "Buses")
            if row.name not in prices and not row.has("price"):
                self.problems.error(
                    f"{row.name} has no price: fill in the column 'price', or give a column '{row.name}' of the "
                    "sheet 'Prices' with one row an hour.",
                    sheet=row.table.sheet,
                    cell=row.cell("name"),
                )
            price = 0.0 if row.name in prices else row.number("price", 0.0)
            charge = row.number("charge", 0.0, minimum=0.0)
            bought, sold = (row.number(name, 0.0, minimum=0.0) for name in ("import", "export"))
            if bought:
                found.append(Plant(row.name, carrier, bought, bus, marginal_cost=price + charge))
            if sold:
                name = f"{row.name}{SALES}"
                self.carriers[f"{carrier}{SALES}"] = Carrier(f"{carrier}{SALES}")
                self.cells.note(replace(row, name=name), name, *row.table.columns)
                cost = price - charge
                found.append(
                    Plant(name, f"{carrier}{SALES}", sold, bus, marginal_cost=cost, p_min_pu=-1.0, sells=True)
                )
        return found

    def _outages(self, plants: Iterable[str]) -> Iterable[Outage]:
        known = set(plants)
        for row in self._rows("Outages", "name", twice=True):
            row.known("name", known, "Generators")
            first, last = (self._day(row, column) for column in ("from", "to"))
            if first and last:
                if first[0] and last < first:
                    self._wrong_day(row, "to", "it lies before the first day")
                yield Outage(row.name, first, last, row.number("part", 1.0, minimum=0.0, maximum=1.0))

    def _day(self, row: Row, column: str) -> tuple[int, int, int] | None:
        """Year (0 for every one), month and day of a date, or of a text such as 07-15."""
        value = row.table.rows[row.number_of][row.table.position(column)]
        if isinstance(value, datetime.date):
            return (value.year, value.month, value.day)
        found = re.fullmatch(r"(?:(\d{4})-)?(\d\d?)-(\d\d?)", str(value or "").strip())
        if found:
            year, month, day = int(found[1] or 0), int(found[2]), int(found[3])
            try:
                datetime.date(year or 2024, month, day)
            except ValueError:
                found = None
            else:
                return (year, month, day)
        self._wrong_day(row, column, f"'{value}' is not a day")
        return None

    def _wrong_day(self, row: Row, column: str, what: str) -> None:
        self.problems.error(
            f"{what}; expected a date (2030-07-15), or month and day of every year (07-15).",
            sheet=row.table.sheet,
            cell=row.cell(column),
        )

    def _shares(self) -> dict[int, dict[str, Floats]]:
        """Part of the load of each bus by hour, from one part a year."""
        rows = self._rows("Zones", "bus")
        years = [column for column in (rows[0].table.columns if rows else ()) if column.isdigit()]
        if rows and not years:
            self.problems.error("there is no column with a year, such as 2030.", sheet="Zones")
        found: dict[int, dict[str, Floats]] = {}
        for year in (year for year in years if any(row.has(year) for row in rows)):
            parts = {
                row.known("bus", self.buses, "Buses"): row.number(year, minimum=0.0, maximum=1.0)
                for row in rows
            }
            if abs((total := sum(parts.values())) - 1) > 1e-3:
                self.problems.error(
                    f"the parts of {year} add up to {total:g}, expected 1.",
                    sheet=rows[0].table.sheet,
                    cell=rows[0].table.header_cell(year),
                )
            count = len(hours_of(int(year)))
            found[int(year)] = {bus: np.full(count, part / (total or 1.0)) for bus, part in parts.items()}
        return found
