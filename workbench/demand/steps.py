"""The steps of a demand run, with all that they import; loaded when the run begins."""

from __future__ import annotations

import math

from workbench.data.projects.project import Project
from workbench.data.reporting import report_files, report_notes
from workbench.demand.config import DemandConfig
from workbench.demand.inputs.reading import (
    DemandInput,
    find_workbook,
    open_workbook,
    read_demand,
    with_measured_hours,
)
from workbench.demand.results.assemble import assemble
from workbench.demand.results.audit import audit
from workbench.demand.results.export import write_excel
from workbench.demand.results.report import write_report
from workbench.demand.results.saved import DemandResult, save
from workbench.demand.sectors.plan import Plan, make_plan
from workbench.demand.sectors.sector_forecast import ModelForecast, forecast_sector
from workbench.errors import InvalidData
from workbench.runs import Job, Unit
from workbench.runs.model.units import NO_FILES


def run_demand(job: Job, project: Project, config: DemandConfig) -> DemandResult:
    """Read, forecast, sum up and save; see :func:`workbench.demand.jobs.forecast_demand`."""
    project.results_folder("demand", config.scenario)
    job.plan(read=1, forecast=6, requirement=1, save=3)
    with job.stage("read", title="Read the workbook"):
        data = _read(job, project, config)
    with job.stage("forecast", title="Forecast the sectors"):
        plan, forecasts, failures = _forecast(job, data, config)
    with job.stage("requirement", title="From sales to requirement"):
        start = project.style.fiscal_year_start
        result = assemble(plan, forecasts, failures, start)
        audit(result, data, open_workbook(data.path), start)
        report_notes(job, result.notes)
        last = result.table("requirement").iloc[-1]
        for title, value, unit in (
            ("Energy requirement", last.requirement, "GWh"),
            ("Peak load", last.peak_mw, "MW"),
        ):
            if math.isfinite(value):
                job.metric(title, value, unit=unit)
    with job.stage("save", title="Save the results"):
        return _save(job, result, project)


def _read(job: Job, project: Project, config: DemandConfig) -> DemandInput:
    path = find_workbook(project, config.workbook)
    data = with_measured_hours(read_demand(path, config), project, config)
    job.uses(path, sha256=data.sha256)
    if data.measured.path is not None and data.measured.path != path:
        job.uses(data.measured.path, sha256=data.measured.sha256)
    job.log(
        f"{len(data.sectors)} sectors, {len(data.drivers.actual)} drivers; last actual year "
        f"{data.last_actual_year}, electricity read in {data.unit}."
    )
    return data


def _forecast(
    job: Job, data: DemandInput, config: DemandConfig
) -> tuple[Plan, dict[str, dict[str, ModelForecast]], dict[str, str]]:
    while True:
        target = job.config.target_year
        plan = make_plan(data, job.config)
        forecasts: dict[str, dict[str, ModelForecast]] = {}
        failures = dict(plan.failures)
        for name, reason in plan.failures.items():
            with job.stage(name, keep_going=True):
                raise InvalidData(reason, data.path)
        units = [Unit(f"{r.sector}/{r.model}", (r,), r.sector) for r in plan.requests]
        # The models are short runs of numpy that hold the interpreter; more threads would only take turns, other
        # processes may pay.
        found_all = job.map(
            forecast_sector, units, title="Sector x model", workers="measured", files=NO_FILES
        )
        for outcome in found_all:
            if outcome.error is not None:
                # The sentence is for the planner; a class name says nothing to them.
                failures[outcome.key] = outcome.error.removeprefix("ValueError: ")
                continue
            found: ModelForecast = outcome.value
            forecasts.setdefault(found.sector, {})[found.model] = found
            if plan.chosen.get(found.sector) == found.model:
                _report(job, found)
        job.checkpoint()
        if job.config.target_year == target:
            return plan, forecasts, failures
        job.log(f"The target year is now {job.config.target_year}: the sectors are forecast again.")


def _report(job: Job, found: ModelForecast) -> None:
    for item in next(iter(found.accuracy.values())):
        if item.horizon in (1, 5):
            stage = job.stage_path(found.sector)
            job.metric(f"MAPE {item.horizon} year ahead", item.mape, unit="%", stage=stage)


def _save(job: Job, result: DemandResult, project: Project) -> DemandResult:
    result, files = save(result, project, run=job.run_id)
    report_files(job, files)
    job.checkpoint()
    if result.folder is not None:
        job.artifact(write_excel(result, result.folder / "demand.xlsx", project.style), "Excel workbook")
        job.checkpoint()
        job.artifact(
            write_report(result, result.folder / "report.html", project.style), "Report for the browser"
        )
    return result
