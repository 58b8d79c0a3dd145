"""The model card of a sector: what was done with its data, by which model, and how well it has done before."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from workbench.demand.config import DemandConfig
from workbench.demand.model.choices import GIVEN_PATH, ShockHandling
from workbench.demand.model.sector import Sector
from workbench.demand.models.catalogue import MODELS
from workbench.demand.models.shocks import winsorised_years
from workbench.demand.sectors.sector_forecast import ModelForecast
from workbench.runs.model.digest import digest_of

# Below this many origins a coverage or an error is an anecdote.
FEW_ORIGINS = 5
# An interval of a nominal level that misses it by more than this is called out (percentage points).
COVERAGE_TOLERANCE = 15.0


def card_of(
    sector: Sector,
    chosen: str,
    forecasts: Mapping[str, ModelForecast],
    config: DemandConfig,
    driver_sources: Mapping[str, str],
    warnings: Sequence[str],
) -> dict[str, Any]:
    """Make the card of a sector as plain values, ready for JSON.

    Parameters
    ----------
    sector
        The sector.
    chosen
        Name of its model.
    forecasts
        What the models gave, by model.
    config
        The scenario.
    driver_sources
        Drivers the chosen model was given, and where their paths come from.
    warnings
        What was noted about the sector.
    """
    years = np.arange(sector.first_year, sector.last_year + 1, dtype=float)
    card: dict[str, Any] = {
        "sector": sector.name,
        "role": str(sector.role),
        "data_sha256": digest_of(sector.energy.tolist(), sector.first_year),
        "first_year": sector.first_year,
        "last_actual_year": sector.last_year,
        "years": len(sector.energy),
        "last_actual_gwh": plain(sector.energy[-1]),
        "shocks": str(config.shocks),
        "extraordinary_years": _extraordinary(sector, years, config),
        "model": chosen,
        "label": "Given path" if chosen == GIVEN_PATH else MODELS[chosen].label,
        "formula": "values of the workbook" if chosen == GIVEN_PATH else MODELS[chosen].formula,
        "source": "workbook" if chosen == GIVEN_PATH else MODELS[chosen].source,
        "drivers": dict(driver_sources),
        "warnings": list(warnings),
        "years_used": len(sector.energy),
        "coefficients": [],
        "r_squared_one_year_ahead": None,
        "backtest": {},
        "coverage_percent": {},
    }
    if chosen in forecasts:
        _add_model(card, forecasts[chosen])
        card["warnings"] += _doubts(card)
    card["accuracy_of_all_models"] = {
        model: {
            str(knowledge): [_accuracy(item) for item in items] for knowledge, items in found.accuracy.items()
        }
        for model, found in forecasts.items()
    }
    return card


def plain(value: Any) -> float | None:
    """Give a number as JSON can hold it: None for what is not finite."""
    number = float(value)
    return number if math.isfinite(number) else None


def _extraordinary(
    sector: Sector, years: np.ndarray[Any, np.dtype[np.float64]], config: DemandConfig
) -> list[int]:
    if config.shocks is ShockHandling.WINSORISE and (sector.energy > 0).all():
        return winsorised_years(sector.energy, years)
    if config.shocks is ShockHandling.YEARS:
        return [year for year in config.shock_years_of(sector.name) if year in sector.years]
    return []


def _add_model(card: dict[str, Any], found: ModelForecast) -> None:
    card["years_used"] = found.years_used
    card["coefficients"] = [
        {
            "name": item.name,
            "value": plain(item.value),
            "standard_error": plain(item.error),
            "unit": item.unit,
        }
        for item in found.coefficients
    ]
    card["r_squared_one_year_ahead"] = plain(found.r_squared)
    card["backtest"] = {
        str(knowledge): [_accuracy(item) for item in items] for knowledge, items in found.accuracy.items()
    }
    card["coverage_percent"] = {
        f"{100 * level:g}": plain(np.nanmean(inside) * 100) if np.isfinite(inside).any() else None
        for level, inside in found.inside.items()
    }


def _doubts(card: Mapping[str, Any]) -> list[str]:
    doubts = []
    if card["years_used"] < card["years"]:
        doubts.append(
            f"Only the last {card['years_used']} years are above zero without a gap; earlier ones are left out."
        )
    backtests = list(card["backtest"].values())
    origins = backtests[0][0]["origins"] if backtests and backtests[0] else 0
    if origins < FEW_ORIGINS:
        doubts.append(f"Only {origins} backtest origins: the errors and intervals say little.")
        return doubts
    for level, coverage in card["coverage_percent"].items():
        if coverage is not None and abs(coverage - float(level)) > COVERAGE_TOLERANCE:
            doubts.append(f"The {level} % interval has covered {coverage:.0f} % of past years.")
    return doubts


def _accuracy(item: Any) -> dict[str, Any]:
    return {
        "horizon": item.horizon,
        "origins": item.origins,
        **{name: plain(getattr(item, name)) for name in ("mape", "smape", "mase", "bias")},
    }
