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
from workbench.capacity.model.system import (
    UNSERVED,
    UNSERVED_LOAD,
    Candidate,
    Kind,
    Plant,
    System,
    at,
    main_bus,
)
from workbench.capacity.network.assets import Asset, assets_of
from workbench.capacity.network.firm import highest_demand
from workbench.capacity.network.timeline import Year, cost_with_carbon, least_output, price_of
from workbench.charts.palette import carrier_colour
from workbench.data.arrays import Floats

if TYPE_CHECKING:
    from pypsa import Network


PREFIX = "Plan-"
"""Of the names of constraints that PyPSA does not have itself."""


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
    assets: Sequence[Asset] | None = None,
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
    assets
        What the network is made of, where that is known already; nothing else then exists or can be built.
    """
    numbers = [year.year for year in years]
    if assets is None:
        assets = assets_of(system, config, numbers, built, previous_year)
    network: Any = pypsa().Network()
    spans = _set_snapshots(network, config, years)
    _add_carriers(network, system)
    places = [system.locations.get(bus, (0.0, 0.0)) for bus in system.buses]
    network.add("Bus", list(system.buses), carrier="AC", x=[x for x, _ in places], y=[y for _, y in places])
    before = numbers[0] - 1 if previous_year is None else previous_year
    plan = Plan(network, system, config, tuple(years), tuple(assets), spans, before)
    for kind in Kind:
        _add_assets(plan, kind)
    _add_load(plan)
    _add_limits(plan)
    return plan


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
        spans = spans_of(numbers)
        rate = config.social_discount_rate / 100
        table = network.investment_period_weightings
        table["years"] = [spans[number] for number in numbers]
        table["objective"] = [
            discounted_years(number - numbers[0], spans[number], rate) for number in numbers
        ]
        network.investment_period_weightings = table
    weightings = network.snapshot_weightings
    # Storage lives in the hours of a snapshot itself; costs and energies in those that it represents.
    weightings["objective"], weightings["generators"], weightings["stores"] = weights, weights, hours
    network.snapshot_weightings = weightings
    return spans


def spans_of(years: list[int]) -> dict[int, float]:
    """Years that each planned year stands for: until the next one, the last as many as the one before it."""
    gaps = [float(right - left) for left, right in pairwise(years)]
    return dict(zip(years, [*gaps, *(gaps[-1:] or [1.0])], strict=True))


def discounted_years(start: int, span: float, rate: float) -> float:
    """Years of a span that begins some years after the first, each discounted [years]."""
    return float(sum((1 + rate) ** -(start + step) for step in range(int(span))))


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


_OF_A_LINK = ("bus0", "bus1", "efficiency", "p_max_pu", "p_min_pu", "marginal_cost")


def _add_assets(plan: Plan, kind: Kind) -> None:
    assets = [asset for asset in plan.assets if asset.item.kind is kind]
    if not assets:
        return
    nominal = "e_nom" if kind is Kind.STORE else "p_nom"
    columns: dict[str, Any] = {
        "carrier": [asset.item.carrier for asset in assets],
        nominal: [asset.p_nom for asset in assets],
        f"{nominal}_extendable": [asset.extendable for asset in assets],
        f"{nominal}_min": [asset.p_nom_min for asset in assets],
        f"{nominal}_max": [asset.p_nom_max for asset in assets],
        "capital_cost": [asset.capital_cost for asset in assets],
        "build_year": [asset.build_year for asset in assets],
        "lifetime": [asset.lifetime for asset in assets],
    }
    if kind is Kind.LINK:
        columns |= {key: [getattr(asset.item, key) for asset in assets] for key in _OF_A_LINK}
    else:
        columns |= {
            "bus": [asset.plant.bus for asset in assets],
            # A fixed cost belongs to what is built in a year; of existing plants it is that of the first year.
            "fom_cost": [at(a.plant.fixed_cost, max(a.build_year, plan.years[0].year)) for a in assets],
            "marginal_cost": _marginal_costs(plan, assets),
        }
    if kind is Kind.GENERATOR:
        columns |= _generator_columns(plan, assets)
    elif kind is Kind.STORAGE_UNIT:
        columns |= {
            "max_hours": [asset.plant.max_hours for asset in assets],
            "efficiency_store": [asset.plant.efficiency_store for asset in assets],
            "efficiency_dispatch": [asset.item.efficiency for asset in assets],
            "cyclic_state_of_charge": not plan.config.rolling_horizon,
            "cyclic_state_of_charge_per_period": plan.is_multi_period,
            "p_min_pu": [-_charging(asset) for asset in assets],
        }
    elif kind is Kind.STORE:
        columns |= {"e_cyclic": not plan.config.rolling_horizon, "e_cyclic_per_period": plan.is_multi_period}
    plan.network.add(str(kind), [asset.name for asset in assets], **columns)
    if kind is Kind.GENERATOR:
        _add_hourly_prices(plan, assets)
    elif kind is Kind.STORAGE_UNIT:
        _add_water_and_outages(plan, assets)


def _charging(asset: Asset) -> float:
    return asset.plant.charging if isinstance(asset.plant, Plant) else 1.0


def _add_hourly_prices(plan: Plan, assets: list[Asset]) -> None:
    """Let what is bought and sold cost what the market says in each hour, on top of its own cost."""
    costs = plan.network.components.generators.dynamic["marginal_cost"]
    for asset in assets:
        parts = []
        for year in plan.years:
            price = price_of(plan.system, asset.item.name, year.year, year.hours)
            if price is not None:
                own = cost_with_carbon(plan.system, asset.plant, year.year, plan.config.co2_price)
                parts.append(year.selection.average(price) + own)
        if parts:
            costs[asset.name] = np.concatenate(parts)


def _add_water_and_outages(plan: Plan, assets: list[Asset]) -> None:
    """Let water flow into reservoirs, brought to that of the year, and let storage rest while it is out."""
    units = plan.network.components.storage_units.dynamic
    known = [asset for asset in assets if asset.item.name in plan.years[0].profiles]
    if known:
        available = _profiles(plan, known)
        units["p_max_pu"][list(available)] = available
        units["p_min_pu"][list(available)] = -available * [_charging(asset) for asset in known]
    for asset in assets:
        parts = [_water(year, asset.name) for year in plan.years if asset.name in year.inflow]
        if parts:
            units["inflow"][asset.name] = np.concatenate(parts)


def _water(year: Year, name: str) -> Floats:
    chosen = year.selection.average(year.inflow[name])
    given = float(year.selection.weights @ chosen)
    return chosen * (float(year.inflow[name].sum()) / given) if year.stretched and given > 0 else chosen


def _generator_columns(plan: Plan, assets: list[Asset]) -> dict[str, Any]:
    on = plan.config.commitment is not Commitment.OFF
    committed = [on and isinstance(a.item, Plant) and a.item.committable for a in assets]
    columns: dict[str, Any] = {
        "efficiency": [asset.item.efficiency for asset in assets],
        "committable": committed,
        "p_max_pu": _profiles(plan, assets),
        "p_min_pu": _least_outputs(plan, assets),
    }
    options = [_options(plan, asset) for asset in assets]
    keys = {key for found in options for key in found if on or key in _RAMPS}
    for key in sorted(keys):
        columns[key] = [found.get(key, np.nan if key in _RAMPS else 0.0) for found in options]
    return columns


_RAMPS = ("ramp_limit_up", "ramp_limit_down")
_TIMES = ("min_up_time", "min_down_time")


def _options(plan: Plan, asset: Asset) -> dict[str, float]:
    """Further attributes of a plant, and the ramps of what is added to it; per snapshot, where given per hour."""
    hours = plan.years[0].selection.hours
    item = asset.item
    if isinstance(item, Candidate):
        plants = (plant.options for plant in plan.system.plants if plant.name == item.expands)
        given = {key: value for key, value in next(plants, {}).items() if key in _RAMPS}
    else:
        given = dict(item.options) if isinstance(item, Plant) else {}
    for key in given:
        if key in _RAMPS:
            given[key] = min(1.0, given[key] * hours)
        elif key in _TIMES:
            given[key] = float(np.ceil(given[key] / hours))
    return given


def _marginal_costs(plan: Plan, assets: list[Asset]) -> Any:
    price = plan.config.co2_price
    table = {
        asset.name: [cost_with_carbon(plan.system, asset.plant, year.year, price) for year in plan.years]
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
            sells = isinstance(asset.item, Plant) and asset.item.sells
            always = np.full(len(year.times), 0.0 if sells else 1.0)
            parts.append(always if profile is None else year.availability(profile))
        columns[asset.name] = np.concatenate(parts)
    return pd.DataFrame(columns, index=plan.network.snapshots)


def _least_outputs(plan: Plan, assets: list[Asset]) -> pd.DataFrame:
    """Least outputs of units while they are on; of those that are not switched, all the time.

    Never more than what is available then.
    """
    columns = {}
    for asset in assets:
        parts = []
        for year in plan.years:
            given = least_output(plan.system, asset.plant, year.hours)
            least = np.full(len(year.hours), asset.item.p_min_pu) if given is None else given
            profile = year.profiles.get(asset.item.name)
            chosen = year.selection.average(least)
            parts.append(chosen if profile is None else np.minimum(chosen, year.availability(profile)))
        columns[asset.name] = np.concatenate(parts)
    return pd.DataFrame(columns, index=plan.network.snapshots)


def _add_load(plan: Plan) -> None:
    network, main = plan.network, main_bus(plan.system)
    zones = list(dict.fromkeys(bus for year in plan.years for bus in year.zones)) or [main]
    for bus in zones:
        parts = [
            year.loads().get(bus, np.zeros(len(year.times))) if year.zones else year.selected_load
            for year in plan.years
        ]
        load, name = np.concatenate(parts), "Load" if bus == main else f"Load {bus}"
        network.add("Load", [name], bus=bus, p_set=pd.DataFrame({name: load}, index=network.snapshots))
        if plan.config.unserved_cost > 0:
            network.add(
                "Generator",
                [UNSERVED_LOAD if bus == main else f"{UNSERVED_LOAD} {bus}"],
                bus=bus,
                carrier=UNSERVED,
                # In a future of high demand too.
                p_nom=float(load.max()) * max(1.0, highest_demand(plan.system, plan.config)),
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
