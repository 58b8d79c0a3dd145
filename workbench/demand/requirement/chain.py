"""The yearly table from sector sales to peak load, with the intervals of the total."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.data.notes import NoteKind, Notes
from workbench.data.origins import Origin
from workbench.data.unused_settings import note_unused_settings
from workbench.demand.config import SalesBasis
from workbench.demand.model.roles import Role
from workbench.demand.model.sector import Sector
from workbench.demand.requirement.evidence import (
    Evidence,
    evidence_of,
    note_contradicted_forecasts,
    note_contradiction,
    note_stated_percentage,
)
from workbench.demand.requirement.grid import (
    Grid,
    grid_side,
    note_assumed_load_factor,
    note_assumed_loss,
    note_missing_peaks,
    trajectory,
)
from workbench.demand.requirement.requirement import (
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


@dataclass(frozen=True, slots=True)
class Chain:
    """The tables of a scenario beyond its sectors.

    Parameters
    ----------
    consolidated, requirement, solar_split
        The tables. What lacks a part is NaN, and ``partial_sum`` is the net consumption of the known parts.
    evidence
        What the measured hours say of actual years.
    missing
        Sectors that lack values, with the first year without one.
    assumed
        What was assumed, in sentences.
    notes
        The same and what else the user has to know of these tables.
    """

    consolidated: pd.DataFrame
    requirement: pd.DataFrame
    solar_split: pd.DataFrame
    evidence: Evidence
    missing: Mapping[str, int]
    assumed: tuple[str, ...]
    notes: Notes


def make_chain(
    plan: Plan, done: Sequence[Sector], chosen: Mapping[str, ModelForecast], fiscal_year_start: int
) -> Chain:
    """Sum the sectors up to consumption, requirement and peak.

    Parameters
    ----------
    plan
        The scenario.
    done
        Sectors that have a forecast. The others count with their actuals and are missing after them.
    chosen
        Forecast of each by its model; sectors with a given path are not in it.
    fiscal_year_start
        Month, for the hours of a year.
    """
    sectors = list(plan.data.sectors.values())
    with_forecast = {sector.name for sector in done}
    years = np.arange(min(sector.first_year for sector in sectors), plan.config.last_year + 1)
    energy = {sector.name: _line(plan, sector, chosen, with_forecast, years) for sector in sectors}
    roles = {sector.name: sector.role for sector in sectors}
    for name, role, points in _layers(plan):
        scale = plan.config.layer_scale.get(name, 1.0)
        energy[name] = layer_between_points(points, years) * scale
        roles[name] = role
    begins = {sector.name: sector.first_year for sector in sectors}
    parts = {name: _since(values, years, begins.get(name)) for name, values in energy.items()}
    by_role = _by_role(parts, roles)
    last_actual = plan.data.last_actual_year
    kind = _kinds(years, last_actual, done)
    consolidated = pd.DataFrame({"year": years, "kind": kind, **energy})
    solar = by_role.get(Role.ROOFTOP_SOLAR, np.zeros(len(years)))
    notes = Notes(plan.data.path.name)
    known = _by_role({name: np.nan_to_num(values) for name, values in parts.items()}, roles)
    if plan.config.sales_basis is SalesBasis.NET:
        for energies in (by_role, known):
            energies[Role.ROOFTOP_SOLAR] = _added_since(
                energies.get(Role.ROOFTOP_SOLAR, np.zeros(len(years))), years == last_actual
            )
    net, partial = consumption(by_role)[1], consumption(known)[1]
    evidence = evidence_of(plan.data.measured, years, kind == "actual", net, last_actual, notes)
    table = _requirement(
        plan, years, kind, by_role, _spread(plan, done, chosen), fiscal_year_start, evidence, notes
    )
    _note_evidence(plan, evidence, dict(zip(years.tolist(), net.tolist(), strict=True)), table, notes)
    table.insert(
        list(table.columns).index("net") + 1,
        "partial_sum",
        np.where(np.isnan(net), partial, np.nan)[years >= last_actual],
    )
    _note_forecasts_in_actual_years(done, last_actual, notes)
    return Chain(
        consolidated,
        table,
        _solar_split(plan, years, solar),
        evidence,
        {sector.name: sector.last_year + 1 for sector in sectors if sector.name not in with_forecast},
        tuple(note.message for note in notes.of(NoteKind.ASSUMPTION)),
        notes,
    )


def _line(
    plan: Plan,
    sector: Sector,
    chosen: Mapping[str, ModelForecast],
    with_forecast: Collection[str],
    years: NDArray[np.int64],
) -> Floats:
    """Actuals, then the forecast; NaN before the first and, without a forecast, after the last actual."""
    line = np.full(len(years), np.nan)
    start = sector.first_year - years[0]
    line[start : start + len(sector.energy)] = sector.energy
    if sector.name in with_forecast:
        found = chosen.get(sector.name)
        future = plan.given[sector.name] if found is None else getattr(found, plan.config.variant)
        line[start + len(sector.energy) :] = future * plan.config.layer_scale.get(sector.name, 1.0)
    return line


def _since(values: Floats, years: NDArray[np.int64], first: int | None) -> Floats:
    """A sector is nothing before it begins; what is not known later stays NaN."""
    return values if first is None else np.where(years < first, 0.0, values)


def _by_role(parts: Mapping[str, Floats], roles: Mapping[str, Role]) -> dict[Role, Floats]:
    return {
        role: np.sum([parts[name] for name in parts if roles[name] is role], axis=0)
        for role in Role
        if role in roles.values()
    }


def _added_since(solar: Floats, base: NDArray[np.bool_]) -> Floats:
    return np.maximum(solar - solar[base], 0.0)


def _kinds(years: NDArray[np.int64], last_actual: int, done: Sequence[Sector]) -> NDArray[np.str_]:
    partly = min((sector.last_year for sector in done), default=last_actual)
    kinds = np.where(years > partly, "partly forecast", "actual")
    return np.where(years > last_actual, "forecast", kinds)


def _note_forecasts_in_actual_years(done: Sequence[Sector], last_actual: int, notes: Notes) -> None:
    for sector in done:
        if sector.last_year < last_actual:
            notes.assumption(
                f"the actuals of {sector.name} end in {sector.last_year}, those of most sectors in {last_actual}: "
                "the years between hold its forecast",
                sheet=sector.sheet or sector.name,
                tables=("consolidated", "requirement"),
                years=range(sector.last_year + 1, last_actual + 1),
                advice="give its actuals, or set last_actual_year",
            )


def layers_of(plan: Plan) -> dict[str, Role]:
    """Give what has a shape of its own in the day: sectors that are not sales, and all layers, by name."""
    sectors = {s.name: s.role for s in plan.data.sectors.values() if s.role is not Role.SALES}
    return sectors | {name: role for name, role, _ in _layers(plan)}


def _layers(plan: Plan) -> list[tuple[str, Role, Mapping[int, float]]]:
    layers = [(name, layer.role, layer.points) for name, layer in plan.data.layers.items()]
    return layers + [
        (name, Role(name), points) for name, points in plan.config.further_layers.items() if points
    ]


def _spread(
    plan: Plan, done: Sequence[Sector], chosen: Mapping[str, ModelForecast]
) -> tuple[TotalSpread, ...]:
    config, last = plan.config, plan.data.last_actual_year
    modelled = [sector for sector in done if sector.name in chosen]
    ahead = config.last_year - last
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
    kind: NDArray[np.str_],
    by_role: Mapping[Role, Floats],
    spreads: Sequence[TotalSpread],
    fiscal_year_start: int,
    evidence: Evidence,
    notes: Notes,
) -> pd.DataFrame:
    ahead = years >= plan.data.last_actual_year
    gross, net = (values[ahead] for values in consumption(by_role))
    years, kind = years[ahead], kind[ahead]
    is_forecast = kind == "forecast"
    config, data = plan.config, plan.data
    loss = trajectory(config.losses or data.losses, config.loss, years, evidence.losses)
    factors = config.load_factors or data.load_factors
    factor = trajectory(factors, config.load_factor, years, evidence.load_factors)
    note_assumed_loss(loss, years, config.loss, notes)
    note_assumed_load_factor(factor, years, is_forecast, config.load_factor, notes)
    hours = np.array([hours_of(int(year), fiscal_year_start) for year in years], dtype=float)
    grid = grid_side(years, is_forecast, net, loss, factor, data.peaks, evidence, hours, notes)
    note_missing_peaks(grid.peak, years, ~is_forecast & np.isfinite(net), notes)
    columns: dict[str, object] = {"year": years, "kind": kind}
    for role in Role:
        if role in by_role and role is not Role.ROOFTOP_SOLAR:
            columns[role.column] = by_role[role][ahead]
    solar = by_role.get(Role.ROOFTOP_SOLAR, np.zeros(len(ahead)))[ahead]
    columns |= {"gross": gross, Role.ROOFTOP_SOLAR.column: solar, "net": net}
    columns |= {"loss": loss.numbers, "requirement": grid.requirement.numbers}
    columns |= {"load_factor": grid.load_factor.numbers, "hours": hours, "peak_mw": grid.peak.numbers}
    for spread in spreads:
        columns |= _bounds(spread, net, loss.numbers, hours, grid)
    for name, line in (
        ("loss", loss),
        ("requirement", grid.requirement),
        ("load_factor", grid.load_factor),
        ("peak_mw", grid.peak),
    ):
        columns[f"{name}_origin"] = [str(origin) for origin in line.origins]
    return pd.DataFrame(columns)


def _note_evidence(
    plan: Plan, evidence: Evidence, net: Mapping[int, float], table: pd.DataFrame, notes: Notes
) -> None:
    """Say what the measured hours decide, what they pass over, and where they contradict the rest."""
    config, data = plan.config, plan.data
    place, losses = data.measured.place, config.losses or data.losses
    factors = config.load_factors or data.load_factors
    note_stated_percentage("T&D loss", "losses", evidence.losses, losses, config.loss, place, notes)
    note_stated_percentage(
        "load factor", "load_factors", evidence.load_factors, factors, config.load_factor, place, notes
    )
    for year in evidence.losses:
        note_contradiction(evidence.losses, losses, net[year], evidence.years[year].energy, place, notes)
    reasons = {
        "loss": "the measured hours and the sales give it" if evidence.losses and not losses else "",
        "load_factor": "the measured hours give it" if evidence.load_factors and not factors else "",
    }
    note_unused_settings(config, reasons, notes)
    note_contradicted_forecasts(data.measured, table, data.last_actual_year, notes)
    notes.extend(data.measured.notes)


def _bounds(spread: TotalSpread, net: Floats, loss: Floats, hours: Floats, grid: Grid) -> dict[str, Floats]:
    below, above = (np.concatenate([[0.0], side]) for side in (spread.below, spread.above))
    name = f"{100 * spread.level:g}"
    # A measured or given peak has no interval of ours.
    derived = np.array([origin not in (Origin.MEASURED, Origin.GIVEN) for origin in grid.peak.origins])
    factor = np.where(derived, grid.load_factor.numbers, np.nan)
    low, high = requirement(net - below, loss), requirement(net + above, loss)
    return {
        f"lower_{name}": low,
        f"upper_{name}": high,
        f"peak_mw_lower_{name}": peak(low, hours, factor),
        f"peak_mw_upper_{name}": peak(high, hours, factor),
    }


def _solar_split(plan: Plan, years: NDArray[np.int64], solar: Floats) -> pd.DataFrame:
    frame = pd.DataFrame({"year": years})
    if plan.data.solar_share:
        frame = frame.assign(**split_solar(solar, plan.data.solar_share))
    return frame
