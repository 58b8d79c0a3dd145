"""Layers of a demand scenario as overlays: each with hours of its own, inside the energy of the scenario."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.data.notes import Notes
from workbench.data.projects.project import Project
from workbench.errors import SettingError
from workbench.load_profiles.config import EnergySource, LoadProfileConfig
from workbench.load_profiles.inputs.demand_scenario import DemandScenario
from workbench.load_profiles.inputs.sun_place import sun_place
from workbench.load_profiles.model.overlays import Counted, Effect, Overlay, OverlayShape

__all__ = ["layer_overlays"]

REDUCING = ("rooftop solar", "demand-side management")
SHAPES = {
    "rooftop solar": (OverlayShape.SUN, "clear sky at its place"),
    "electric vehicles": (
        OverlayShape.CHARGING_BY_PLACE,
        "70 % at home in the evening, 20 % at work, 10 % elsewhere by day",
    ),
    "green hydrogen": (OverlayShape.FLAT, "day and night alike"),
    "open access": (OverlayShape.FLAT, "industry that works day and night"),
    "demand-side management": (OverlayShape.LOAD, "in proportion to the load"),
}
"""Role of a layer -> its shape, and what that assumes."""
OTHER = (OverlayShape.DAY_SHIFT, "one full shift, and 40 % of it at night")
"""The same for new loads that a scenario adds to its sectors, such as industry."""
LEAST_CHANGE = 0.1
"""GWh that a layer has to change by to have hours of its own."""


def layer_overlays(
    scenario: DemandScenario | None,
    config: LoadProfileConfig,
    project: Project,
    years: Sequence[int],
    notes: Notes,
) -> tuple[Overlay, ...]:
    """Propose an overlay for each layer of the scenario that the energy comes from.

    Parameters
    ----------
    scenario
        The demand scenario.
    config
        The settings; overlays that are given there come first.
    project
        Where it lies.
    years
        Base years and years that are made.
    notes
        Gets what is assumed, and which layers have none.

    Raises
    ------
    SettingError
        When a layer is switched off that the scenario does not have.
    """
    layers = {} if scenario is None or config.energy_source is not EnergySource.SCENARIO else scenario.layers
    for name in config.plain_layers:
        if layers and name not in layers:
            raise SettingError(
                f"plain_layers names '{name}', which is not a layer of the demand scenario; present: "
                f"{', '.join(layers) or 'none'}.",
                "plain_layers",
                config.plain_layers,
            )
    if scenario is None or not config.scenario_layers:
        return ()
    taken = {text for item in config.overlays for text in (item.name, item.sector)}
    found = []
    for name, role in layers.items():
        if name in config.plain_layers or name in taken or not _changes(scenario, name, years):
            continue
        shape, assumed = SHAPES.get(role, OTHER)
        latitude, longitude = sun_place(project, config, notes) if shape is OverlayShape.SUN else _anywhere()
        effect = Effect.NETTED if role in REDUCING else Effect.ADDED
        found.append(
            Overlay(
                name=name,
                sector=name,
                shape=shape,
                effect=effect,
                counted=Counted.IN_TARGET,
                in_history=True,
                latitude=latitude,
                longitude=longitude,
            )
        )
        notes.assumption(
            f"{name} ({role}) of the {scenario.place} has hours of its own inside its energy: {assumed}",
            setting="overlays",
            tables=("years", "months"),
            advice=f"give an overlay with the sector '{name}' in overlays, or name it in plain_layers to keep the "
            "shape of the load",
        )
    return tuple(found)


def _changes(scenario: DemandScenario, name: str, years: Sequence[int]) -> bool:
    """Whether a layer is known in all years of the scenario that are made, and not the same in all of them."""
    table = scenario.sectors[scenario.sectors.year.between(min(years), max(years))]
    values = table[name].to_numpy(dtype=float)
    if not len(values) or np.isnan(values[table.year >= min(scenario.requirement.year)]).any():
        return False
    return float(np.ptp(np.nan_to_num(values))) > LEAST_CHANGE


def _anywhere() -> tuple[float, float]:
    plain = Overlay()
    return plain.latitude, plain.longitude
