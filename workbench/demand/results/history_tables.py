"""Tables of a demand workbook before any forecast: sectors by year, growth, per person, correlation.

::

    from workbench.demand import cagr_table, history_table, read_demand

    data = read_demand("inputs/demand.xlsx")
    history_table(data, "MU")      # electricity of all sectors by year
    cagr_table(data)               # growth over 3, 5 and 10 years and the whole history
"""

from __future__ import annotations

import pandas as pd

from workbench.data.formatting import energy_factor
from workbench.demand.inputs.reading import DemandInput
from workbench.demand.model.roles import REDUCING
from workbench.demand.model.sector import Sector
from workbench.demand.requirement.measures import cagr, correlations, growth_rates, per_capita
from workbench.demand.results.saved import units_of

__all__ = [
    "cagr_table",
    "converted",
    "correlation_table",
    "growth_table",
    "history_table",
    "per_capita_table",
    "total_of",
]

SPANS = (3, 5, 10)


def history_table(data: DemandInput, unit: str = "GWh", *, with_given: bool = False) -> pd.DataFrame:
    """Electricity of all sectors by year; years before a sector begins are blank, zero stays zero.

    Parameters
    ----------
    data
        The workbook.
    unit
        ``kWh``, ``MWh``, ``GWh``, ``MU`` or ``TWh``.
    with_given
        Include the values that lie after the last actual.

    Returns
    -------
    DataFrame
        Index of years, one column a sector; rooftop solar and savings as positive numbers.
    """
    columns = {}
    for name, sector in data.sectors.items():
        actual = pd.Series(sector.energy, index=list(sector.years))
        given = pd.Series(dict(sector.given), dtype=float)
        columns[name] = pd.concat([actual, given]) if with_given else actual
    table = pd.DataFrame(columns).sort_index() * energy_factor("GWh", unit)
    return table.rename_axis("year")


def total_of(table: pd.DataFrame, data: DemandInput) -> pd.Series:
    """Sum of a table of sectors by year, rooftop solar and savings subtracted."""
    signs = pd.Series({name: -1.0 if _reduces(sector) else 1.0 for name, sector in data.sectors.items()})
    total: pd.Series = (table * signs[table.columns]).sum(axis=1, min_count=1)
    return total.rename("total")


def growth_table(data: DemandInput) -> pd.DataFrame:
    """Yearly growth of every sector in %, by year."""
    return growth_rates(history_table(data))


def cagr_table(data: DemandInput, spans: tuple[int, ...] = SPANS) -> pd.DataFrame:
    """Compound annual growth of every sector in %, over its last years and over its whole history.

    Parameters
    ----------
    data
        The workbook.
    spans
        Numbers of years, up to each sector's last actual.
    """
    table = history_table(data)
    rows = {}
    for name, sector in data.sectors.items():
        last = sector.last_year
        row = {f"{span} years": cagr(table[name], last - span, last) for span in spans}
        rows[name] = {**row, "whole history": cagr(table[name], sector.first_year, last)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("sector")


def per_capita_table(data: DemandInput, population: str = "Total Population") -> pd.DataFrame:
    """Electricity a person of every sector and of the total, kWh a year; empty without a population."""
    name = data.drivers.find(population)
    if name is None:
        return pd.DataFrame()
    people = pd.Series(data.drivers.actual[name])
    table = history_table(data)
    table = table.assign(total=total_of(table, data))
    return pd.DataFrame({column: per_capita(table[column].dropna(), people) for column in table})


def correlation_table(data: DemandInput, *, of_growth: bool = False) -> pd.DataFrame:
    """Signed correlation of every sector with every driver, over the actuals."""
    drivers = pd.DataFrame({name: pd.Series(values) for name, values in data.drivers.actual.items()})
    return correlations(history_table(data), drivers, of_growth=of_growth)


def converted(table: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Give one of the result's tables with its electricity in another unit; nothing else is converted.

    Parameters
    ----------
    table
        A table of :class:`workbench.demand.results.saved.DemandResult`.
    unit
        Unit of energy.
    """
    factor = energy_factor("GWh", unit)
    energy = [name for name, its_unit in units_of(table).items() if its_unit == "GWh"]
    return table.assign(**{name: table[name] * factor for name in energy})


def _reduces(sector: Sector) -> bool:
    return sector.role in REDUCING
