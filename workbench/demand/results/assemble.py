"""From the models' forecasts to the tables, totals and cards of a result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from workbench.data.notes import Notes
from workbench.demand.model.choices import BENCHMARKS, GIVEN_PATH
from workbench.demand.model.sector import Sector
from workbench.demand.models.catalogue import MODELS
from workbench.demand.requirement.chain import Chain, layers_of, make_chain
from workbench.demand.requirement.measures import correlations
from workbench.demand.requirement.requirement import DEFINITIONS
from workbench.demand.requirement.totals import backtest_of_total, coverage_of_total
from workbench.demand.results.cards import card_of
from workbench.demand.results.saved import CHOSEN, TOTAL, DemandResult
from workbench.demand.sectors.plan import Plan
from workbench.demand.sectors.sector_forecast import ModelForecast
from workbench.errors import InvalidData
from workbench.version import package_version

Forecasts = Mapping[str, Mapping[str, ModelForecast]]


def assemble(
    plan: Plan, forecasts: Forecasts, failures: Mapping[str, str], fiscal_year_start: int = 4
) -> DemandResult:
    """Put a result together.

    Parameters
    ----------
    plan
        What was to be computed.
    forecasts
        By sector and model.
    failures
        Units (``sector/model``) and sectors without a forecast, with the reason.
    fiscal_year_start
        Month, for the hours of a year.

    Raises
    ------
    InvalidData
        When no sector has a forecast.
    """
    failures = _with_sectors(plan, forecasts, failures)
    done = [sector for name, sector in plan.data.sectors.items() if name not in failures]
    if not done:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in failures.items() if "/" not in name)
        raise InvalidData(f"No sector could be forecast. {reasons}", plan.data.path)
    chosen = {
        sector.name: forecasts[sector.name][plan.chosen[sector.name]]
        for sector in done
        if plan.chosen[sector.name] != GIVEN_PATH
    }
    modelled = [sector for sector in done if sector.name in chosen]
    chain = make_chain(plan, done, chosen, fiscal_year_start)
    backtest, accuracy = _backtest(plan, forecasts, modelled, chosen)
    tables = {
        "history": _history(plan),
        "forecast": _forecast(plan, done, forecasts),
        "backtest": backtest,
        "accuracy": accuracy,
        "consolidated": chain.consolidated,
        "requirement": chain.requirement,
        "drivers": _drivers(plan),
        "correlations": _correlations(plan),
        "solar_split": chain.solar_split,
    }
    cards = {
        sector.name: card_of(
            sector,
            plan.chosen[sector.name],
            forecasts.get(sector.name, {}),
            plan.config,
            _sources(plan, sector.name),
            plan.sector_notes[sector.name],
        )
        for sector in done
    }
    notes = _notes(plan, failures, chain)
    return DemandResult(
        plan.config.scenario,
        plan.config,
        tables,
        notes,
        _facts(plan, chain),
        cards=cards,
        failures=failures,
        assumed=chain.assumed,
    )


def _notes(plan: Plan, failures: Mapping[str, str], chain: Chain) -> Notes:
    notes = Notes(plan.data.path.name)
    for name, first in chain.missing.items():
        notes.omission(
            f"{name} has no forecast ({failures[name]}): what it is a part of is missing from {first}, and the sum "
            "of the other parts is in partial_sum",
            sheet=name,
            tables=("forecast", "consolidated", "requirement", "solar_split"),
            years=range(first, plan.config.last_year + 1),
            advice="give its years after the last actual in the workbook, or choose a model that needs less in the "
            "setting sector_models",
        )
    alike: dict[tuple[str, str], list[str]] = {}
    for name, reason in failures.items():
        sector, _, model = name.rpartition("/")
        if sector and model != plan.chosen.get(sector):
            # The name of the model that the sentence begins with is in the list.
            alike.setdefault((sector, reason.removeprefix(f"{MODELS[model].label} ")), []).append(
                MODELS[model].label
            )
    for (sector, reason), models in alike.items():
        notes.unused(
            f"{sector} was not computed for comparison by {', '.join(models)}: {reason}", setting="models"
        )
    notes.extend(chain.notes)
    notes.add_problems(plan.data.problems)
    notes.extend(plan.data.unused)
    notes.extend(plan.notes)
    return notes


def _with_sectors(plan: Plan, forecasts: Forecasts, failures: Mapping[str, str]) -> dict[str, str]:
    """A sector fails when its chosen model does; the others cannot stand in for it unasked."""
    found = dict(failures)
    for name, model in plan.chosen.items():
        if model != GIVEN_PATH and model not in forecasts.get(name, {}):
            found[name] = failures.get(f"{name}/{model}", "its model gave no forecast")
    return found


def _history(plan: Plan) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for sector in plan.data.sectors.values():
        pairs = zip(sector.years, sector.energy.tolist(), strict=True)
        rows += [
            {"sector": sector.name, "role": str(sector.role), "year": year, "electricity": value}
            for year, value in pairs
        ]
    return pd.DataFrame(rows)


def _forecast(plan: Plan, done: list[Sector], forecasts: Forecasts) -> pd.DataFrame:
    parts = []
    for sector in done:
        name = sector.name
        years = np.arange(sector.last_year + 1, plan.config.last_year + 1)
        for model, found in forecasts.get(name, {}).items():
            columns: dict[str, Any] = {
                "year": years,
                "low": found.low,
                "base": found.base,
                "high": found.high,
            }
            middle = getattr(found, plan.config.variant)
            for level, width in found.half_widths.items():
                columns[f"lower_{100 * level:g}"] = middle * np.exp(-width)
                columns[f"upper_{100 * level:g}"] = middle * np.exp(width)
            parts.append(_labelled(columns, sector, model, plan.chosen[name]))
        if name in plan.given:
            path = plan.given[name]
            parts.append(
                _labelled(
                    {"year": years, "low": path, "base": path, "high": path}, sector, GIVEN_PATH, GIVEN_PATH
                )
            )
    return pd.concat(parts, ignore_index=True)


def _labelled(columns: dict[str, Any], sector: Sector, model: str, chosen: str) -> pd.DataFrame:
    labels = {"sector": sector.name, "role": str(sector.role), "model": model, "chosen": model == chosen}
    return pd.DataFrame({**labels, **columns})


def _backtest(
    plan: Plan, forecasts: Forecasts, modelled: list[Sector], chosen: Mapping[str, ModelForecast]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    parts, accuracy = [], []
    for name, models in forecasts.items():
        for model, found in models.items():
            for index, (knowledge, test) in enumerate(found.tests.items()):
                labels = {"sector": name, "model": model, "drivers": str(knowledge)}
                parts.append(_test_rows(found, test, labels, with_intervals=index == 0))
                accuracy += _accuracy_rows(name, model, str(knowledge), found, index == 0)
    common = [sector for sector in modelled if sector.last_year == plan.data.last_actual_year]
    for model in (CHOSEN, *BENCHMARKS):
        mine = {s.name: chosen[s.name] if model == CHOSEN else forecasts[s.name].get(model) for s in common}
        rows, measured = backtest_of_total(common, {name: found for name, found in mine.items() if found})
        total = pd.DataFrame(rows, columns=["origin", "horizon", "forecast", "actual"])
        inside: dict[str, list[float]] = {}
        if rows:
            total = total.assign(sector=TOTAL, model=model, drivers="", year=total.origin + total.horizon)
            if model == CHOSEN:
                inside = _inside_of_total(plan, common, chosen, total)
            parts.append(total.assign(**inside))
        for item in measured:
            of_horizon = total.assign(**inside)[total.horizon == item.horizon]
            shares = {
                f"coverage_{name.removeprefix('inside_')}": 100 * of_horizon[name].mean() for name in inside
            }
            accuracy.append(_accuracy_row(TOTAL, model, "", item) | shares)
    columns = ["sector", "model", "drivers", "origin", "horizon", "year", "forecast", "actual"]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    measures = ["sector", "model", "drivers", "horizon", "origins", "mape", "smape", "mase", "bias"]
    return frame, pd.DataFrame(accuracy) if accuracy else pd.DataFrame(columns=measures)


def _inside_of_total(
    plan: Plan, sectors: list[Sector], chosen: Mapping[str, ModelForecast], rows: pd.DataFrame
) -> dict[str, list[float]]:
    """Columns that tell whether the interval of the total, made at an origin, held the actual."""
    inside = coverage_of_total(sectors, chosen, plan.config.levels, seed=plan.config.seed)
    places = list(zip(rows.origin.astype(int), rows.horizon.astype(int), strict=True))
    return {
        f"inside_{100 * level:g}": [float(found.get(place, np.nan)) for place in places]
        for level, found in inside.items()
    }


def _test_rows(
    found: ModelForecast, test: Any, labels: Mapping[str, str], *, with_intervals: bool
) -> pd.DataFrame:
    origins, horizons = test.forecast.shape
    origin = np.repeat(found.last_year - test.cuts, horizons)
    horizon = np.tile(np.arange(1, horizons + 1), origins)
    columns = {
        "origin": origin,
        "horizon": horizon,
        "year": origin + horizon,
        "forecast": test.forecast.ravel(),
        "actual": test.actual.ravel(),
    }
    if with_intervals:
        columns |= {f"inside_{100 * level:g}": inside.ravel() for level, inside in found.inside.items()}
    known = np.isfinite(columns["forecast"]) & np.isfinite(columns["actual"])
    return pd.DataFrame({**labels, **{name: values[known] for name, values in columns.items()}})


def _accuracy_rows(
    sector: str, model: str, drivers: str, found: ModelForecast, with_intervals: bool
) -> list[dict[str, Any]]:
    knowledge = next(item for item in found.accuracy if str(item) == drivers)
    rows = []
    for item in found.accuracy[knowledge]:
        row = _accuracy_row(sector, model, drivers, item)
        for level, inside in found.inside.items() if with_intervals else ():
            column = inside[:, item.horizon - 1]
            known = column[np.isfinite(column)]
            row[f"coverage_{100 * level:g}"] = 100 * known.mean() if len(known) else np.nan
        rows.append(row)
    return rows


def _accuracy_row(sector: str, model: str, drivers: str, item: Any) -> dict[str, Any]:
    return {
        "sector": sector,
        "model": model,
        "drivers": drivers,
        "horizon": item.horizon,
        "origins": item.origins,
        "mape": item.mape,
        "smape": item.smape,
        "mase": item.mase,
        "bias": item.bias,
    }


def _drivers(plan: Plan) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for name, path in plan.drivers.paths.items():
        rows += [
            {
                "driver": name,
                "year": year,
                "value": level,
                "kind": "actual" if year <= path.last_actual else "path",
                "source": "" if year <= path.last_actual else path.source,
            }
            for year, level in path.levels.items()
        ]
    return pd.DataFrame(rows, columns=["driver", "year", "value", "kind", "source"])


def _correlations(plan: Plan) -> pd.DataFrame:
    sectors = plan.data.sectors.values()
    energy = pd.DataFrame({s.name: pd.Series(s.energy, index=list(s.years)) for s in sectors})
    tables = plan.drivers.paths
    drivers = pd.DataFrame(
        {
            name: pd.Series({year: level for year, level in path.levels.items() if year <= path.last_actual})
            for name, path in tables.items()
        }
    )
    columns = ["sector", "driver", "level", "growth"]
    if drivers.empty:
        return pd.DataFrame(columns=columns)
    levels = correlations(energy, drivers)
    growth = correlations(energy, drivers, of_growth=True)
    rows = [
        (sector, driver, levels.loc[sector, driver], growth.loc[sector, driver])
        for sector in levels.index
        for driver in levels.columns
    ]
    return pd.DataFrame(rows, columns=columns)


def _sources(plan: Plan, sector: str) -> dict[str, str]:
    wanted = {
        name
        for request in plan.requests
        if request.sector == sector and request.model == plan.chosen[sector] and request.drivers is not None
        for name in request.drivers.names
    }
    found = {}
    for name in sorted(wanted):
        base = name.removesuffix(" per person")
        path = plan.drivers.paths.get(name) or plan.drivers.paths.get(base)
        found[name] = path.source if path is not None and path.source else "actuals"
    return found


def _facts(plan: Plan, chain: Chain) -> dict[str, Any]:
    return {
        "workbook": plan.data.path.name,
        "sha256": plan.data.sha256,
        "unit": plan.data.unit,
        "measured": plan.data.measured.to_plain(),
        "evidence": {
            "load_factors": {str(year): value for year, value in chain.evidence.load_factors.items()},
            "losses": {str(year): value for year, value in chain.evidence.losses.items()},
        },
        "last_actual_year": plan.data.last_actual_year,
        "target_year": plan.config.last_year,
        "layers": {name: str(role) for name, role in layers_of(plan).items()},
        "package_version": package_version(),
        "chosen": dict(plan.chosen),
        "definitions": DEFINITIONS,
    }
