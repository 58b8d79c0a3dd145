"""Whether a demand forecast balances: rows of the workbook, sectors, totals, requirement and peak, level by level.

Every level is computed again from the tables of the level below, not by the functions that made it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbench.data.audit import require_all_equal
from workbench.data.formatting import energy_factor
from workbench.data.origins import Origin
from workbench.data.problems import Problems
from workbench.data.tables.table import position_of
from workbench.data.workbooks.number_cells import cell_number, read_numbers
from workbench.data.workbooks.reading import Workbook
from workbench.demand.config import DemandConfig, SalesBasis
from workbench.demand.inputs.plain_workbook import is_plain
from workbench.demand.inputs.reading import DemandInput
from workbench.demand.inputs.sector_sheets import electricity_column, read_years
from workbench.demand.model.roles import REDUCING, Role
from workbench.demand.model.sector import Sector
from workbench.demand.results.saved import DemandResult

ROUNDING = 1e-9
"""GWh that sums of numbers near zero may differ by."""


def audit(result: DemandResult, data: DemandInput, book: Workbook, fiscal_year_start: int) -> None:
    """Check the tables of a result.

    Parameters
    ----------
    result
        Before it is saved.
    data
        What was read.
    book
        The workbook itself.
    fiscal_year_start
        Month, for the hours of a year.

    Raises
    ------
    UnbalancedResult
        Naming the first two numbers that differ.
    """
    _check_rows(result, data, book)
    _check_sectors(result, data)
    roles = _roles(result.config, data)
    sums = _check_roles(result, roles, data.last_actual_year)
    _check_chain(result.table("requirement"), sums, fiscal_year_start)
    split = result.table("solar_split").set_index("year")
    if len(split.columns):
        solar = _of_role(result.table("consolidated"), roles, Role.ROOFTOP_SOLAR, whole=True)
        _equal("rooftop solar of {}", split.index, "its split", split.sum(axis=1, skipna=False), solar)


def _check_rows(result: DemandResult, data: DemandInput, book: Workbook) -> None:
    """Each cell of a sector's sheet is in the history or among the values that are no history."""
    factor, blank = energy_factor(data.unit, "GWh"), result.config.blank_years
    history = result.table("history").set_index(["sector", "year"]).electricity
    is_table = is_plain(book)
    for name, sector in data.sectors.items():
        read = _cells_of(sector, book) if is_table else _rows_of(name, book)
        # What the settings call wrong is bridged, which the notes say.
        given = [(year, abs(value) * factor) for year, value in read if year not in blank.get(name, ())]
        known = {**sector.given, **history.get(name, pd.Series(dtype=float)).to_dict()}
        require_all_equal(
            f"electricity of {name} in {{}} [GWh]",
            [year for year, _ in given],
            "the sheet",
            [value for _, value in given],
            "the history",
            [known.get(year, np.nan) for year, _ in given],
            absolute=ROUNDING,
        )


def _rows_of(name: str, book: Workbook) -> list[tuple[int, float]]:
    table = book.sheet(book.find_sheet(name) or name).table()
    column = electricity_column(table)
    assert column is not None
    years = read_years(table, Problems())
    values = read_numbers(table, column, Problems())
    return [(year, value) for year, value in zip(years, values, strict=True) if year and np.isfinite(value)]


def _cells_of(sector: Sector, book: Workbook) -> list[tuple[int, float]]:
    found = []
    for year, place in sector.cells.items():
        sheet, _, cell = place.rpartition("!")
        row, column = position_of(cell)
        value = book.sheet(sheet or sector.sheet).rows[row][column]
        found.append((year, cell_number(value, Problems(), sheet=sheet, cell=cell)))
    return found


def _check_sectors(result: DemandResult, data: DemandInput) -> None:
    """Each cell of the consolidated table is that of the history or of the chosen model."""
    config = result.config
    lines = result.table("consolidated").set_index("year")
    history = result.table("history")
    forecast = result.table("forecast")
    chosen = forecast[forecast.chosen]
    for name in data.sectors:
        mine = chosen[chosen.sector == name].set_index("year")[config.variant]
        ahead = mine * config.layer_scale.get(name, 1.0)
        past = history[history.sector == name].set_index("year").electricity
        both = pd.concat([past, ahead])
        _equal(
            f"electricity of {name} in {{}}", lines.index, "its model", both.reindex(lines.index), lines[name]
        )


def _roles(config: DemandConfig, data: DemandInput) -> dict[str, Role]:
    added = {name: Role(name) for name, points in config.further_layers.items() if points}
    sectors = {name: sector.role for name, sector in data.sectors.items()}
    return sectors | {name: layer.role for name, layer in data.layers.items()} | added


def _of_role(
    consolidated: pd.DataFrame, roles: Mapping[str, Role], role: Role, *, whole: bool
) -> pd.Series[float]:
    """Sum of the columns of a role; with ``whole`` missing where a part is missing after it has begun."""
    lines = consolidated.set_index("year")
    parts = lines[[name for name in lines if roles.get(str(name)) is role]]
    begun = parts.notna().cummax()
    return parts.where(begun, 0.0).sum(axis=1, skipna=not whole)


def _check_roles(
    result: DemandResult, roles: Mapping[str, Role], last_actual: int
) -> tuple[pd.Series[float], pd.Series[float]]:
    """Sectors sum to their role; gives the net consumption of all parts, and of those that are known."""
    lines, table = result.table("consolidated"), result.table("requirement").set_index("year")
    nets = []
    for whole in (True, False):
        net = pd.Series(0.0, index=table.index)
        for role in dict.fromkeys(roles.values()):
            part = _of_role(lines, roles, role, whole=whole)
            if role is Role.ROOFTOP_SOLAR and result.config.sales_basis is SalesBasis.NET:
                part = (part - part[last_actual]).where(lambda v: ~(v < 0), 0.0)
            part = part.reindex(table.index)
            if whole:
                _equal(f"{role} of {{}}", table.index, "its sectors", part, table[role.column])
            net += part * (-1 if role in REDUCING else 1)
        nets.append(net)
    return nets[0], nets[1]


def _check_chain(
    table: pd.DataFrame, sums: tuple[pd.Series[float], pd.Series[float]], fiscal_year_start: int
) -> None:
    """Net consumption is that of the sectors; losses, requirement, load factor and peak follow from one another."""
    table = table.set_index("year")
    years, (net, partial) = table.index, sums
    _equal("net consumption of {}", years, "the sectors", net, table.net)
    solar = table[Role.ROOFTOP_SOLAR.column]
    _equal("net consumption of {}", years, "gross less rooftop solar", table.gross - solar, table.net)
    offered = partial.where(net.isna())
    _equal("partial sum of {}", years, "the sectors that are known", offered, table.partial_sum)
    delivered = table.requirement - table.requirement * table.loss / 100
    _equal("net consumption of {}", years, "the requirement less losses", delivered, table.net)
    hours = pd.Series([_hours(int(year), fiscal_year_start) for year in years], index=years, dtype=float)
    _equal("hours of {}", years, "the calendar", hours, table.hours, unit="h")
    derived = table.peak_mw_origin.isin([Origin.DERIVED, Origin.ASSUMED])
    energy = table.peak_mw * hours * table.load_factor / 100 / 1000
    _equal(
        "requirement of {}",
        years[derived],
        "peak and load factor",
        energy[derived],
        table.requirement[derived],
    )


def _hours(year: int, fiscal_year_start: int) -> int:
    first = datetime.date(year - (fiscal_year_start > 1), fiscal_year_start, 1)
    return (first.replace(year=first.year + 1) - first).days * 24


def _equal(
    quantity: str,
    places: pd.Index,
    first_name: str,
    first: pd.Series[float],
    second: pd.Series[float],
    unit: str = "GWh",
) -> None:
    require_all_equal(
        f"{quantity} [{unit}]", list(places), first_name, first, "the table", second, absolute=ROUNDING
    )
