"""What a run will compute: the model of each sector, the requests to the models, and what cannot be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from workbench.data.arrays import Floats
from workbench.data.notes import Notes, Weight
from workbench.data.unused_settings import note_unused_settings
from workbench.demand.config import DemandConfig
from workbench.demand.inputs.reading import DemandInput
from workbench.demand.model.choices import AUTOMATIC, BENCHMARKS, GIVEN_PATH, choose
from workbench.demand.model.roles import Role
from workbench.demand.model.sector import Sector
from workbench.demand.models.catalogue import MODELS, DriverPaths, Needs
from workbench.demand.models.given import given_path
from workbench.demand.models.shocks import with_trend_at_end
from workbench.demand.sectors.backtest import Preparation
from workbench.demand.sectors.driver_plan import DriverPlan, plan_drivers
from workbench.demand.sectors.sector_forecast import Request
from workbench.demand.sectors.without_effect import without_effect
from workbench.errors import SettingError
from workbench.forecasting.series import positive_run

YEARS_AHEAD = 12
"""Years that are forecast where nobody says how many."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything decided before the models run."""

    data: DemandInput
    config: DemandConfig
    drivers: DriverPlan
    chosen: Mapping[str, str]
    """Model by sector."""
    given: Mapping[str, Floats]
    """GWh of the sectors whose path is given, from the year after the last actual to the target year."""
    requests: tuple[Request, ...]
    failures: Mapping[str, str]
    notes: Notes
    sector_notes: Mapping[str, tuple[str, ...]]


def make_plan(data: DemandInput, config: DemandConfig) -> Plan:
    """Decide what is computed.

    Raises
    ------
    SettingError
        When the target year is not after the last actual, or a setting names a sector that is not there.
    """
    assumed = Notes(data.path.name)
    config = _with_last_year(data, config, assumed)
    _check_settings(data, config)
    drivers = plan_drivers(data.drivers, config, config.last_year)
    chosen: dict[str, str] = {}
    given: dict[str, Floats] = {}
    failures: dict[str, str] = {}
    requests: list[Request] = []
    notes = Notes(data.path.name)
    notes.extend(assumed)
    notes.extend(replace(item, file=data.path.name) for item in drivers.notes)
    sector_notes: dict[str, Notes] = {name: Notes(data.path.name) for name in data.sectors}
    for name, sector in data.sectors.items():
        mine = sector_notes[name]
        chosen[name] = _model_of(sector, drivers, config, mine)
        if chosen[name] == GIVEN_PATH:
            try:
                given[name], note = given_path(
                    name, sector.given, sector.last_year, config.last_year, config.path_end
                )
                if note:
                    mine.assumption(note, sheet=name, setting="path_end", advice="extend the path")
            except ValueError as error:
                failures[name] = str(error)
            continue
        for model in dict.fromkeys((chosen[name], *config.models, *BENCHMARKS)):
            request = _request(sector, model, drivers, config, mine)
            # A model that was not requested for this sector is left out where its drivers are missing, and said so.
            if request is not None or model == chosen[name]:
                requests.append(request or _bare(sector, model, config))
        if name in config.return_to_trend:
            _note_trend(sector, mine)
    for mine in sector_notes.values():
        notes.extend(mine)
    computed = dict.fromkeys(request.model for request in requests)
    note_unused_settings(config, without_effect(data, config, chosen, computed), notes)
    return Plan(
        data,
        config,
        drivers,
        chosen,
        given,
        tuple(requests),
        failures,
        notes,
        {name: tuple(note.message for note in mine) for name, mine in sector_notes.items()},
    )


def _with_last_year(data: DemandInput, config: DemandConfig, notes: Notes) -> DemandConfig:
    """Settle the last year of the forecast: the setting, else the workbook's, else some years ahead.

    Where every sector has a path of its own, these years end with the first of the paths.
    """
    if config.target_year is not None:
        return config
    if data.end_year is not None:
        return replace(config, target_year=data.end_year)
    sales = [sector for sector in data.sectors.values() if sector.role is Role.SALES]
    if sales and all(sector.given for sector in sales):
        end = min(max(sector.given) for sector in sales)
        notes.change(
            f"No last year of the forecast is given: {end}, to which all sectors are projected, is taken.",
            setting="target_year",
        )
        return replace(config, target_year=end)
    assumed = data.last_actual_year + YEARS_AHEAD
    notes.assumption(
        f"No last year of the forecast is given: {assumed}, {YEARS_AHEAD} years after the last actual, is assumed.",
        setting="target_year",
        advice="give End_Year in ~Settings of the workbook or in the setting target_year",
    )
    return replace(config, target_year=assumed)


def _model_of(sector: Sector, drivers: DriverPlan, config: DemandConfig, notes: Notes) -> str:
    requested = config.model_of(sector.name)
    if requested != AUTOMATIC:
        if sector.given and requested != GIVEN_PATH:
            notes.unused(
                f"{sector.name}: its given path to {max(sector.given)} is not used, because a model is chosen.",
                weight=Weight.NORMAL,
                sheet=sector.sheet or sector.name,
                setting="sector_models" if sector.name in config.sector_models else "default_model",
            )
        return requested
    if sector.given:
        return GIVEN_PATH
    has_economy = drivers.has_economy(sector.years, config.last_year)
    if not has_economy and drivers.gdp is not None:
        notes.assumption(
            f"{sector.name}: GDP and population have no path to {config.last_year}: damped growth instead of "
            "combined growth.",
            sheet=sector.sheet or sector.name,
            setting="default_model",
            tables=("forecast", "consolidated", "requirement"),
            advice="give GDP and population a path, or choose a model",
        )
    return choose(requested, has_economy=has_economy)


def _note_trend(sector: Sector, notes: Notes) -> None:
    start = float(with_trend_at_end(positive_run(sector.energy))[0, -1])
    notes.change(
        f"{sector.name}: the forecast starts from {start:,.4g} GWh, where the growth before {sector.last_year} "
        f"leads, and not from the {sector.energy[-1]:,.4g} GWh of that year.",
        sheet=sector.sheet or sector.name,
        setting="return_to_trend",
        tables=("forecast", "consolidated", "requirement"),
    )


def _request(
    sector: Sector, model: str, drivers: DriverPlan, config: DemandConfig, notes: Notes
) -> Request | None:
    paths, known = _drivers_for(sector, model, drivers, config.last_year)
    needs = MODELS[model].needs
    if needs is Needs.DRIVERS:
        left_out = drivers.left_out(sector.drivers, config.last_year)
        if left_out and sector.drivers:
            notes.unused(
                f"{sector.name}: {MODELS[model].label} leaves out {', '.join(left_out)}: no path to "
                f"{config.last_year}.",
                sheet=sector.sheet or sector.name,
            )
    if needs is not Needs.NOTHING and paths is None:
        if needs is Needs.DRIVERS:
            notes.unused(
                f"{sector.name}: {MODELS[model].label} is left out: no driver of the sector has a path.",
                sheet=sector.sheet or sector.name,
                setting="models",
            )
        else:
            # The same for every sector, and so noted once.
            notes.unused(
                f"{MODELS[model].label} is left out: GDP and population have no path to {config.last_year}.",
                setting="models",
            )
        return None
    return replace(_bare(sector, model, config), drivers=paths, known_drivers=known)


def _drivers_for(
    sector: Sector, model: str, drivers: DriverPlan, target_year: int
) -> tuple[DriverPaths | None, int]:
    needs = MODELS[model].needs
    if needs is Needs.DRIVERS:
        return drivers.of_sector(sector.drivers, sector.years, target_year)
    if needs is Needs.ECONOMY or model == "median_ensemble":
        return drivers.economy(sector.years, target_year)
    return None, 0


def _bare(sector: Sector, model: str, config: DemandConfig) -> Request:
    return Request(
        sector.name,
        model,
        sector.first_year,
        np.asarray(sector.energy, dtype=float),
        config.last_year - sector.last_year,
        None,
        0,
        Preparation(config.shocks, config.shock_years_of(sector.name), window=config.window),
        config.levels,
        config.backtest_horizon,
        config.first_training_years,
        sector.name in config.return_to_trend,
    )


def _check_settings(data: DemandInput, config: DemandConfig) -> None:
    if config.last_year <= data.last_actual_year:
        raise SettingError(
            f"The target year is {config.last_year}, actuals go to {data.last_actual_year}; choose a later one.",
            "target_year",
            config.last_year,
        )
    for setting, names in (
        ("sector_models", config.sector_models),
        ("roles", config.roles),
        ("sector_shock_years", config.sector_shock_years),
        ("return_to_trend", config.return_to_trend),
    ):
        for name in names:
            if name not in data.sectors:
                raise SettingError(
                    f"{setting} names the sector '{name}', which {data.path.name} does not have; "
                    f"present: {', '.join(data.sectors)}.",
                    setting,
                    name,
                )
    _check_shock_years(data, config)
    known = {*data.sectors, *data.layers, *config.further_layers}
    listed = ", ".join(sorted(known))
    for name in config.layer_scale:
        if name not in known:
            raise SettingError(
                f"layer_scale names '{name}', which is not a sector or layer; present: {listed}.",
                "layer_scale",
                name,
            )


def _check_shock_years(data: DemandInput, config: DemandConfig) -> None:
    first = min(sector.first_year for sector in data.sectors.values())
    last = max(sector.last_year for sector in data.sectors.values())
    own = [] if config.shock_years == DemandConfig().shock_years else list(config.shock_years)
    given = [("shock_years", year) for year in own]
    given += [("sector_shock_years", year) for years in config.sector_shock_years.values() for year in years]
    for setting, year in given:
        if not first <= year <= last:
            raise SettingError(
                f"{setting} names {year}, which is in no history of {data.path.name}; they reach from {first} to "
                f"{last}.",
                setting,
                year,
            )
