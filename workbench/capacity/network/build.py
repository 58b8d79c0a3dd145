"""From a checked system to a PyPSA network of one year, or of several investment periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.capacity.config import CapacityConfig, Commitment, value_in
from workbench.capacity.model.pypsa_import import pypsa
from workbench.capacity.model.system import ASSUMED_WACC, Candidate, Kind, Plant, System, at
from workbench.capacity.network.timeline import Year, cost_with_carbon, least_output
from workbench.charts.palette import carrier_colour

if TYPE_CHECKING:
    from pypsa import Network

UNSERVED = "unserved"
EXISTING, BUILT = "existing", "built"


@dataclass(frozen=True, slots=True)
class Asset:
    """One component of the network that represents a plant or for a vintage of a candidate."""

    name: str
    item: Plant | Candidate
    build_year: int
    lifetime: float
    p_nom: float = 0.0
    extendable: bool = False
    p_nom_min: float = 0.0
    p_nom_max: float = float("inf")
    capital_cost: float = 0.0
    """Annuity, per MW (MWh) and year."""
    origin: str = EXISTING


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A network that is ready to solve, and what it was made from."""

    network: Network
    system: System
    config: CapacityConfig
    years: tuple[Year, ...]
    assets: tuple[Asset, ...]
    period_years: dict[int, float]
    """Years that each investment period represents."""
    previous_year: int
    """Year from which on the first one's building is counted."""

    @property
    def is_multi_period(self) -> bool:
        """Whether the years are investment periods of one problem."""
        return len(self.years) > 1


def build_plan(
    system: System,
    config: CapacityConfig,
    years: Sequence[Year],
    built: Sequence[Asset] = (),
    previous_year: int | None = None,
) -> Plan:
    """Build the network.

    Parameters
    ----------
    system
        What is planned.
    config
        The settings.
    years
        One year, or the investment periods of one problem.
    built
        What earlier years of a rolling plan have built.
    previous_year
        Year before the first that build limits count from; the year before it when left out.
    """
    numbers = [year.year for year in years]
    assets = [*_standing(system, config, numbers), *built]
    if not config.rolling_horizon:
        # A window of a few days cannot tell what is worth building.
        assets += _vintages(system, config, numbers, built, previous_year)
    network: Any = pypsa().Network()
    spans = _set_snapshots(network, config, years)
    _add_carriers(network, system)
    network.add("Bus", list(system.buses), carrier="AC")
    _add_links(network, system)
    before = numbers[0] - 1 if previous_year is None else previous_year
    plan = Plan(network, system, config, tuple(years), tuple(assets), spans, before)
    for kind in Kind:
        _add_assets(plan, kind)
    _add_load(plan)
    _add_limits(plan)
    return plan


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
                plant.extendable and not config.rolling_horizon,
                max(plant.p_nom, plant.p_nom_min) if plant.extendable else 0.0,
                max(plant.p_nom_max, plant.p_nom),
            )
        )
    return found


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


def _set_snapshots(network: Any, config: CapacityConfig, years: Sequence[Year]) -> dict[int, float]:
    weights = np.concatenate([year.selection.weights for year in years])
    hours = np.concatenate([np.full(len(year.times), float(year.selection.hours)) for year in years])
    if len(years) == 1:
        network.set_snapshots(years[0].times)
        spans = {years[0].year: 1.0}
    else:
        numbers = [year.year for year in years]
        index = pd.MultiIndex.from_arrays(
            [
                np.repeat(numbers, [len(year.times) for year in years]),
                np.concatenate([year.times.to_numpy() for year in years]),
            ],
            names=["period", "timestep"],
        )
        network.set_snapshots(index)
        network.investment_periods = numbers
        spans = _spans(numbers)
        rate = config.social_discount_rate / 100
        table = network.investment_period_weightings
        table["years"] = [spans[number] for number in numbers]
        table["objective"] = [
            sum((1 + rate) ** -(number - numbers[0] + step) for step in range(int(spans[number])))
            for number in numbers
        ]
        network.investment_period_weightings = table
    weightings = network.snapshot_weightings
    # Storage lives in the hours of a snapshot itself; costs and energies in those that it represents.
    weightings["objective"], weightings["generators"], weightings["stores"] = weights, weights, hours
    network.snapshot_weightings = weightings
    return spans


def _spans(years: list[int]) -> dict[int, float]:
    gaps = [float(right - left) for left, right in pairwise(years)]
    return dict(zip(years, [*gaps, gaps[-1]], strict=True))


def _add_carriers(network: Network, system: System) -> None:
    names = [*system.carriers, UNSERVED, "AC"]
    links = sorted({line.carrier for line in system.lines} - set(names))
    names += links
    network.add(
        "Carrier",
        names,
        co2_emissions=[system.carriers[n].co2_emissions if n in system.carriers else 0.0 for n in names],
        color=[
            (system.carriers[n].colour if n in system.carriers else "") or carrier_colour(n) for n in names
        ],
    )


def _add_links(network: Any, system: System) -> None:
    lines = system.lines
    if not lines:
        return
    network.add(
        "Link",
        [line.name for line in lines],
        **{
            key: [getattr(line, key) for line in lines]
            for key in (
                "bus0",
                "bus1",
                "p_nom",
                "efficiency",
                "p_max_pu",
                "p_min_pu",
                "marginal_cost",
                "capital_cost",
                "carrier",
            )
        },
        p_nom_extendable=[line.extendable for line in lines],
    )


def _add_assets(plan: Plan, kind: Kind) -> None:
    assets = [asset for asset in plan.assets if asset.item.kind is kind]
    if not assets:
        return
    nominal = "e_nom" if kind is Kind.STORE else "p_nom"
    columns: dict[str, Any] = {
        "bus": [asset.item.bus for asset in assets],
        "carrier": [asset.item.carrier for asset in assets],
        nominal: [asset.p_nom for asset in assets],
        f"{nominal}_extendable": [asset.extendable for asset in assets],
        f"{nominal}_min": [asset.p_nom_min for asset in assets],
        f"{nominal}_max": [asset.p_nom_max for asset in assets],
        "capital_cost": [asset.capital_cost for asset in assets],
        "fom_cost": [asset.item.fixed_cost for asset in assets],
        "build_year": [asset.build_year for asset in assets],
        "lifetime": [asset.lifetime for asset in assets],
        "marginal_cost": _marginal_costs(plan, assets),
    }
    if kind is Kind.GENERATOR:
        columns |= _generator_columns(plan, assets)
    elif kind is Kind.STORAGE_UNIT:
        columns |= {
            "max_hours": [asset.item.max_hours for asset in assets],
            "efficiency_store": [asset.item.efficiency_store for asset in assets],
            "efficiency_dispatch": [asset.item.efficiency for asset in assets],
            "cyclic_state_of_charge": not plan.config.rolling_horizon,
            "cyclic_state_of_charge_per_period": plan.is_multi_period,
            "p_min_pu": -1.0,
        }
    else:
        columns |= {"e_cyclic": not plan.config.rolling_horizon, "e_cyclic_per_period": plan.is_multi_period}
    plan.network.add(str(kind), [asset.name for asset in assets], **columns)


def _generator_columns(plan: Plan, assets: list[Asset]) -> dict[str, Any]:
    on = plan.config.commitment is not Commitment.OFF
    committed = [on and isinstance(a.item, Plant) and a.item.committable for a in assets]
    columns: dict[str, Any] = {
        "efficiency": [asset.item.efficiency for asset in assets],
        "committable": committed,
        "p_max_pu": _profiles(plan, assets),
        # Least output is for units that can be switched; where none is switched it would hold all the year.
        "p_min_pu": _least_outputs(plan, assets, committed),
    }
    if on:
        keys = {key for a in assets if isinstance(a.item, Plant) for key in a.item.options}
        defaults = {"ramp_limit_up": np.nan, "ramp_limit_down": np.nan}
        for key in sorted(keys):
            columns[key] = [
                a.item.options.get(key, defaults.get(key, 0.0))
                if isinstance(a.item, Plant)
                else defaults.get(key, 0.0)
                for a in assets
            ]
    return columns


def _marginal_costs(plan: Plan, assets: list[Asset]) -> Any:
    price = plan.config.co2_price
    table = {
        asset.name: [cost_with_carbon(plan.system, asset.item, year.year, price) for year in plan.years]
        for asset in assets
    }
    if not plan.is_multi_period:
        return [costs[0] for costs in table.values()]
    lengths = [len(year.times) for year in plan.years]
    values = {name: np.repeat(costs, lengths) for name, costs in table.items()}
    return pd.DataFrame(values, index=plan.network.snapshots)


def _profiles(plan: Plan, assets: list[Asset]) -> pd.DataFrame:
    columns = {}
    for asset in assets:
        parts = []
        for year in plan.years:
            profile = year.profiles.get(asset.item.name)
            parts.append(np.ones(len(year.times)) if profile is None else year.selection.average(profile))
        columns[asset.name] = np.concatenate(parts)
    return pd.DataFrame(columns, index=plan.network.snapshots)


def _least_outputs(plan: Plan, assets: list[Asset], committed: list[bool]) -> pd.DataFrame:
    columns = {}
    for asset, switched in zip(assets, committed, strict=True):
        parts = []
        for year in plan.years:
            given = least_output(plan.system, asset.item, year.hours)
            own = asset.item.p_min_pu if switched else 0.0
            parts.append(np.full(len(year.times), own) if given is None else year.selection.average(given))
        columns[asset.name] = np.concatenate(parts)
    return pd.DataFrame(columns, index=plan.network.snapshots)


def _add_load(plan: Plan) -> None:
    network, bus = plan.network, plan.system.buses[0]
    if "Main_Bus" in plan.system.buses:
        bus = "Main_Bus"
    load = np.concatenate([year.selected_load for year in plan.years])
    network.add("Load", ["Load"], bus=bus, p_set=pd.DataFrame({"Load": load}, index=network.snapshots))
    if plan.config.unserved_cost > 0:
        network.add(
            "Generator",
            ["Unserved load"],
            bus=bus,
            carrier=UNSERVED,
            p_nom=float(load.max()),
            marginal_cost=plan.config.unserved_cost,
        )


def _add_limits(plan: Plan) -> None:
    """Limits that PyPSA knows by itself."""
    network, config = plan.network, plan.config
    for year in plan.years:
        period = year.year if plan.is_multi_period else np.nan
        span = plan.period_years[year.year]
        cap = value_in(config.co2_limit, year.year)
        if cap is not None:
            network.add(
                "GlobalConstraint",
                f"CO2 limit {year.year}",
                type="primary_energy",
                carrier_attribute="co2_emissions",
                sense="<=",
                constant=cap * 1e6 * span,
                investment_period=period,
            )
        for carrier, energy in config.energy_limits.items():
            network.add(
                "GlobalConstraint",
                f"Energy limit {carrier} {year.year}",
                type="operational_limit",
                carrier_attribute=carrier,
                sense="<=",
                constant=energy * 1e3 * span,
                investment_period=period,
            )
