"""The few numbers that a market board begins with, of the region and the period that are chosen."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.data.formatting import MISSING, Style, format_number
from workbench.market.definitions import renewable_share
from workbench.market.model.answer import Answer
from workbench.market.model.description import MarketDescription
from workbench.ui.headline import Tile

__all__ = ["battery_tiles", "generation_tiles", "newest", "price_tiles", "revenue_tiles"]


def generation_tiles(totals: Answer, description: MarketDescription, style: Style) -> tuple[Tile, ...]:
    """Give the energy, and the shares of renewable sources and of the largest fuel.

    Parameters
    ----------
    totals
        Energy [GWh] and share [%] by fuel.
    description
        Of the market.
    style
        How numbers are written.
    """
    share, energy = totals["Share"], totals["Energy"]
    if not len(totals):
        return ()
    known = ~np.isnan(share)
    renewable = np.isin(totals["Fuel"], list(description.renewable_fuels))
    part = renewable_share(energy[renewable].sum(), energy[known].sum())
    lacking = totals.heading.lacking
    tiles = [
        Tile("Energy", format_number(float(energy[known].sum()), decimals=1, style=style), "GWh", lacking),
        Tile("Renewable", format_number(float(part), decimals=1, style=style), "%", lacking),
    ]
    if known.any():
        place = int(np.nanargmax(share))
        value = format_number(float(share[place]), decimals=1, style=style)
        tiles.append(Tile(f"Largest: {totals['Fuel'][place]}", value, "%"))
    return tuple(tiles)


def price_tiles(
    statistics: Answer, description: MarketDescription, region: str | None, style: Style
) -> tuple[Tile, ...]:
    """Give mean, highest and lowest price of a region; of all regions, the mean of each.

    Parameters
    ----------
    statistics
        Price statistics by region.
    description
        Of the market.
    region
        The region; None for all.
    style
        How numbers are written.
    """
    unit = description.price_unit

    def number(column: str, place: int, decimals: int = 2) -> str:
        return format_number(float(statistics[column][place]), decimals=decimals, style=style)

    names = list(statistics["Region"])
    if region is None:
        return tuple(
            Tile(
                f"{name}, mean price",
                number("Mean", place),
                unit,
                f"{number('Lowest', place)} to {number('Highest', place)}",
            )
            for place, name in enumerate(names)
        )
    place = names.index(region)
    return (
        Tile("Mean price", number("Mean", place), unit),
        Tile("Mean, weighted by load", number("Load-weighted", place), unit),
        Tile("Highest price", number("Highest", place), unit),
        Tile("Lowest price", number("Lowest", place), unit),
        Tile("Below 0", number("Below 0", place, 1), "h"),
    )


def battery_tiles(fleet: Answer, description: MarketDescription, style: Style) -> tuple[Tile, ...]:
    """Give what all batteries gave, earned and how often they were filled.

    Parameters
    ----------
    fleet
        One row a battery.
    description
        Of the market.
    style
        How numbers are written.
    """
    held, given, lacking = fleet["Storage"], fleet["Discharged"], fleet.heading.lacking
    cycles = given.sum() / held.sum() if held.sum() else float("nan")
    return (
        Tile("Storage", _sum(held, 0, style), "MWh"),
        Tile("Discharged", _sum(given, 0, style), "MWh", _lacks(given, lacking)),
        Tile(
            *("Net revenue", _sum(fleet["Net revenue"], 0, style), description.currency),
            _lacks(fleet["Net revenue"], lacking),
        ),
        Tile("Full cycles", format_number(float(cycles), decimals=1, style=style)),
    )


def revenue_tiles(revenues: Answer, description: MarketDescription, style: Style) -> tuple[Tile, ...]:
    """Give the energy and the revenue of what is chosen, and what each MWh earned.

    Parameters
    ----------
    revenues
        Energy [GWh or MWh] and revenue, a row a station, fuel or region.
    description
        Of the market.
    style
        How numbers are written.
    """
    energy, revenue, lacking = revenues["Energy"], revenues["Revenue"], revenues.heading.lacking
    unit = next(column.unit for column in revenues.columns if column.name == "Energy")
    in_mwh = energy.sum() * (1e3 if unit == "GWh" else 1.0)
    each = revenue.sum() / in_mwh if in_mwh else float("nan")
    return (
        Tile("Energy", _sum(energy, 1, style), unit, _lacks(energy, lacking)),
        Tile("Revenue", _sum(revenue, 0, style), description.currency, _lacks(revenue, lacking)),
        Tile("For each MWh", format_number(float(each), decimals=2, style=style), description.price_unit),
    )


def newest(values: NDArray[Any]) -> float:
    """Give the last value that is known."""
    seen = values[~np.isnan(values)]
    return float(seen[-1]) if len(seen) else float("nan")


def _lacks(values: NDArray[Any], lacking: str) -> str:
    """Say how much of a sum is missing, or that it is missing for it."""
    return "a part is missing: see the notes" if np.isnan(values).any() else lacking


def _sum(values: NDArray[Any], decimals: int, style: Style) -> str:
    """Write a sum; without one of its parts it is missing, not smaller."""
    if not len(values) or np.isnan(values).any():
        return MISSING
    return format_number(float(values.sum()), decimals=decimals, style=style)
