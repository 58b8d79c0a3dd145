"""The steps of a validation run, with all that they import; loaded when the run begins."""

from __future__ import annotations

import pandas as pd

from workbench.data.notes import Notes
from workbench.data.projects.project import Project
from workbench.data.reporting import report_files, report_made_up, report_notes
from workbench.data.unused_settings import note_unused_settings
from workbench.errors import InvalidData
from workbench.evapotranspiration.config import EvapotranspirationConfig, ValidationConfig
from workbench.evapotranspiration.fusion.fuse import FusionMethod
from workbench.evapotranspiration.fusion.site_check import check_site
from workbench.evapotranspiration.inputs.reading import EtoInput, read_inputs
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.results.audit import audit_validation
from workbench.evapotranspiration.results.validation_saved import ValidationResult, save
from workbench.evapotranspiration.validation.holdout import Split, validate
from workbench.runs import Job, Unit
from workbench.runs.model.units import NO_FILES
from workbench.version import package_version


def run_validation(job: Job, project: Project, config: ValidationConfig) -> ValidationResult:
    """Read, check, hold out, save; see :mod:`workbench.evapotranspiration.jobs`."""
    project.results_folder("evapotranspiration_validation", config.scenario)
    job.plan(read=1, quality_control=2, validation=4, save=1)
    with job.stage("read", title="Read places and files"):
        data = _read(job, project, config)
    with job.stage("quality_control", title="Quality control and each source's ETo"):
        features, sites, failed = _features(job, data)
    with job.stage("validation", title="Hold out and compare"):
        measured = validate(
            features,
            data.reference,
            sites,
            split=Split(config.split),
            train_until=config.train_until or None,
            buffer_km=config.buffer_km,
            method=FusionMethod(config.method),
            coverage=config.interval / 100,
            progress=lambda done, total, what: _report(job, done, total, what),
        )
        audit_validation(measured, data.reference)
        job.log(measured.description)
    with job.stage("save", title="Save the results"):
        facts = {
            "files": dict(data.files),
            "failed_sites": failed,
            "package_version": package_version(),
            "made_up": data.made_up,
        }
        notes = Notes()
        for reason in failed.values():
            notes.omission(reason)
        notes.add_problems(data.problems)
        note_unused_settings(
            config,
            {
                "train_until": "" if config.split == "time" else f"the split is '{config.split}'",
                "wind_height": data.why_no_wind_height,
                "buffer_km": "" if config.split == "site" else f"the split is '{config.split}'",
            },
            notes,
        )
        report_notes(job, notes)
        result, files = save(ValidationResult.of(config, measured, notes, facts), project, job.run_id)
        report_files(job, files)
        mean = measured.overall.query("what == 'fused' and over == 'mean'").iloc[0]
        for name, unit in (("nse", ""), ("kge", ""), ("mae", "mm/d")):
            job.metric(f"{name.upper()}, mean of the sites", float(mean[name]), unit=unit)
    return result


def _read(job: Job, project: Project, config: ValidationConfig) -> EtoInput:
    data = read_inputs(
        project,
        EvapotranspirationConfig(
            sites_file=config.sites_file,
            weather_file=config.weather_file,
            left_out=config.left_out,
            wind_height=config.wind_height,
            units=config.units,
            reference_file=config.reference_file,
        ),
    )
    report_made_up(job, data.made_up)
    for path in data.paths:
        job.uses(path, sha256=data.files[path.name])
    if data.reference.empty or not data.weather:
        missing = "reference" if data.reference.empty else "weather"
        raise InvalidData(
            f"There is no {missing} file in {project.inputs}: a validation needs daily weather "
            "(eto_weather.csv) and trusted ETo (eto_reference.csv) of the same sites.",
            project.inputs,
        )
    return data


def _features(job: Job, data: EtoInput) -> tuple[pd.DataFrame, dict[str, Site], dict[str, str]]:
    with_reference = set(data.reference["site"])
    units = []
    for place in data.places:
        if place.name in data.weather and place.name in with_reference:
            site = Site(place.name, place.latitude, place.longitude, float(place.elevation or 0.0))
            units.append(Unit(place.name, (site, dict(data.weather[place.name]))))
    parts, sites, failed = [], {}, {}
    found = job.map(check_site, units, title="Site", workers="measured", remember=False, files=NO_FILES)
    for outcome in found:
        if outcome.error is not None:
            failed[outcome.key] = outcome.error
            continue
        parts.append(outcome.value.features.assign(site=outcome.key).reset_index())
        sites[outcome.key] = outcome.value.site
    if not parts:
        reasons = " ".join(failed.values()) or "No site has both weather and a reference."
        raise InvalidData(f"Nothing can be validated. {reasons}")
    return pd.concat(parts, ignore_index=True), sites, failed


def _report(job: Job, done: int, total: int, what: str) -> None:
    job.checkpoint()
    job.progress(done, total, what)
