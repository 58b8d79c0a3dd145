"""The steps of an irrigation plan, with all that they import; loaded when the run begins."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbench.data.audit import require_all_equal
from workbench.data.notes import Notes, Weight
from workbench.data.projects.project import Project
from workbench.data.reporting import report_files, report_made_up, report_notes
from workbench.data.unused_settings import note_unused_settings
from workbench.errors import InvalidData
from workbench.evapotranspiration.inputs.field_notes import FieldNotes
from workbench.evapotranspiration.inputs.fields import FieldInput, read_fields
from workbench.evapotranspiration.irrigation.climate import FORECAST, USUAL, Prepared, prepared_climate
from workbench.evapotranspiration.irrigation.season import MEASURED, Seasons, follow_seasons, plantings
from workbench.evapotranspiration.irrigation.totals import days_ahead, irrigations, season_totals
from workbench.evapotranspiration.irrigation_config import Applied, IrrigationConfig
from workbench.evapotranspiration.model.fields import Field
from workbench.evapotranspiration.results.irrigation.saved import IrrigationResult, save
from workbench.evapotranspiration.steps.irrigation_weather import PlaceWeather, read_weather
from workbench.runs import Job
from workbench.version import package_version

MAX_YEARS_LISTED = 5
ROUNDING = 1e-6


def run_irrigation(job: Job, project: Project, config: IrrigationConfig) -> IrrigationResult:
    """Read, follow the fields, save; see :mod:`workbench.evapotranspiration.jobs`."""
    project.results_folder("irrigation", config.scenario)
    job.plan(read=2, fields=3, save=1)
    notes = Notes()
    with job.stage("read", title="Read weather and fields"):
        weather = read_weather(project, config, notes)
        report_made_up(job, weather.made_up)
        data = read_fields(project, config, tuple(weather.places), notes)
        for path in (*weather.paths, *data.paths):
            job.uses(path)
        job.log(f"{len(data.fields)} fields; weather of {len(weather.places)} places from {weather.source}.")
    with job.stage("fields", title="Soil water and irrigation of the fields"):
        tables = _follow(job, config, weather, data, notes)
    with job.stage("save", title="Save the plan"):
        result = _result(config, weather, data, tables, notes)
        _audit(result)
        return _save(job, result, project)


def _follow(
    job: Job, config: IrrigationConfig, weather: PlaceWeather, data: FieldInput, notes: Notes
) -> dict[str, pd.DataFrame]:
    parts: dict[str, list[pd.DataFrame]] = {}
    climates: dict[str, Prepared] = {}
    told = FieldNotes()
    for number, field in enumerate(data.fields):
        job.checkpoint()
        job.progress(number, len(data.fields), field.name)
        if field.site not in climates:
            climates[field.site] = _climate(config, weather, field.site, notes)
        climate = climates[field.site].climate
        begun = _begun(field, pd.DatetimeIndex(climate.index), told)
        given = data.applied.get(field.name)
        planned = config.applied is Applied.PLANNED or (config.applied is Applied.AUTOMATIC and given is None)
        seasons = follow_seasons(
            field,
            climate,
            begun,
            dual=config.coefficients == "dual",
            given=None if planned else given,
            planned=planned,
        )
        basis = climate["basis"].to_numpy()[seasons.days["place"].to_numpy(dtype=int)]
        days = seasons.days.drop(columns="place").assign(basis=basis)
        _note_field(field, days, planned, told)
        _note_events_elsewhere(field, None if planned else given, days, told)
        made = {
            "days": days,
            "seasons": season_totals(days, field.stages.season, field.area),
            "irrigations": irrigations(days, field.area),
            "outlook": days_ahead(days),
            "fields": _facts(field, seasons, planned),
        }
        for name, table in made.items():
            parts.setdefault(name, []).append(table)
    told.into(notes)
    return {name: pd.concat(tables, ignore_index=True) for name, tables in parts.items()}


def _climate(config: IrrigationConfig, weather: PlaceWeather, site: str, notes: Notes) -> Prepared:
    found = prepared_climate(weather.places[site], weather.ahead.get(site), config.outlook)
    if found.bridged:
        notes.assumption(
            f"{site}: ETo of {found.bridged} days is interpolated between its neighbours",
            column="eto",
            tables=("days", "seasons"),
        )
    if found.lost:
        notes.omission(
            f"{site}: ETo of {found.lost} days is not known; a season is followed up to the first of them",
            column="eto",
            tables=("days", "seasons"),
        )
    if found.dry:
        notes.assumption(
            f"{site}: {found.dry} days without a known rain count as dry, so more irrigation is planned than may "
            "be due",
            column="precip",
            tables=("days", "seasons"),
            advice="give the rain of these days",
        )
    past = weather.places[site]
    for column, what in (("wind", "2 m/s"), ("humidity", "a least humidity of 45 %")):
        if column not in past or past[column].isna().all():
            notes.assumption(
                f"{site}: {column} is not known; the coefficients are those of {what}",
                column=column,
                tables=("fields",),
            )
    if weather.notes.get(site):
        notes.assumption(
            weather.notes[site], setting="eto", advice="estimate ETo first, which weighs the sources"
        )
    return found


def _begun(field: Field, dates: pd.DatetimeIndex, told: FieldNotes) -> list[datetime.date]:
    begun, cut = plantings(field, dates)
    if cut and begun:
        told.add(
            "unused",
            field.name,
            f"the season planted on {cut[0]:%Y-%m-%d} begins before the weather, and is left out",
            weight=Weight.NORMAL,
            tables=("seasons",),
        )
    if not begun:
        month, day, year = field.planting
        planted = f"{year}-{month:02d}-{day:02d}" if year else f"{month:02d}-{day:02d}"
        raise InvalidData(
            f"{field.name}: the weather has {dates[0]:%Y-%m-%d} to {dates[-1]:%Y-%m-%d}, and the season planted "
            f"on {planted} does not begin in it; estimate ETo from the day of planting on, or change the planting."
        )
    return begun


def _note_field(field: Field, days: pd.DataFrame, planned: bool, told: FieldNotes) -> None:
    if planned:
        told.add(
            "assumption",
            field.name,
            "no applied irrigation is known; the past is irrigated by the rule of the plan",
            setting="irrigation_file",
            tables=("days", "irrigations", "seasons"),
            advice="give what was applied in eto_irrigation.csv (field, date, irrigation)",
        )
    if field.depletion == 0:
        told.add(
            "assumption",
            field.name,
            "the root zone is full at planting",
            setting="depletion",
            tables=("days",),
        )
    if field.crop.base_temperature is None:
        told.add(
            "unused",
            field.name,
            f"no base temperature of {field.crop.name} is known, so its warmth is not summed up",
            setting="base_temperature",
            tables=("days",),
            weight=Weight.NORMAL,
        )
    ahead = days["basis"] != MEASURED
    usual = int((days["basis"] == USUAL).sum())
    if usual:
        told.add(
            "assumption",
            field.name,
            f"{usual} of {int(ahead.sum())} days ahead are in no forecast; they are as usual at this time of the "
            "year, "
            "and no rain is counted on",
            tables=("outlook",),
            setting="forecast",
            advice="estimate ETo with the period 'forecast' first",
        )
    short = float(days["short"].abs().max())
    if short > ROUNDING:
        told.add(
            "doubt",
            field.name,
            f"on some days the balance wanted up to {short:.1f} mm more than the root zone held",
            tables=("days",),
        )


def _note_events_elsewhere(
    field: Field, given: pd.Series | None, days: pd.DataFrame, told: FieldNotes
) -> None:
    """Say which applied irrigations lie in no season."""
    if given is None:
        return
    elsewhere = given.index[~given.index.isin(pd.DatetimeIndex(days["date"])) & (given > 0).to_numpy()]
    if len(elsewhere):
        told.add(
            "unused",
            field.name,
            f"{len(elsewhere)} applied irrigations lie outside its seasons, the first on {elsewhere[0]:%Y-%m-%d}",
            setting="irrigation_file",
            weight=Weight.NORMAL,
        )


def _facts(field: Field, seasons: Seasons, planned: bool) -> pd.DataFrame:
    corners = seasons.coefficients
    crop = field.crop
    return pd.DataFrame(
        [
            {
                "field": field.name,
                "site": field.site,
                "crop": crop.name,
                "stages": ", ".join(f"{days:g}" for days in field.stages.days),
                "region": ", ".join(filter(None, (field.stages.region, field.stages.planting))) or "given",
                "kc_ini": float(corners["initial"].mean()),
                "kc_mid": float(corners["middle"].mean()),
                "kc_end": float(corners["end"].mean()),
                "holds": field.soil.available,
                "roots": field.roots,
                "p": crop.p,
                "at_planting": field.depletion * field.soil.available * field.roots_at_planting,
                "efficiency": 100 * field.system.efficiency,
                "wetted": 100 * field.system.wetted,
                "area": np.nan if field.area is None else field.area,
                "base_temperature": np.nan if crop.base_temperature is None else crop.base_temperature,
                "past": "planned" if planned else "applied",
                "source": "FAO-56, tables 11, 12, 17, 19, 20, 22",
            }
        ]
    )


def _result(
    config: IrrigationConfig,
    weather: PlaceWeather,
    data: FieldInput,
    tables: Mapping[str, pd.DataFrame],
    notes: Notes,
) -> IrrigationResult:
    _note_unused(config, weather, data, tables["outlook"], notes)
    facts = {
        "files": {**weather.files, **data.files},
        "weather": weather.source,
        "eto": weather.eto,
        "forecast": weather.forecast,
        "credits": list(weather.credits),
        "made_up": weather.made_up,
        "last_day": f"{tables['days'].query('basis == @MEASURED')['date'].max():%Y-%m-%d}",
        "package_version": package_version(),
    }
    order = ["field", "season", "date", "basis", "stage"]
    days = tables["days"]
    days = days[[*order, *(name for name in days if name not in order)]]
    return IrrigationResult(config.scenario, config, {**tables, "days": days}, notes, facts)


def _save(job: Job, result: IrrigationResult, project: Project) -> IrrigationResult:
    report_notes(job, result.notes)
    result, files = save(result, project, job.run_id)
    report_files(job, files)
    seasons = result.table("seasons")
    job.metric("Net irrigation, mean of the seasons", float(seasons["net"].mean()), unit="mm")
    job.metric("Demand of the crop, mean of the seasons", float(seasons["etc"].mean()), unit="mm")
    return result


def _note_unused(
    config: IrrigationConfig, weather: PlaceWeather, data: FieldInput, ahead: pd.DataFrame, notes: Notes
) -> None:
    over = "no season is under way after the last day of the weather" if ahead.empty else ""
    without_rule = config.applied is Applied.FILE and ahead.empty
    ruled = "no irrigation is planned: all days are over, and the file says what was applied"
    measured = config.field_capacity is not None and config.coefficients == "single"
    reasons = {
        **dict.fromkeys(("weather_file", "units"), "a saved ETo is used" if weather.is_saved else ""),
        "wind_height": weather.why_no_wind_height,
        "wetted": "single coefficients do not follow the surface" if config.coefficients == "single" else "",
        "soil": "the water that it holds was given" if measured else "",
        "irrigation_file": "the past is planned" if config.applied is Applied.PLANNED else "",
        "outlook": over,
        "forecast": over
        or ("" if FORECAST in set(ahead["basis"]) else "it has no day after the past of a field"),
        "room": "each irrigation has its depth" if config.depth is not None else "",
        **(dict.fromkeys(("allowed_depletion", "depth", "room", "limit"), ruled) if without_rule else {}),
        **dict.fromkeys(data.said, "the table of fields says it of every field"),
    }
    note_unused_settings(config, reasons, notes)


def _audit(result: IrrigationResult) -> None:
    """Check that the water of each season went to the air, off the field, below the roots, or into the soil."""
    days = result.table("days").dropna(subset=["depletion"])
    before = dict(result.table("fields").set_index("field")["at_planting"])
    names: list[str] = []
    came: list[float] = []
    went: list[float] = []
    for (field, season), part in days.groupby(["field", "season"], sort=False):
        names.append(f"{field}, {season}")
        came.append(
            float(
                (part["rain"] + part["net"] + part["short"]).sum()
                + part["depletion"].iloc[-1]
                - before[str(field)]
            )
        )
        went.append(float((part["eta"] + part["runoff"] + part["percolation"]).sum()))
    require_all_equal(
        "water of {} [mm]", names, "what came", np.array(came), "what went", np.array(went), absolute=1e-3
    )
    for field in result.table("fields")["field"]:
        if not (result.table("seasons")["field"] == field).any():
            raise InvalidData(f"{field}: no season has a day that is over.")
