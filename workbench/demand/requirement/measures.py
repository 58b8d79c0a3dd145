"""Growth rates, CAGR, per-capita figures and signed correlations of yearly tables."""

from __future__ import annotations

import numpy as np
import pandas as pd


def growth_rates(energy: pd.DataFrame) -> pd.DataFrame:
    """Yearly growth in %, by year and sector; NaN where the year before is missing, zero or not one year ago.

    Parameters
    ----------
    energy
        Index of years, one column a sector, any unit.
    """
    before = energy.reindex(energy.index - 1)
    before.index = energy.index
    return 100 * (energy / before.where(before > 0) - 1)


def cagr(values: pd.Series, first: int, last: int) -> float:
    """Compound annual growth rate in % between two years of a series.

    Parameters
    ----------
    values
        Index of years, any unit.
    first, last
        Years; NaN is given when either is missing or not above zero.
    """
    start, end = values.get(first, np.nan), values.get(last, np.nan)
    if last <= first or not (start > 0 and end > 0):
        return float("nan")
    return float(100 * ((end / start) ** (1 / (last - first)) - 1))


def per_capita(energy_gwh: pd.Series, population: pd.Series) -> pd.Series:
    """Electricity in kWh a person and year, in the years where both are known.

    Parameters
    ----------
    energy_gwh
        GWh a year, index of years.
    population
        Persons, index of years.
    """
    people = population.reindex(energy_gwh.index)
    result: pd.Series = energy_gwh * 1e6 / people.where(people > 0)
    return result.dropna()


def correlations(energy: pd.DataFrame, drivers: pd.DataFrame, *, of_growth: bool = False) -> pd.DataFrame:
    """Signed Pearson correlation of each sector with each driver, over the years that both know.

    Parameters
    ----------
    energy
        Index of years, one column a sector.
    drivers
        Index of years, one column a driver.
    of_growth
        Correlate yearly growth instead of levels; levels that both grow correlate whatever their connection.

    Returns
    -------
    DataFrame
        Sectors by drivers, -1 to 1; NaN below four common years or where one does not vary.
    """
    left = growth_rates(energy) if of_growth else energy
    right = growth_rates(drivers) if of_growth else drivers
    table = pd.DataFrame(index=energy.columns, columns=drivers.columns, dtype=float)
    for sector in energy.columns:
        for driver in drivers.columns:
            both = pd.concat([left[sector], right[driver]], axis=1, join="inner").dropna().to_numpy()
            if len(both) >= 4 and both.std(axis=0).min() > 0:
                table.loc[sector, driver] = float(np.corrcoef(both.T)[0, 1])
    return table


def shares(energy: pd.DataFrame) -> pd.DataFrame:
    """Share of each sector in the year's total, %."""
    total = energy.sum(axis=1)
    return 100 * energy.div(total.where(total > 0), axis=0)
