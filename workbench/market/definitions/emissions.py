"""Carbon dioxide of generation: factors by fuel, their source, and the intensity of a mix.

Direct emissions of burning the fuel. A factor is the carbon content of the fuel, IPCC (2006), Guidelines for
National Greenhouse Gas Inventories, volume 2, table 2.2 [kg CO2/GJ], over an efficiency that is assumed for plants
of its kind: ``factor [t/MWh] = content * 3.6 / efficiency / 1000``. A market's description can give its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

GJ_PER_MWH = 3.6
GIVEN = "given in market.toml"
NO_FACTOR = "no factor"
NONE_BURNT = "nothing fossil is burnt"


@dataclass(frozen=True, slots=True)
class EmissionFactor:
    """Emissions of a unit of electricity.

    Parameters
    ----------
    tonnes_per_mwh
        The factor [t CO2/MWh].
    source
        Where it is from.
    """

    tonnes_per_mwh: float
    source: str


def burnt(content: float, efficiency: float) -> EmissionFactor:
    """Give the factor of a fuel of some carbon content [kg CO2/GJ] in plants of some efficiency [1]."""
    return EmissionFactor(
        content * GJ_PER_MWH / efficiency / 1000.0,
        f"IPCC 2006, {content:g} kg/GJ, at an assumed efficiency of {100 * efficiency:g} %",
    )


_BITUMINOUS, _LIGNITE, _GAS, _GAS_OIL, _FUEL_OIL, _PEAT = 94.6, 101.0, 56.1, 74.1, 77.4, 106.0
FACTORS: Mapping[str, EmissionFactor] = {
    "coal": burnt(_BITUMINOUS, 0.36),
    "hard coal": burnt(_BITUMINOUS, 0.38),
    "brown coal": burnt(_LIGNITE, 0.36),
    "lignite": burnt(_LIGNITE, 0.36),
    "gas": burnt(_GAS, 0.48),
    "ccgt": burnt(_GAS, 0.50),
    "ocgt": burnt(_GAS, 0.33),
    "gas other": burnt(_GAS, 0.36),
    "oil": burnt(_FUEL_OIL, 0.35),
    "distillate": burnt(_GAS_OIL, 0.35),
    "peat": burnt(_PEAT, 0.36),
    **dict.fromkeys(
        ("nuclear", "water", "hydro", "wind", "wind onshore", "wind offshore", "solar", "rooftop solar",
         "geothermal", "biomass", "other renewable"),
        EmissionFactor(0.0, NONE_BURNT),
    ),
}  # fmt: skip
"""Fuel, in lower case -> factor; of other fuels none is known."""


def factor_of(fuel: str, given: Mapping[str, float], *, renewable: bool = False) -> EmissionFactor | None:
    """Give the factor of a fuel: what the market gives, else the usual one, else none.

    Parameters
    ----------
    fuel
        Its name.
    given
        Fuel -> factor of the market's description [t/MWh].
    renewable
        Whether it counts as renewable.
    """
    if fuel in given:
        return EmissionFactor(given[fuel], GIVEN)
    found = FACTORS.get(fuel.casefold())
    return EmissionFactor(0.0, NONE_BURNT) if found is None and renewable else found
