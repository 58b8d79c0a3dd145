"""The demand of the sample state: a made-up economy, and the sales that follow from it.

Everything is fictitious, of the size of a middling Indian coastal state. Growth of sales follows growth of
drivers by an elasticity, plus a year-to-year noise; fiscal year 2020-21 has the dip of the pandemic in the
sectors that stagnated, and a rise where people stayed at home.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.demand.inputs.template import DemandContent, Indicator, Role, SectorInput

STATE = "Samudra Pradesh"
FIRST_YEAR, LAST_YEAR, TARGET_YEAR = 2006, 2025, 2037
PANDEMIC_YEAR = 2021
LOSSES = {2006: 21.4, 2012: 16.2, 2018: 12.6, 2022: 10.4, 2025: 9.6, 2030: 8.5, 2037: 7.5}
LOAD_FACTOR_LATER = {2030: 68.0, 2037: 64.0}
EFFICIENCY = (
    ("Efficient lighting and pumps", 2026, 0.0),
    ("Efficient lighting and pumps", 2037, -1_150_000.0),
)

YEARS = np.arange(FIRST_YEAR, LAST_YEAR + 1)


@dataclass(frozen=True, slots=True)
class _Sector:
    """A sector's sales in the first year [MWh], its elasticities, and what the pandemic did [share]."""

    name: str
    title: str
    first: float
    elasticities: dict[str, float]
    trend: float
    noise: float
    pandemic: float
    solar_share: float


_SECTORS = (
    _Sector("Domestic", "Domestic", 5.1e6, {"GSDP": 0.45, "No of Households": 0.9}, 0.016, 0.012, 0.06, 46.0),
    _Sector("Commercial", "Commercial", 1.35e6, {"Commercial GVA": 1.02}, 0.0, 0.018, -0.055, 22.0),
    _Sector(
        "Agriculture",
        "Agriculture",
        0.62e6,
        {"Agriculture GVA": 0.5, "Rainfall": -0.25},
        0.022,
        0.03,
        0.02,
        8.0,
    ),
    _Sector(
        "Industry_HT", "Industry, high tension", 3.4e6, {"Manufacturing GVA": 0.8}, 0.0, 0.02, -0.04, 16.0
    ),
    _Sector(
        "Industry_LT", "Industry, low tension", 0.98e6, {"Manufacturing GVA": 0.5}, 0.0, 0.015, -0.02, 6.0
    ),
    _Sector("Public_lighting", "Public lighting", 0.22e6, {"Total Population": 1.0}, 0.02, 0.02, -0.02, 1.0),
    _Sector("Railways", "Railway traction", 0.09e6, {"GSDP": 1.1}, 0.02, 0.03, -0.48, 1.0),
    _Sector("Bulk_supply", "Bulk supply to licensees", 0.31e6, {"GSDP": 0.55}, 0.0, 0.02, -0.18, 0.0),
)


def sample_demand(rng: np.random.Generator) -> DemandContent:
    """Make the demand inputs of the sample state.

    Parameters
    ----------
    rng
        Source of the noise; the same state of it gives the same content.

    Returns
    -------
    DemandContent
        20 fiscal years of eight sectors, electric vehicles, green hydrogen and rooftop solar [MWh], with
        projections of the last three to 2037; load factors are left to the hourly load.
    """
    indicators = _economy(rng)
    drivers = {
        item.name: np.array([item.values[int(year)] for year in YEARS], dtype=float) for item in indicators
    }
    sectors = [_sector(item, drivers, rng) for item in _SECTORS]
    sectors += [_electric_vehicles(rng), _hydrogen(), _rooftop_solar(rng)]
    return DemandContent(
        region=STATE,
        start_year=LAST_YEAR + 1,
        end_year=TARGET_YEAR,
        sectors=sectors,
        indicators=indicators,
        losses=LOSSES,
        policy=EFFICIENCY,
    )


def sales_in(content: DemandContent, year: int) -> float:
    """Sum what consumers drew from the grid in a year [MWh]; rooftop solar counts negative."""
    return sum(sector.electricity.get(year) or 0.0 for sector in content.sectors)


def requirement_in(content: DemandContent, year: int) -> float:
    """Energy that must be fed into the grid in a year [MWh]: sales / (1 - losses), losses linear between."""
    loss = float(np.interp(year, list(content.losses), list(content.losses.values()))) / 100
    return sales_in(content, year) / (1 - loss)


def _economy(rng: np.random.Generator) -> list[Indicator]:
    # GVA growth by part of the economy: trend, noise, and what the pandemic year did to the level.
    population = 29.6e6 * np.cumprod(np.r_[1.0, 1 + np.linspace(0.0098, 0.0046, YEARS.size - 1)])
    households = population / np.linspace(4.75, 4.02, YEARS.size)
    rainfall = 2350 * (1 + 0.13 * rng.standard_normal(YEARS.size))
    wet = np.clip((rainfall / 2350 - 1) * 0.15, -0.03, 0.03)
    agriculture = _level(2.9e6, _growth(0.017, 0.018, rng) + wet[1:], 0.01)
    manufacturing = _level(4.4e6, _growth(0.064, 0.022, rng), -0.13)
    commercial = _level(10.6e6, _growth(0.068, 0.012, rng), -0.15)
    # The rest: taxes less subsidies, mining, construction, public services.
    gsdp = (agriculture + manufacturing + commercial) * np.linspace(1.16, 1.14, YEARS.size)
    return [
        _indicator("Total Population", "persons", np.round(population, -3), (0.42, 0.42, 0.42)),
        _indicator("GSDP", "₹ lakh, constant prices", np.round(gsdp), (6.2, 7.2, 5.0)),
        _indicator(
            "Per Capita GSDP", "₹ lakh per person, constant prices", gsdp / population, (5.8, 6.8, 4.6)
        ),
        _indicator("Agriculture GVA", "₹ lakh, constant prices", np.round(agriculture), (1.8, 2.4, 1.0)),
        _indicator("Manufacturing GVA", "₹ lakh, constant prices", np.round(manufacturing), (6.4, 7.8, 4.8)),
        _indicator("Commercial GVA", "₹ lakh, constant prices", np.round(commercial), (6.8, 7.8, 5.6)),
        _indicator("No of Households", "households", np.round(households, -2), (1.25, 1.35, 1.15)),
        _indicator("Rainfall", "mm per year", np.round(rainfall, 1), (0.0, 0.0, 0.0)),
    ]


def _growth(trend: float, noise: float, rng: np.random.Generator) -> Floats:
    return np.asarray(trend + noise * rng.standard_normal(YEARS.size - 1))


def _level(first: float, growth: Floats, pandemic: float) -> Floats:
    level = first * np.exp(np.r_[0.0, np.cumsum(growth)])
    # Two thirds of the loss are made good in the year after, the rest in the next.
    for year, share in ((PANDEMIC_YEAR, 1.0), (PANDEMIC_YEAR + 1, 0.33)):
        level[year - FIRST_YEAR] *= 1 + pandemic * share
    return np.asarray(level)


def _indicator(name: str, unit: str, values: Floats, growth: tuple[float, float, float]) -> Indicator:
    return Indicator(
        name, unit, {int(year): float(value) for year, value in zip(YEARS, values, strict=True)}, growth
    )


def _sector(item: _Sector, drivers: dict[str, Floats], rng: np.random.Generator) -> SectorInput:
    growth = np.full(YEARS.size - 1, item.trend)
    for name, elasticity in item.elasticities.items():
        growth += elasticity * np.diff(np.log(drivers[name]))
    # The noise belongs to the year, not to the growth: it does not add up over the years.
    level = item.first * np.exp(np.r_[0.0, np.cumsum(growth)] + item.noise * rng.standard_normal(YEARS.size))
    level[PANDEMIC_YEAR - FIRST_YEAR] *= 1 + item.pandemic
    level[PANDEMIC_YEAR + 1 - FIRST_YEAR] *= 1 + 0.3 * item.pandemic
    return SectorInput(
        item.name,
        item.title,
        drivers=tuple(item.elasticities),
        solar_share=item.solar_share,
        electricity={int(year): float(round(value)) for year, value in zip(YEARS, level, strict=True)},
    )


def _electric_vehicles(rng: np.random.Generator) -> SectorInput:
    """Vehicles on the road follow a logistic curve; a vehicle draws 1.6 MWh a year, all kinds together."""
    years = np.arange(2020, TARGET_YEAR + 1)
    energy = 6.4e6 / (1 + np.exp(-(years - 2036.5) / 3.1))
    actual = years <= LAST_YEAR
    energy[actual] *= 1 + 0.05 * rng.standard_normal(int(actual.sum()))
    return _layer("EV", "Electric vehicles", Role.EV, years, energy)


def _hydrogen() -> SectorInput:
    years = np.arange(2024, TARGET_YEAR + 1)
    energy = np.where(years < 2028, 0.0, 95_000 * 1.28 ** (years - 2028.0))
    return _layer("Green_hydrogen", "Green hydrogen", Role.HYDROGEN, years, energy)


def _rooftop_solar(rng: np.random.Generator) -> SectorInput:
    """Capacity [MW] times 1350 full-load hours, negative because it reduces what is drawn from the grid."""
    years = np.arange(2015, TARGET_YEAR + 1)
    energy = -1350 * 5200 / (1 + np.exp(-(years - 2030.0) / 3.4))
    actual = years <= LAST_YEAR
    energy[actual] *= 1 + 0.03 * rng.standard_normal(int(actual.sum()))
    return _layer("Rooftop_solar", "Rooftop solar", Role.SOLAR, years, energy)


def _layer(name: str, title: str, role: Role, years: NDArray[np.int64], energy: Floats) -> SectorInput:
    values = {int(year): float(round(value)) for year, value in zip(years, energy, strict=True)}
    return SectorInput(name, title, role, electricity=values, projected_from=LAST_YEAR + 1)
