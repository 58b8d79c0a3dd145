"""Made-up units for a made-up year: any number of them, in the proportions of a real market."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from workbench.data.atomic import write_text
from workbench.market.model.description import MarketDescription
from workbench.market.model.units import MarketUnit, UnitKind

# Fuel, share of all units, usual size [MW], hours of storage.
MIX: tuple[tuple[str, float, float, float], ...] = (
    ("Solar", 0.24, 110.0, 0.0),
    ("Wind", 0.21, 140.0, 0.0),
    ("OCGT", 0.13, 90.0, 0.0),
    ("Water", 0.13, 80.0, 0.0),
    ("Battery Storage", 0.11, 130.0, 2.0),
    ("Coal", 0.09, 480.0, 0.0),
    ("Biomass", 0.03, 20.0, 0.0),
    ("Gas other", 0.03, 60.0, 0.0),
    ("CCGT", 0.02, 220.0, 0.0),
    ("Other", 0.01, 15.0, 0.0),
)
NO_COAL = ("West", "Island", "SA1", "TAS1")
REGION_WEIGHTS = {
    **{"Centre": 0.27, "North": 0.25, "South": 0.25, "West": 0.16, "Island": 0.07},
    **{"NSW1": 0.27, "QLD1": 0.25, "VIC1": 0.25, "SA1": 0.16, "TAS1": 0.07},
}
"""Of the made-up market, and of the NEM, for files in its layouts; other regions are alike."""
_FIRST = (
    *(
        "Alder",
        "Banksia",
        "Cedar",
        "Darling",
        "Ember",
        "Flint",
        "Granite",
        "Harrow",
        "Iris",
        "Jarrah",
        "Karri",
    ),
    *("Lark", "Mallee", "Narrow", "Ochre", "Pelican", "Quarry", "River", "Stone", "Tawny", "Upper", "Valley"),
    *("Willow", "Yarra", "Zephyr"),
)
_SECOND = (
    *(
        "Bay",
        "Creek",
        "Downs",
        "Flat",
        "Gap",
        "Hill",
        "Island",
        "Junction",
        "Lake",
        "Mount",
        "Plain",
        "Point",
    ),
    *("Ridge", "Springs"),
)


def sample_units(
    count: int, description: MarketDescription, rng: np.random.Generator
) -> tuple[MarketUnit, ...]:
    """Make units.

    Parameters
    ----------
    count
        How many.
    description
        Its regions are used, and those of its fuels that have a usual share.
    rng
        Source of sizes and places.

    Returns
    -------
    tuple of MarketUnit
        In the order of their names. One battery has its charging side as a unit of its own, of the kind ``load``.
    """
    regions = description.region_names
    weights = np.array([REGION_WEIGHTS.get(name, 0.2) for name in regions])
    weights /= weights.sum()
    mix = [item for item in MIX if item[0] in description.fuel_names]
    shares = np.array([share for _, share, _, _ in mix])
    numbers = np.floor(shares / shares.sum() * count).astype(int)
    numbers[: count - numbers.sum()] += 1
    names = (f"{first} {second}" for second in _SECOND for first in _FIRST)
    units: list[MarketUnit] = []
    for (fuel, _, size, hours), number in zip(mix, numbers.tolist(), strict=True):
        while number:
            at_station = min(number, int(rng.integers(1, 5)) if fuel in ("Coal", "Water", "OCGT") else 1)
            region = str(rng.choice(regions, p=weights))
            if fuel == "Coal" and region in NO_COAL:
                region = regions[0]
            station = next(names, f"Station {len(units)}")
            units += _station(station, region, fuel, size, hours, at_station, rng)
            number -= at_station
    return tuple(sorted(_with_load_unit(units), key=lambda unit: unit.name))


def _station(
    station: str, region: str, fuel: str, size: float, hours: float, number: int, rng: np.random.Generator
) -> list[MarketUnit]:
    word = station.replace(" ", "").upper()
    code = (word[:4] + word[-3:] if len(word) > 7 else word) + fuel[0].upper() + region[0]
    capacity = round(size * float(rng.uniform(0.4, 1.6)), 1)
    kind = UnitKind.BIDIRECTIONAL if hours else UnitKind.GENERATOR
    storage = round(capacity * hours * float(rng.choice([0.5, 1.0, 2.0])), 1) if hours else math.nan
    return [
        MarketUnit(f"{code}{n}", station, region, fuel, f"{station} Energy", capacity, storage, kind)
        for n in range(1, number + 1)
    ]


def _with_load_unit(units: Sequence[MarketUnit]) -> list[MarketUnit]:
    """Give the first battery its charging side as a unit of its own, as it was usual before June 2024."""
    found = next((at for at, unit in enumerate(units) if unit.kind is UnitKind.BIDIRECTIONAL), None)
    spare = next((at for at, unit in enumerate(units) if unit.fuel == "Solar"), None)
    made = list(units)
    if found is None or spare is None:
        return made
    battery = units[found]
    made[found] = _replace(battery, battery.name[:-1] + "G1", UnitKind.GENERATOR)
    made[spare] = _replace(battery, battery.name[:-1] + "L1", UnitKind.LOAD)
    return made


def _replace(unit: MarketUnit, name: str, kind: UnitKind) -> MarketUnit:
    return MarketUnit(
        name, unit.station, unit.region, unit.fuel, unit.owner, unit.capacity_mw, unit.storage_mwh, kind
    )


def write_register(path: Path, units: Sequence[MarketUnit]) -> Path:
    """Write units as the CSV register that :func:`workbench.market.inputs.units_register.read_register` reads.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["DUID", "Site Name", "Region", "Fuel", "Owner", "Capacity (MW)", "Storage (MWh)", "Kind"]
    )
    for unit in units:
        numbers = [
            "" if math.isnan(value) else f"{value:g}" for value in (unit.capacity_mw, unit.storage_mwh)
        ]
        writer.writerow(
            [unit.name, unit.station, unit.region, unit.fuel, unit.owner, *numbers, str(unit.kind)]
        )
    write_text(path, text.getvalue())
    return path
