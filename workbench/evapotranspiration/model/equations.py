"""The equations of reference evapotranspiration, and what each of them needs to know of a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Equation(StrEnum):
    """How reference evapotranspiration is computed."""

    FAO56 = "fao56"
    """Penman-Monteith over grass of 0.12 m."""
    ASCE_SHORT = "asce_short"
    """The same in daily steps, by the standard of ASCE-EWRI."""
    ASCE_TALL = "asce_tall"
    """Penman-Monteith over alfalfa of 0.5 m."""
    HARGREAVES = "hargreaves"
    """From the extremes of temperature alone."""
    PRIESTLEY_TAYLOR = "priestley_taylor"
    """From radiation, without wind."""


class TimeStep(StrEnum):
    """In which steps the weather of files goes through the equation."""

    DAILY = "daily"
    """Hours are made days of extremes, means and sums first."""
    HOURLY = "hourly"
    """Hours go through the hourly equation, and are summed to days."""


@dataclass(frozen=True, slots=True)
class EquationFacts:
    """What is known of an equation.

    Parameters
    ----------
    title
        What a person reads.
    needs_wind, needs_radiation, needs_humidity
        What it uses beside the extremes of temperature.
    """

    title: str
    needs_wind: bool = True
    needs_radiation: bool = True
    needs_humidity: bool = True

    @property
    def columns(self) -> frozenset[str]:
        """Columns of the weather without which it cannot be computed as it is meant."""
        wanted = {"tmax": True, "tmin": True, "u2": self.needs_wind, "rs": self.needs_radiation}
        return frozenset(name for name, needed in wanted.items() if needed)


EQUATIONS: Mapping[Equation, EquationFacts] = {
    Equation.FAO56: EquationFacts("FAO-56 Penman-Monteith"),
    Equation.ASCE_SHORT: EquationFacts("ASCE Penman-Monteith, short reference"),
    Equation.ASCE_TALL: EquationFacts("ASCE Penman-Monteith, tall reference"),
    Equation.HARGREAVES: EquationFacts(
        "Hargreaves", needs_wind=False, needs_radiation=False, needs_humidity=False
    ),
    Equation.PRIESTLEY_TAYLOR: EquationFacts("Priestley-Taylor", needs_wind=False),
}
GRASS = frozenset((Equation.FAO56, Equation.ASCE_SHORT))
"""In daily steps one and the same: what services deliver, what references hold, what crop coefficients are for."""
HOURLY = frozenset((Equation.FAO56, Equation.ASCE_SHORT, Equation.ASCE_TALL))
"""Those that have a form for hours."""
