"""Settings that make no difference to a forecast: something else decides, or there is nothing to apply them to."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from workbench.demand.config import DemandConfig
from workbench.demand.inputs.driver_sheets import DriverTables
from workbench.demand.inputs.reading import DemandInput
from workbench.demand.model.choices import GIVEN_PATH, ShockHandling
from workbench.demand.model.drivers import breaks
from workbench.demand.model.roles import Role
from workbench.demand.models.catalogue import MODELS, Needs

__all__ = ["without_effect"]


def without_effect(
    data: DemandInput, config: DemandConfig, chosen: Mapping[str, str], computed: Collection[str]
) -> dict[str, str]:
    """Give the settings that would make no difference, each with the reason; empty where it makes one.

    Parameters
    ----------
    data
        The workbook.
    config
        The settings.
    chosen
        Model by sector.
    computed
        Models that are computed for some sector.
    """
    models = [MODELS[name] for name in computed]
    without_models = "" if models else "no sector is forecast by a model"
    by_years = config.shocks is ShockHandling.YEARS
    economy = any(model.needs is Needs.ECONOMY or model.name == "median_ensemble" for model in models)
    unused_economy = "" if economy else "no model that is computed looks at GDP and population"
    roles = {
        *(sector.role for sector in data.sectors.values()),
        *(layer.role for layer in data.layers.values()),
    }
    roles |= {Role(name) for name in config.further_layers}
    short = [
        sector
        for name, sector in data.sectors.items()
        if chosen[name] == GIVEN_PATH and sector.given and max(sector.given) < config.last_year
    ]
    unused_shocks = without_models or (
        "" if by_years else "extraordinary years count only where shocks is 'years'"
    )
    late = [name for name, points in config.added_layers.items() if points and min(points) > config.last_year]
    later = [role for role in config.adoption if min(config.further_layers[role]) > config.last_year]
    return {
        "default_model": "every sector has a model in sector_models"
        if set(data.sectors) <= set(config.sector_models)
        else "",
        "variant": ""
        if any(model.fades for model in models)
        else "no model that is computed lets growth fade",
        "return_to_trend": "its sectors have a path that is given"
        if all(chosen.get(name) == GIVEN_PATH for name in config.return_to_trend)
        else "",
        "window": ""
        if any(model.looks_back for model in models)
        else "no model that is computed has a window",
        "shocks": without_models,
        "shock_years": unused_shocks,
        "sector_shock_years": unused_shocks,
        "backtest_horizon": without_models,
        "first_training_years": without_models,
        "seed": without_models,
        "draws": without_models,
        "gaps": ""
        if any(sector.filled for sector in data.sectors.values())
        else "no year is missing in a history",
        "path_end": "" if short else "no given path ends before the target year",
        "sales_basis": "" if Role.ROOFTOP_SOLAR in roles else "there is no rooftop solar",
        "loss": "the setting losses gives it" if config.losses else _given(data.losses),
        "load_factor": "the setting load_factors gives it"
        if config.load_factors
        else _given(data.load_factors),
        "driver_path": "" if data.drivers.growth else "the workbook gives no growth of drivers by path",
        "gdp_driver": unused_economy,
        "population_driver": unused_economy,
        "splice_breaks": "" if _has_break(data.drivers) else "no driver has a break",
        "adoption": f"{', '.join(later)} begins after the target year {config.last_year}" if later else "",
        "added_layers": f"{', '.join(late)} begins after the target year {config.last_year}" if late else "",
    }


def _given(points: Mapping[int, float]) -> str:
    return "the workbook gives it" if points else ""


def _has_break(drivers: DriverTables) -> bool:
    series = [np.array([levels[year] for year in sorted(levels)]) for levels in drivers.actual.values()]
    return any((values > 0).all() and len(breaks(values)) > 0 for values in series)
