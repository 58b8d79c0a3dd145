"""The steps of an evapotranspiration run, with all that they import; loaded when the run begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from workbench.data.projects.project import Project
from workbench.data.reporting import report_files, report_made_up, report_notes
from workbench.errors import SourceFailed
from workbench.evapotranspiration.config import EvapotranspirationConfig, zone_named
from workbench.evapotranspiration.fusion.features import ETO
from workbench.evapotranspiration.fusion.lead_time import with_lead_time
from workbench.evapotranspiration.fusion.learning import lessons
from workbench.evapotranspiration.fusion.pooling import Basis
from workbench.evapotranspiration.fusion.site_check import SiteCheck, check_site
from workbench.evapotranspiration.fusion.site_fusion import SiteFusion, fuse_site
from workbench.evapotranspiration.fusion.stations import station_eto, stations_of, truth_of, without_station
from workbench.evapotranspiration.fusion.statistics import Statistics
from workbench.evapotranspiration.fusion.widening import with_assumed_inputs
from workbench.evapotranspiration.inputs.downloads import (
    Downloader,
    Gathered,
    SitePlan,
    fill_elevations,
    place_with_elevation,
    plan_sites,
)
from workbench.evapotranspiration.inputs.reading import EtoInput, read_inputs
from workbench.evapotranspiration.model.catalogue import today_at
from workbench.evapotranspiration.model.equations import GRASS
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.results.audit import audit
from workbench.evapotranspiration.results.result_tables import assemble
from workbench.evapotranspiration.results.saved import EtoResult, save
from workbench.online.client import OnlineClient
from workbench.runs import Job, Unit
from workbench.runs.model.units import NO_FILES


def run_evapotranspiration(job: Job, project: Project, config: EvapotranspirationConfig) -> EtoResult:
    """Read, download, check, fuse, save; see :mod:`workbench.evapotranspiration.jobs`."""
    project.results_folder("evapotranspiration", config.scenario)
    job.plan(read=1, download=6, quality_control=2, fusion=2, save=1)
    with job.stage("read", title="Read places and files"):
        data = _read(job, project, config)
        plans, refused = plan_sites(data, config, contact=project.settings.contact)
    with job.stage("download", title="Download"):
        gathered, plans = _download(job, project, config, data, plans)
    with job.stage("quality_control", title="Quality control and each source's ETo"):
        checks, elevations, failed = _check(job, config, data, plans, gathered, refused)
    with job.stage("fusion", title="Fusion"):
        fused, words = _fuse(job, config, data, plans, checks, failed)
    with job.stage("save", title="Save the results"):
        result = assemble(config, data, plans, gathered, checks, elevations, fused, words, failed)
        audit(result, plans, gathered, failed)
        return _save(job, result, project)


def _read(job: Job, project: Project, config: EvapotranspirationConfig) -> EtoInput:
    data = read_inputs(project, config)
    report_made_up(job, data.made_up)
    for path in data.paths:
        job.uses(path, sha256=data.files[path.name])
    job.log(
        f"{len(data.places)} places; weather of {len(data.weather)} from files; "
        f"{len(data.reference)} days of reference."
    )
    return data


def _download(
    job: Job,
    project: Project,
    config: EvapotranspirationConfig,
    data: EtoInput,
    plans: Sequence[SitePlan],
) -> tuple[Gathered, list[SitePlan]]:
    gathered = Gathered()
    for plan in plans:
        for source, weather in data.weather.get(plan.place.name, {}).items():
            gathered.add_file(plan.place.name, source, weather)
    if not any(plan.asks for plan in plans):
        job.log("All weather comes from files; no online service is asked.")
        return gathered, list(plans)
    folder = project.cache_folder / "weather"
    with OnlineClient(
        folder,
        config.services,
        config.patience,
        purpose="reference evapotranspiration",
        contact=project.settings.contact,
    ) as client:
        filled, reason = fill_elevations(job, client, plans)
        if reason:
            gathered.notes.append(f"{reason} Heights come from the weather sources instead.")
        asked = {f"{plan.place.name}/{ask.source}": (plan, ask) for plan in filled for ask in plan.asks}
        units = [Unit(key, (plan.place, ask)) for key, (plan, ask) in asked.items()]
        download = Downloader(client).download
        for outcome in job.map(download, units, title="Download", workers=config.parallel):
            plan, ask = asked[outcome.key]
            if outcome.error is not None:
                gathered.add_failure(plan, ask, outcome.error)
                continue
            gathered.add(plan, ask, outcome.value)
    return gathered, filled


def _check(
    job: Job,
    config: EvapotranspirationConfig,
    data: EtoInput,
    plans: Sequence[SitePlan],
    gathered: Gathered,
    refused: Mapping[str, str],
) -> tuple[dict[str, SiteCheck], dict[str, str], dict[str, str]]:
    failed, elevations, units = dict(refused), {}, []
    given = {place.name: place for place in data.places}
    for plan in plans:
        name = plan.place.name
        weather = {source: part for source, part in gathered.weather.get(name, {}).items() if len(part)}
        if not weather:
            failed[name] = f"{name}: no source gave any weather."
            continue
        place, elevations[name] = place_with_elevation(plan.place, given[name], gathered)
        site = Site(place.name, place.latitude, place.longitude, float(place.elevation or 0.0))
        own = data.hours.get(name, {})
        units.append(Unit(name, (site, weather, config.equation, own, zone_named(config.time_zone))))
    checks: dict[str, SiteCheck] = {}
    # A site takes tens of milliseconds of numpy: more threads would only take turns, other processes may pay.
    found = job.map(check_site, units, title="Site", workers="measured", remember=False, files=NO_FILES)
    for outcome in found:
        if outcome.error is not None:
            failed[outcome.key] = outcome.error
            continue
        checks[outcome.key] = outcome.value
    if not checks:
        reasons = " ".join([*failed.values(), *gathered.failures, *gathered.notes])
        raise SourceFailed(f"No place has any weather that can be used. {reasons}")
    return checks, elevations, failed


def _fuse(
    job: Job,
    config: EvapotranspirationConfig,
    data: EtoInput,
    plans: Sequence[SitePlan],
    checks: Mapping[str, SiteCheck],
    failed: dict[str, str],
) -> tuple[dict[str, SiteFusion], str]:
    periods = {plan.place.name: pd.date_range(plan.first, plan.last, freq="D", unit="s") for plan in plans}
    asked = periods[next(iter(checks))]
    for name in checks:
        asked = asked.union(periods[name])
    sites = {name: item.site for name, item in checks.items()}
    stations = stations_of(checks, config.stations, set(data.reference["site"]))
    gridded = {
        name: without_station(item, stations[name]) if name in stations else item.features
        for name, item in checks.items()
    }
    reference = pd.concat(
        [data.reference, *([truth_of(checks, stations)] if config.learn and stations else [])]
    )
    teaching = set(reference["site"])
    # Of places without a reference nothing is learned, and there may be a thousand of them.
    known = [table.assign(site=name).reset_index() for name, table in gridded.items() if name in teaching]
    features = pd.concat(known, ignore_index=True) if known else pd.DataFrame({"site": []})
    shipped = None if config.equation in GRASS else Statistics(())
    taught, words = lessons(features, reference, sites, asked, shipped)
    units = []
    for name, item in checks.items():
        own = gridded[name][gridded[name].index.isin(periods[name])].dropna(how="all")
        station, measured = stations.get(name, ""), None
        if station:
            measured = station_eto(item, station)
            measured = measured[measured.index.isin(periods[name])].dropna()
        gives = any(str(column).startswith(ETO) and own[column].notna().any() for column in own)
        if not gives and (measured is None or measured.empty):
            failed[name] = f"{name}: no source has any of the requested days."
            continue
        arguments = (item.site, own, taught, config.method, config.interval / 100, station, measured)
        units.append(Unit(name, arguments))
    fused: dict[str, SiteFusion] = {}
    found = job.map(fuse_site, units, title="Site", workers="measured", remember=False, files=NO_FILES)
    for outcome in found:
        if outcome.error is None:
            name, today = outcome.key, today_at(sites[outcome.key].longitude)
            assumed = checks[name].assumed
            if outcome.value.basis in (Basis.LOCAL, Basis.STATION):
                # What was learned at the place has the errors of what was assumed there in it.
                assumed = assumed.filter(items=[outcome.value.station])
            table = with_assumed_inputs(outcome.value.table, assumed)
            table = with_lead_time(table, today)
            # A handful of texts on eleven thousand days: each is held once.
            texts = {column: pd.Categorical(table[column]) for column in ("grade", "reason", "sources")}
            fused[name] = replace(outcome.value, table=table.assign(**texts))
        else:
            failed[outcome.key] = outcome.error
    if not fused:
        raise SourceFailed("No place has any of the requested days; change the period, or the sources.")
    return fused, words


def _save(job: Job, result: EtoResult, project: Project) -> EtoResult:
    from workbench.evapotranspiration.results.report import write_report

    report_notes(job, result.notes)
    result, files = save(result, project, job.run_id)
    report_files(job, files)
    job.checkpoint()
    daily = result.table("daily")
    job.metric("Mean ETo", float(daily["eto"].mean()), unit="mm/d")
    job.metric("Mean standard error", float(daily["standard_error"].mean()), unit="mm/d")
    if result.folder is not None:
        job.artifact(
            write_report(result, result.folder / "report.html", project.style), "Report for the browser"
        )
    return result
