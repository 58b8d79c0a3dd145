"""What is planned: buses, plants, candidates, carriers and the cell of each value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from workbench.data.arrays import Floats
from workbench.data.notes import Note
from workbench.data.problems import Problem

ByYear = Mapping[int, float]
T = TypeVar("T")

RENEWABLE_WORDS = ("solar", "wind", "hydro", "biomass", "biogas", "geothermal", "tidal", "waste", "ror")
STORAGE_WORDS = ("battery", "pumped", "psp", "phs", "bess", "storage", "hydrogen store")
BOUGHT_WORDS = ("market", "exchange", "import", "unserved", "tie-line")
UNSERVED, UNSERVED_LOAD = "unserved", "Unserved load"
"""Carrier and generator that stand for load that is not served."""
ASSUMED_WACC = 0.09
"""Cost of capital where neither the workbook nor the settings give one; a note says so."""


class Kind(StrEnum):
    """PyPSA component of a plant."""

    GENERATOR = "Generator"
    STORAGE_UNIT = "StorageUnit"
    STORE = "Store"
    LINK = "Link"


@dataclass(frozen=True, slots=True)
class Plant:
    """An existing plant. Costs are per MW and year, or per MWh, in the workbook's currency."""

    name: str
    carrier: str
    p_nom: float
    bus: str = "Main_Bus"
    kind: Kind = Kind.GENERATOR
    marginal_cost: ByYear | float = 0.0
    fixed_cost: ByYear | float = 0.0
    build_year: int = 0
    lifetime: float = float("inf")
    efficiency: float = 1.0
    p_min_pu: float = 0.0
    max_hours: float = 0.0
    efficiency_store: float = 1.0
    committable: bool = False
    options: Mapping[str, float] = field(default_factory=dict)
    """Further attributes of PyPSA: start_up_cost, min_up_time, ramp_limit_up …"""
    charging: float = 1.0
    """Charging power of a storage, over ``p_nom``; 0 for a reservoir that only generates."""
    sells: bool = False
    """Whether it takes power and pays for it: the export side of a market."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plant that can be built."""

    name: str
    carrier: str
    bus: str = "Main_Bus"
    kind: Kind = Kind.GENERATOR
    capital_cost: ByYear | float = 0.0
    """Overnight, per MW (per MWh for a store)."""
    fixed_cost: ByYear | float = 0.0
    marginal_cost: ByYear | float = 0.0
    efficiency: float = 1.0
    efficiency_store: float = 1.0
    lifetime: float = 25.0
    first_year: int = 0
    p_nom_max: float = float("inf")
    """MW (MWh for a store) in all years together."""
    min_new: ByYear = field(default_factory=dict)
    max_new: ByYear = field(default_factory=dict)
    """Pipeline: minimum and maximum new MW (MWh) of each year."""
    max_hours: float = 0.0
    p_min_pu: float = 0.0
    expands: str = ""
    """Existing plant that this is more of; its availability holds."""


@dataclass(frozen=True, slots=True)
class Line:
    """A link between two buses; where it is extendable, ``p_nom`` exists and more of it costs ``capital_cost``."""

    name: str
    bus0: str
    bus1: str
    p_nom: float
    efficiency: float = 1.0
    p_max_pu: float = 1.0
    p_min_pu: float = 0.0
    marginal_cost: float = 0.0
    capital_cost: float = 0.0
    """Per MW and year, of what is added."""
    extendable: bool = False
    carrier: str = "transmission"
    kind: Kind = Kind.LINK


@dataclass(frozen=True, slots=True)
class Carrier:
    """A source of energy, or a kind of storage."""

    name: str
    co2_emissions: float = 0.0
    """t per MWh of fuel (of electricity bought)."""
    colour: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Outage:
    """A planned outage, from the begin of the first day to the end of the last one."""

    plant: str
    first: tuple[int, int, int]
    """Calendar year (0: every year), month and day."""
    last: tuple[int, int, int]
    part: float = 1.0
    """Part of the capacity that is out."""


@dataclass(frozen=True, slots=True)
class System:
    """Everything that a workbook says, checked.

    ``cells`` gives the place of a value: ``(component name, attribute) -> "sheet 'Generators', cell D7"``.
    """

    path: Path
    sha256: str
    buses: tuple[str, ...]
    plants: tuple[Plant, ...]
    candidates: tuple[Candidate, ...]
    carriers: Mapping[str, Carrier]
    lines: tuple[Line, ...] = ()
    demand: Mapping[int, Floats] = field(default_factory=dict)
    """MW by hour of each fiscal year, of all buses together."""
    zones: Mapping[int, Mapping[str, Floats]] = field(default_factory=dict)
    """Part of the load at each bus by hour, by fiscal year; without any, all is at the main bus."""
    p_max_pu: Mapping[str, Floats] = field(default_factory=dict)
    """Availability by carrier or plant, one value an hour of a year."""
    p_min_pu: Mapping[str, Floats] = field(default_factory=dict)
    inflow: Mapping[str, Floats] = field(default_factory=dict)
    """Water into a reservoir by hour [MW, before the efficiency of its turbines], by name of a storage."""
    prices: Mapping[str, Mapping[int, Floats]] = field(default_factory=dict)
    """Price of a market by hour [currency/MWh], by name and fiscal year (0: of every year)."""
    outages: tuple[Outage, ...] = ()
    locations: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Longitude and latitude [degrees] of buses."""
    wacc: ByYear | float | None = None
    """Cost of capital as a part of one; None where the workbook gives none."""
    monthly_limits: Mapping[tuple[str, int], float] = field(default_factory=dict)
    """Highest capacity factor by carrier and calendar month."""
    cycles: Mapping[str, float] = field(default_factory=dict)
    custom_days: tuple[str, ...] = ()
    futures: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Name of a future -> factors on ``demand`` and on fuel costs by carrier."""
    settings: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[tuple[str, str], str] = field(default_factory=dict)
    currency: str = ""
    """Code of the currency that the workbook names; empty where it names none."""
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()
    """What was assumed for blank cells, and what nothing reads."""

    def place(self, name: str, *attributes: str) -> str:
        """Where a value of a component is written; empty when it is not of the workbook."""
        for attribute in attributes:
            found = self.cells.get((name, attribute))
            if found:
                return found
        return self.cells.get((name, "name"), "")


SALES = " export"
"""End of the name and carrier of what a market buys from the plan."""


def main_bus(system: System) -> str:
    """Bus that carries the load, where no zones are given."""
    return "Main_Bus" if "Main_Bus" in system.buses else system.buses[0]


def of_year(values: Mapping[int, T], year: int) -> T | None:
    """What holds in a year: its own, else that of the last one before it, else of the first; None without any."""
    earlier = [known for known in values if known <= year]
    return values[max(earlier) if earlier else min(values)] if values else None


def expansion_of(name: str) -> str:
    """Name of the candidate that is more of an existing plant or link."""
    return f"{name} expansion"


def at(values: ByYear | float, year: int) -> float:
    """Value of a year; a year that is not given takes that of the last one before it, else of the first."""
    return float(of_year(values, year) or 0.0) if isinstance(values, Mapping) else float(values)


def is_renewable(carrier: str) -> bool:
    """Whether energy of this carrier counts as renewable: no storage, nothing bought on a market."""
    name = carrier.lower()
    if any(word in name for word in (*STORAGE_WORDS, *BOUGHT_WORDS)):
        return False
    return any(word in name for word in RENEWABLE_WORDS)


def is_variable(carrier: str) -> bool:
    """Whether the weather decides on the output."""
    name = carrier.lower()
    return is_renewable(carrier) and any(word in name for word in ("solar", "wind", "ror"))


def needs_efficiency(carrier: str, co2_emissions: float) -> bool:
    """Whether results hang on the efficiency of a plant: it burns a fuel that emits, and is not bought."""
    return co2_emissions > 0 and not any(word in carrier.lower() for word in BOUGHT_WORDS)


def is_storage(carrier: str) -> bool:
    """Whether a carrier is a kind of storage."""
    return any(word in carrier.lower() for word in STORAGE_WORDS)
