"""The yearly table from sector sales to peak load, with the intervals of the total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.demand.config import SalesBasis
from workbench.demand.inputs.reading import Sector
from workbench.demand.model.roles import Role
from workbench.demand.requirement.requirement import (
    between_points,
    consumption,
    hours_of,
    layer_between_points,
    peak,
    requirement,
    split_solar,
)
from workbench.demand.requirement.totals import TotalSpread, spread_of_sum
from workbench.demand.sectors.plan import Plan
from workbench.demand.sectors.sector_forecast import ModelForecast
from workbench.errors import WorkbenchError


@dataclass(frozen=True, slots=True)
class Chain:
    """The tables of a scenario beyond its sectors."""

    consolidated: pd.DataFrame
    requirement: pd.DataFrame
    solar_split: pd.DataFrame
    notes: tuple[str, ...]


def make_chain(
    plan: Plan, done: Sequence[Sector], chosen: Mapping[str, ModelForecast], fiscal_year_start: int
) -> Chain:
    """Sum the sectors up to consumption, requirement and peak.

    Parameters
    ----------
    plan
        The scenario.
    done
        Sectors that have a forecast.
    chosen
        Forecast of each by its model; sectors with a given path are not in it.
    fiscal_year_start
        Month, for the hours of a year.

    Raises
    ------
    WorkbenchError
        When the sectors do not sum to the total (a fault of this program).
    """
    years = np.arange(min(sector.first_year for sector in done), plan.config.target_year + 1)
    energy = {sector.name: _line(plan, sector, chosen, years) for sector in done}
    roles = {sector.name: sector.role for sector in done}
    for name, role, points in _layers(plan):
        scale = plan.config.layer_scale.get(name, 1.0)
        energy[name] = layer_between_points(points, years) * scale
        roles[name] = role
    by_role = {
        role: np.sum([np.nan_to_num(energy[name]) for name in energy if roles[name] is role], axis=0)
        for role in Role
        if role in roles.values()
    }
    last_actual = plan.data.last_actual_year
    kind = np.where(years <= last_actual, "actual", "forecast")
    consolidated = pd.DataFrame({"year": years, "kind": kind, **energy})
    solar = by_role.get(Role.ROOFTOP_SOLAR, np.zeros(len(years)))
    if plan.config.sales_basis is SalesBasis.NET:
        by_role[Role.ROOFTOP_SOLAR] = np.maximum(solar - solar[years == last_actual], 0.0)
    table, notes = _requirement(plan, years, by_role, _spread(plan, done, chosen), fiscal_year_start)
    table.insert(1, "kind", kind[years >= last_actual])
    _check_sum(table, energy, roles, years, by_role, last_actual)
    return Chain(consolidated, table, _solar_split(plan, years, solar), notes)


def _line(
    plan: Plan, sector: Sector, chosen: Mapping[str, ModelForecast], years: NDArray[np.int64]
) -> Floats:
    line = np.full(len(years), np.nan)
    start = sector.first_year - years[0]
    line[start : start + len(sector.energy)] = sector.energy
    found = chosen.get(sector.name)
    future = plan.given[sector.name] if found is None else getattr(found, plan.config.variant)
    line[start + len(sector.energy) :] = future * plan.config.layer_scale.get(sector.name, 1.0)
    return line


def _layers(plan: Plan) -> list[tuple[str, Role, Mapping[int, float]]]:
    layers = [(name, layer.role, layer.points) for name, layer in plan.data.layers.items()]
    return layers + [
        (name, Role(name), points) for name, points in plan.config.added_layers.items() if points
    ]


def _spread(
    plan: Plan, done: Sequence[Sector], chosen: Mapping[str, ModelForecast]
) -> tuple[TotalSpread, ...]:
    config, last = plan.config, plan.data.last_actual_year
    modelled = [sector for sector in done if sector.name in chosen]
    ahead = config.target_year - last
    scale = {sector.name: config.layer_scale.get(sector.name, 1.0) for sector in modelled}
    # Sectors whose actuals end earlier or later are cut to the years after the common last actual.
    middle = {s.name: getattr(chosen[s.name], config.variant)[-ahead:] * scale[s.name] for s in modelled}
    widths = {
        s.name: {level: width[-ahead:] for level, width in chosen[s.name].half_widths.items()}
        for s in modelled
    }
    return spread_of_sum(
        modelled, middle or {"": np.zeros(ahead)}, widths, config.levels, seed=config.seed, draws=config.draws
    )


def _requirement(
    plan: Plan,
    years: NDArray[np.int64],
    by_role: Mapping[Role, Floats],
    spreads: Sequence[TotalSpread],
    fiscal_year_start: int,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    config, data = plan.config, plan.data
    last = data.last_actual_year
    notes = []
    losses = config.losses or data.losses
    factors = config.load_factors or data.load_factors
    if not losses:
        losses = {last: config.loss}
        notes.append(f"No T&D loss is given: {config.loss:g} % is assumed in every year (setting loss).")
    if not factors:
        factors = {last: config.load_factor}
        notes.append(f"No load factor is given: {config.load_factor:g} % is assumed (setting load_factor).")
    gross, net = (values[years >= last] for values in consumption(by_role))
    years = years[years >= last]
    loss, factor = between_points(losses, years), between_points(factors, years)
    hours = np.array([hours_of(int(year), fiscal_year_start) for year in years], dtype=float)
    columns: dict[str, object] = {"year": years}
    for role in Role:
        if role in by_role and role is not Role.ROOFTOP_SOLAR:
            columns[_column(role)] = by_role[role][-len(years) :]
    solar = by_role.get(Role.ROOFTOP_SOLAR, np.zeros(len(years)))[-len(years) :]
    needed = requirement(net, loss)
    columns |= {
        "gross": gross,
        _column(Role.ROOFTOP_SOLAR): solar,
        "net": net,
        "loss": loss,
        "requirement": needed,
    }
    columns |= {"load_factor": factor, "hours": hours, "peak_mw": peak(needed, hours, factor)}
    for spread in spreads:
        below, above = (np.concatenate([[0.0], side]) for side in (spread.below, spread.above))
        low, high = requirement(net - below, loss), requirement(net + above, loss)
        name = f"{100 * spread.level:g}"
        columns |= {f"lower_{name}": low, f"upper_{name}": high}
        columns |= {
            f"peak_mw_lower_{name}": peak(low, hours, factor),
            f"peak_mw_upper_{name}": peak(high, hours, factor),
        }
    return pd.DataFrame(columns), tuple(notes)


def _column(role: Role) -> str:
    return str(role).replace(" ", "_").replace("-", "_")


def _solar_split(plan: Plan, years: NDArray[np.int64], solar: Floats) -> pd.DataFrame:
    frame = pd.DataFrame({"year": years})
    if plan.data.solar_share:
        frame = frame.assign(**split_solar(solar, plan.data.solar_share))
    return frame


def _check_sum(
    table: pd.DataFrame,
    energy: Mapping[str, Floats],
    roles: Mapping[str, Role],
    years: NDArray[np.int64],
    by_role: Mapping[Role, Floats],
    last_actual: int,
) -> None:
    """Sum the sectors again, another way, and compare with the chain."""
    total = np.zeros(len(years))
    for name, values in energy.items():
        if roles[name] is Role.ROOFTOP_SOLAR:
            continue
        total += np.nan_to_num(values) * (-1 if roles[name] is Role.DEMAND_SIDE_MANAGEMENT else 1)
    total -= by_role.get(Role.ROOFTOP_SOLAR, np.zeros(len(years)))
    delivered = table.requirement * (1 - table.loss / 100)
    if not np.allclose(total[years >= last_actual], delivered, rtol=1e-9):
        raise WorkbenchError("The sectors do not sum to the total; please report this with the run.")
