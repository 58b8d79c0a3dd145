"""What stands in a network: existing plants and links, and what can be added of each in a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.capacity.config import CapacityConfig
from workbench.capacity.model.system import (
    ASSUMED_WACC,
    Candidate,
    Line,
    Plant,
    System,
    at,
    expansion_of,
)

EXISTING, BUILT, SALE = "existing", "built", "sale"


@dataclass(frozen=True, slots=True)
class Asset:
    """One component of the network: an existing plant or link, or what is added of one in a year."""

    name: str
    item: Plant | Candidate | Line
    build_year: int
    lifetime: float
    p_nom: float = 0.0
    extendable: bool = False
    p_nom_min: float = 0.0
    p_nom_max: float = float("inf")
    capital_cost: float = 0.0
    """Annuity, per MW (MWh) and year."""
    origin: str = EXISTING

    @property
    def plant(self) -> Plant | Candidate:
        """What it is of, where it is no link."""
        assert not isinstance(self.item, Line)
        return self.item


def assets_of(
    system: System,
    config: CapacityConfig,
    years: list[int],
    built: Sequence[Asset] = (),
    previous_year: int | None = None,
) -> list[Asset]:
    """List what exists in some years, what earlier years of a rolling plan have built, and what can be built.

    Parameters
    ----------
    system
        What is planned.
    config
        The settings.
    years
        Planned years.
    built
        What earlier years have built.
    previous_year
        Year before the first that pipelines count from; the year before it when left out.
    """
    assets = [*_standing(system, config, years), *_existing_links(system), *built]
    if not config.rolling_horizon:
        # A window of a few days cannot tell what is worth building.
        assets += _vintages(system, config, years, built, previous_year)
        assets += _link_vintages(system, years)
    return assets


def retirements_of(system: System, config: CapacityConfig) -> list[tuple[int, str, str, float, str]]:
    """List the plants that are gone by the last planned year: first year without, name, carrier, capacity, reason.

    Parameters
    ----------
    system
        What is planned.
    config
        The settings.
    """
    found = []
    for plant in system.plants:
        end, asked = plant.build_year + plant.lifetime, config.retirements.get(plant.name, np.inf)
        if min(end, asked) > config.years[-1]:
            continue
        reason = "setting retirements"
        if end <= asked:
            reason = f"past its life: built {plant.build_year}, for {plant.lifetime:g} years"
        found.append((int(min(end, asked)), plant.name, plant.carrier, plant.p_nom, reason))
    return sorted(found)


def _standing(system: System, config: CapacityConfig, years: list[int]) -> list[Asset]:
    found = []
    for plant in system.plants:
        end = plant.build_year + plant.lifetime
        end = min(end, config.retirements.get(plant.name, end))
        if plant.build_year > years[-1] or end <= years[0]:
            continue
        found.append(
            Asset(
                plant.name,
                plant,
                plant.build_year,
                end - plant.build_year,
                plant.p_nom,
                origin=SALE if plant.sells else EXISTING,
            )
        )
    return found


def _existing_links(system: System) -> list[Asset]:
    return [Asset(line.name, line, 0, np.inf, line.p_nom) for line in system.lines]


def _link_vintages(system: System, years: list[int]) -> list[Asset]:
    return [
        Asset(
            f"{expansion_of(line.name)} {year}",
            line,
            year,
            np.inf,
            extendable=True,
            capital_cost=line.capital_cost,
            origin=BUILT,
        )
        for year in years
        for line in system.lines
        if line.extendable
    ]


def _vintages(
    system: System, config: CapacityConfig, years: list[int], built: Sequence[Asset], previous: int | None
) -> list[Asset]:
    found = []
    before = years[0] - 1 if previous is None else previous
    for year in years:
        for item in system.candidates:
            if item.first_year > year:
                continue
            existing = sum(asset.p_nom for asset in built if asset.item is item)
            minimum = sum(mw for when, mw in item.min_new.items() if before < when <= year)
            maximum = item.p_nom_max - existing
            if item.max_new:
                maximum = min(maximum, sum(mw for when, mw in item.max_new.items() if before < when <= year))
            found.append(
                Asset(
                    f"{item.name} {year}",
                    item,
                    year,
                    item.lifetime,
                    0.0,
                    True,
                    minimum,
                    max(maximum, 0.0),
                    _annuity(system, config, item, year),
                    BUILT,
                )
            )
        before = year
    return found


def _annuity(system: System, config: CapacityConfig, item: Candidate, year: int) -> float:
    wacc = ASSUMED_WACC if system.wacc is None else system.wacc
    rate = at(wacc, year) if config.discount_rate is None else config.discount_rate / 100
    return at(item.capital_cost, year) * annuity(rate, item.lifetime)


def annuity(rate: float, lifetime: float) -> float:
    """Yearly payment for one unit of money over a lifetime [1/year]: r / (1 - (1 + r)^-n)."""
    return 1 / lifetime if rate == 0 else rate / (1 - (1 + rate) ** -lifetime)
