"""Revenue by fuel, region, station and unit."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workbench.market.definitions import volume_weighted
from workbench.market.definitions.energy import Floats
from workbench.market.model.answer import Answer, Column, texts
from workbench.market.model.asking import asked
from workbench.market.model.period import Period
from workbench.market.queries.completeness import (
    expected_minutes,
    missing_notes,
    partial_columns,
    unit_feed_gaps,
    whole_totals,
)
from workbench.market.queries.scope import answer, check_scope, named
from workbench.market.queries.sums import UNIT_COLUMNS, total_of
from workbench.market.store.resolution import Subject

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData


class By(StrEnum):
    """What revenue is added up by."""

    FUEL = "fuel"
    REGION = "region"
    STATION = "station"
    UNIT = "unit"


@asked
def revenue_by(
    data: MarketData, period: Period, by: By = By.FUEL, *, region: str | None = None, fuel: str | None = None
) -> Answer:
    """Energy, revenue and average prices over a period, the highest revenue first.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    by
        What the rows are.
    region, fuel
        Only units of this region and fuel.

    Returns
    -------
    Answer
        One row per key with energy: ``Energy`` given and ``Charged`` [GWh], ``Revenue``, ``Cost`` of what was taken
        and the ``Net`` of both [currency], ``Average price`` of the energy given [currency/MWh].

    Notes
    -----
    Rooftop systems are not market units and have no revenue here.
    """
    check_scope(data, region, fuel)
    chosen = units_of(data, region=region, fuel=fuel)
    keys = {By.FUEL: data.units.fuels, By.REGION: data.units.regions, By.UNIT: data.units.names}.get(
        by, data.units.stations
    )
    names, sums, source = unit_sums(data, period, chosen, keys)
    kept = np.flatnonzero((sums["out_mwh"] > 0) | (sums["in_mwh"] > 0))
    currency = data.description.currency
    total = whole_totals(sums)
    seen = {name: values[kept] for name, values in sums.items()}
    columns = [
        Column(by.capitalize(), texts([names[place] for place in kept])),
        Column("Energy", total["energy"][kept] / 1000.0, "GWh"),
        Column("Charged", total["charged"][kept] / 1000.0, "GWh"),
        Column("Revenue", total["revenue"][kept], currency),
        Column("Cost", total["cost"][kept], currency),
        Column("Net", total["net"][kept], currency),
        Column(
            "Average price",
            volume_weighted(sums["out_revenue"], sums["out_priced_mwh"])[kept],
            data.description.price_unit,
        ),
        *partial_columns(seen, currency),
    ]
    title = named(f"Revenue by {by}" + (f", {fuel}" if fuel else ""), region, period)
    return answer(data, title, columns, period, source, *missing_notes(seen)).sorted_by("Revenue")


def units_of(
    data: MarketData, *, region: str | None = None, fuel: str | None = None, station: str | None = None
) -> NDArray[np.bool_]:
    """Tell for each unit whether it is of a region, fuel and station; the ones left out do not restrict."""
    chosen = np.ones(len(data.units), dtype=bool)
    for wanted, names in (
        (region, data.units.regions),
        (fuel, data.units.fuels),
        (station, data.units.stations),
    ):
        if wanted is not None:
            chosen &= np.array(names, dtype=object) == wanted
    return chosen


def unit_sums(
    data: MarketData, period: Period, chosen: NDArray[np.bool_], keys: tuple[str, ...]
) -> tuple[list[str], dict[str, Floats], str]:
    """Add up what units gave, took, earned and paid over a period, by a key of each unit.

    Returns
    -------
    names, sums, source
        Keys in order of appearance, ``UNIT_COLUMNS`` and the ``minutes`` read, ``expected``, ``silent`` and
        ``gaps`` by key, and what was read.
    """
    places_of_units = np.flatnonzero(chosen)
    names = list(dict.fromkeys(keys[place] for place in places_of_units))
    numbers = {name: number for number, name in enumerate(names)}
    places = np.array([numbers[keys[place]] for place in places_of_units], dtype=np.int64)
    sums: dict[str, Floats] = {}
    source = ""

    def by_key(weights: Floats) -> Floats:
        return np.bincount(places, weights=weights, minlength=len(names)).astype(np.float64)

    for column in (*UNIT_COLUMNS, "minutes"):
        # One after the other: a session holds one column of all units at a time.
        found = total_of(data, Subject.UNIT, period, [column])
        weights, source = found[column][places_of_units, 0], found.source
        sums[column] = by_key(weights)
    expected = expected_minutes(data, found.bins, chosen)[:, 0]
    sums["expected"], sums["silent"] = by_key(expected), by_key(np.maximum(expected - weights, 0.0))
    sums["gaps"] = by_key(unit_feed_gaps(data, found.bins, chosen)[:, 0])
    return names, sums, source
