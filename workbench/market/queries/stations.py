"""Stations and their units: search, figures of a period, series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workbench.data.known_names import known_name
from workbench.market.definitions import capacity_factor, volume_weighted
from workbench.market.definitions.energy import ratio
from workbench.market.model.answer import Answer, Column, texts
from workbench.market.model.asking import asked
from workbench.market.model.period import Period, Resolution, cut
from workbench.market.queries.completeness import missing_notes, partial_columns, whole_totals
from workbench.market.queries.prices import prices
from workbench.market.queries.revenue import unit_sums, units_of
from workbench.market.queries.scope import answer, check_scope, named, time_columns
from workbench.market.queries.sums import sums_of
from workbench.market.store.resolution import Subject

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData

PRICE = "Price"
MAX_SEARCH_CHARACTERS = 80


def find_stations(
    data: MarketData, *, search: str = "", region: str | None = None, fuel: str | None = None
) -> tuple[str, ...]:
    """Name the stations whose name, owner or unit holds a text, in any case, in alphabetical order.

    Parameters
    ----------
    data
        The market's data.
    search
        Part of a name; several words must all be found.
    region, fuel
        Only stations with such a unit.
    """
    words = search[:MAX_SEARCH_CHARACTERS].casefold().split()
    chosen = units_of(data, region=region, fuel=fuel)
    found = set()
    for place in np.flatnonzero(chosen):
        unit = data.units[int(place)]
        text = f"{unit.name} {unit.station} {unit.owner} {unit.fuel}".casefold()
        if all(word in text for word in words):
            found.add(unit.station)
    return tuple(sorted(found, key=str.casefold))


@asked
def station_table(
    data: MarketData, period: Period, *, search: str = "", region: str | None = None, fuel: str | None = None
) -> Answer:
    """Figures of all units of the stations that are found.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    search, region, fuel
        As in :func:`find_stations`.
    """
    check_scope(data, region, fuel)
    names = set(find_stations(data, search=search, region=region, fuel=fuel))
    chosen = units_of(data, region=region, fuel=fuel) & np.array(
        [name in names for name in data.units.stations], dtype=bool
    )
    title = named(f"Units of {len(names)} stations", region, period)
    return _units(data, period, chosen, title)


@asked
def station_units(data: MarketData, period: Period, station: str) -> Answer:
    """Figures of the units of one station.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    station
        Its name, in any case.

    Raises
    ------
    UnknownName
        When the register has no such station.
    """
    name = known_name("station", station, data.units.stations)
    return _units(data, period, units_of(data, station=name), f"{name}, {period}")


def _units(data: MarketData, period: Period, chosen: NDArray[np.bool_], title: str) -> Answer:
    units, currency, price = data.units, data.description.currency, data.description.price_unit
    names, sums, source = unit_sums(data, period, chosen, units.names)
    places = np.array([units.position(name) for name in names], dtype=np.int64)
    total = whole_totals(sums)
    capacity = np.asarray(units.capacity_mw)[places]
    columns = [
        Column("Unit", texts(names)),
        Column("Station", texts([units.stations[place] for place in places])),
        Column("Region", texts([units.regions[place] for place in places])),
        Column("Fuel", texts([units.fuels[place] for place in places])),
        Column("Owner", texts([units[int(place)].owner for place in places])),
        Column("Capacity", capacity, "MW"),
        Column("Energy", total["energy"], "MWh"),
        Column("Charged", total["charged"], "MWh"),
        Column("Capacity factor", capacity_factor(sums["out_mwh"], capacity, sums["minutes"] / 60.0), "%"),
        Column("Revenue", total["revenue"], currency),
        Column("Cost", total["cost"], currency),
        Column("Average price", volume_weighted(sums["out_revenue"], sums["out_priced_mwh"]), price),
        *partial_columns(sums, currency),
    ]
    return answer(data, title, columns, period, source, *missing_notes(sums)).sorted_by("Energy")


@asked
def station_series(
    data: MarketData, period: Period, station: str, *, resolution: Resolution | None = None
) -> Answer:
    """Mean net power of each unit of a station, and the price of its region.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    station
        Its name, in any case.
    resolution
        Length of the bins; one that fits the period when left out.

    Returns
    -------
    Answer
        ``Begin``, ``End``, a column per unit [MW], negative when it takes more than it gives, and ``Price``.

    Raises
    ------
    UnknownName
        When the register has no such station.
    """
    name = known_name("station", station, data.units.stations)
    bins = cut(period, resolution, data.description)
    places = np.flatnonzero(units_of(data, station=name))
    names = [data.units.names[place] for place in places]
    found = sums_of(data, Subject.UNIT, bins, ["out_mwh", "in_mwh", "minutes"], series=names)
    columns = time_columns(bins)
    net = ratio(found["out_mwh"] - found["in_mwh"], found["minutes"] / 60.0)
    columns += [Column(unit, net[row], "MW") for row, unit in enumerate(names)]
    region = data.units.regions[places[0]] if len(places) else ""
    if region in data.description.region_names:
        own = prices(data, period, resolution=bins.resolution).column(region)
        columns.append(Column(PRICE, own.cells, own.unit))
    return answer(data, f"{name}, {period}", columns, period, found.source)
