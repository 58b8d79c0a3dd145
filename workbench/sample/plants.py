"""The power plants of the sample state: what exists today and what can be built.

Columns carry the names that PyPSA gives them. Costs are round numbers of the size that Indian regulators
publish, at constant prices of FY 2024-25; the plants are fictitious.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from workbench.data.workbooks.writing import Column, SheetWriter, writing_workbook

CRORE = 1e7
PLANTS_FILE = "plants.xlsx"
SAMPLE_PEAK = 5590.0
"""Peak of the sample state in its last actual year [MW]: its plants fit to this."""


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant, or a contracted share in one outside the state."""

    name: str
    carrier: str
    p_nom: float
    efficiency: float
    marginal_cost: float
    fixed_cost: float
    build_year: int
    lifetime: int
    p_min_pu: float = 0.0
    max_hours: float | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """A kind of plant that can be built."""

    carrier: str
    capital_cost: float
    fixed_cost: float
    marginal_cost: float
    efficiency: float
    lifetime: int
    first_year: int
    p_nom_max: float
    max_hours: float | None = None


PLANTS = (
    Plant("Periya Dam", "hydro", 780, 0.90, 120, 1.9e6, 1976, 80),
    Plant("Vanagiri Dam", "hydro", 410, 0.90, 140, 2.1e6, 1988, 80),
    Plant("Small hydro", "hydro", 265, 0.88, 160, 2.6e6, 2009, 50),
    Plant("Samudra Thermal 1-2", "coal", 600, 0.355, 3150, 2.4e6, 2004, 30, 0.55),
    Plant("Samudra Thermal 3-4", "coal", 1200, 0.385, 2850, 2.3e6, 2014, 30, 0.55),
    Plant("Central coal, share", "coal", 1150, 0.375, 2950, 2.5e6, 2011, 30, 0.55),
    Plant("Central nuclear, share", "nuclear", 420, 0.33, 1050, 4.6e6, 2013, 50, 0.80),
    Plant("Port Gas Turbine", "gas", 360, 0.49, 7900, 1.6e6, 2001, 30, 0.30),
    Plant("Diesel Station", "oil", 95, 0.38, 14200, 1.9e6, 1999, 30),
    Plant("Solar parks", "solar", 940, 1.0, 0, 0.65e6, 2020, 25),
    Plant("Solar contracts", "solar", 620, 1.0, 0, 0.60e6, 2023, 25),
    Plant("Ridge wind", "onwind", 385, 1.0, 0, 1.05e6, 2016, 25),
    Plant("Biomass", "biomass", 60, 0.28, 4100, 3.4e6, 2012, 25, 0.30),
    Plant("Vanagiri Pumped Storage", "pumped hydro", 250, 0.77, 0, 1.9e6, 2019, 60, 0.0, 7.0),
    Plant("Harbour Battery", "battery", 50, 0.86, 0, 0.9e6, 2024, 15, 0.0, 2.0),
    Plant("Power exchange", "market", 900, 1.0, 5600, 0.0, 2010, 99),
)

OPTIONS = (
    Option("solar", 3.9 * CRORE, 0.55e6, 0, 1.0, 25, 2026, 9000),
    Option("onwind", 7.8 * CRORE, 1.0e6, 0, 1.0, 25, 2027, 2500),
    Option("offwind", 18.5 * CRORE, 3.2e6, 0, 1.0, 25, 2031, 3000),
    Option("coal", 9.6 * CRORE, 2.3e6, 2900, 0.40, 30, 2031, 1600),
    Option("gas", 5.2 * CRORE, 1.5e6, 7600, 0.55, 30, 2029, 800),
    Option("nuclear", 16.0 * CRORE, 4.8e6, 1000, 0.33, 60, 2035, 1400),
    Option("hydro", 11.5 * CRORE, 2.2e6, 100, 0.90, 80, 2032, 350),
    Option("pumped hydro", 6.4 * CRORE, 1.9e6, 0, 0.78, 60, 2030, 1500, 8.0),
    Option("battery", 4.4 * CRORE, 0.8e6, 0, 0.87, 15, 2026, 4000, 4.0),
)

# Carrier -> tonnes of CO2 per MWh of heat: 96.1, 56.1 and 74.1 kg/GJ for sub-bituminous coal, natural gas and
# diesel oil (IPCC 2006 guidelines, volume 2, table 1.4) times 3.6. Biomass is zero, as in national inventories.
EMISSIONS = {
    "coal": 0.346,
    "gas": 0.202,
    "oil": 0.267,
    "biomass": 0.0,
    "nuclear": 0.0,
    "hydro": 0.0,
    "solar": 0.0,
    "onwind": 0.0,
    "offwind": 0.0,
    "pumped hydro": 0.0,
    "battery": 0.0,
    # All-India grid average, per MWh bought (Central Electricity Authority, CO2 Baseline Database).
    "market": 0.71,
}

_NOTES = {
    "name": ("", "Plants outside the state are contracted shares."),
    "carrier": ("", "Source of energy, or kind of storage."),
    "p_nom": ("MW", "Capacity at the grid."),
    "p_nom_max": ("MW", "The most that can be built in all years together."),
    "efficiency": ("MWh/MWh", "Electricity per heat; for storage, of a full cycle."),
    "capital_cost": ("INR/MW", "To build one MW, without interest during construction; not yet an annuity."),
    "marginal_cost": ("INR/MWh", "Fuel and other costs of one more MWh of electricity."),
    "fixed_cost": ("INR/MW per year", "Operation and maintenance."),
    "build_year": ("", "First fiscal year in operation."),
    "first_year": ("", "First fiscal year in which it can be in operation."),
    "lifetime": ("years", "Technical."),
    "p_min_pu": ("per unit", "Least output while in operation, as a part of the capacity."),
    "max_hours": ("h", "Energy over capacity of a storage; blank for a plant without one."),
}


def write_plants(
    path: Path | str, plants: Sequence[Plant] = PLANTS, options: Sequence[Option] = OPTIONS
) -> Path:
    """Write the plants as a workbook: ``plants``, ``options`` and ``carriers``.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    return _write(
        path,
        plants,
        options,
        (
            "The unit of each column is in the note of its heading; prices are those of FY 2024-25.",
            "All plants are fictitious.",
        ),
    )


def write_plant_template(path: Path | str) -> Path:
    """Write the same workbook without plants and options, to fill in; emissions of the usual carriers are there.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    return _write(
        path,
        (),
        (),
        (
            "One plant in a row; name, carrier and p_nom are needed, and efficiency where the carrier emits.",
            "A carrier of your own gets a row on the sheet carriers. options may stay blank: nothing is built.",
            "The unit of each column is in the note of its heading.",
        ),
    )


def _write(
    path: Path | str, plants: Sequence[Plant], options: Sequence[Option], remarks: Sequence[str]
) -> Path:
    lines = (
        "Power plants",
        "plants: what exists today. options: what can be built. carriers: emissions.",
        *remarks,
    )
    with writing_workbook(path, {"title": "Power plants"}) as book:
        readme = book.sheet("read me")
        readme.text(lines, title=True)
        readme.width(0, 90)
        _write_records(book.sheet("plants"), Plant, plants)
        _write_records(book.sheet("options"), Option, options)
        note = "Of the fuel's heat; of the electricity bought for market."
        carriers = book.sheet("carriers")
        carriers.table(
            [
                Column("carrier", list(EMISSIONS)),
                Column("co2_emissions", list(EMISSIONS.values()), "t/MWh", note, "0.000"),
            ]
        )
        carriers.freeze(1)
    return Path(path)


def scaled_plants(factor: float) -> tuple[tuple[Plant, ...], tuple[Option, ...]]:
    """Give the plants and options of the sample state with every capacity [MW] times a factor."""
    plants = tuple(replace(plant, p_nom=round(plant.p_nom * factor, 1)) for plant in PLANTS)
    options = tuple(replace(option, p_nom_max=round(option.p_nom_max * factor, 1)) for option in OPTIONS)
    return plants, options


def _write_records(
    sheet: SheetWriter, kind: type[Plant | Option], records: Sequence[Plant] | Sequence[Option]
) -> None:
    columns = [
        Column(item.name, [getattr(record, item.name) for record in records], *_NOTES[item.name])
        for item in fields(kind)
    ]
    sheet.table(columns)
    sheet.freeze(1, 1)
