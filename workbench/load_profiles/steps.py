"""The steps of a load profile run, with all that they import; loaded when the run begins."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from workbench.data.arrays import Floats
from workbench.data.notes import Notes
from workbench.data.projects.project import Project
from workbench.data.reporting import report_files, report_notes
from workbench.errors import InvalidData
from workbench.hourly_loads.year_hours import hours_of_year
from workbench.load_profiles.config import LoadProfileConfig, ShapeMethod
from workbench.load_profiles.generation.accuracy import Accuracy
from workbench.load_profiles.generation.generate import MadeYear, make_year
from workbench.load_profiles.generation.holdout import hold_out, source_before
from workbench.load_profiles.generation.plan import Plan, make_plan
from workbench.load_profiles.inputs.energy_source import inherited_energy
from workbench.load_profiles.inputs.reading import LoadInput, read_inputs
from workbench.load_profiles.results.audit import audit
from workbench.load_profiles.results.result_tables import (
    actual_load,
    conflicts_table,
    days_table,
    history_frame,
    history_years_table,
    holidays_table,
    hourly_frame,
    months_table,
    targets_table,
    years_table,
)
from workbench.load_profiles.results.saved import LoadProfileResult, save
from workbench.load_profiles.shapes.day_types import DAY_NAMES
from workbench.runs import Job, Unit
from workbench.runs.model.units import NO_FILES
from workbench.version import package_version


def run_load_profiles(job: Job, project: Project, config: LoadProfileConfig) -> LoadProfileResult:
    """Read, reconcile, make, measure, save; see :func:`workbench.load_profiles.jobs.make_load_profiles`."""
    project.results_folder("load_profiles", config.scenario)
    job.plan(read=4, targets=1, years=2, accuracy=1, save=4)
    with job.stage("read", title="Read the history"):
        data = _read(job, project, config)
    with job.stage("targets", title="Reconcile the targets"):
        plan = make_plan(project, data, config)
    with job.stage("years", title="Make the years"):
        made, failures = _make(job, plan)
    with job.stage("accuracy", title="Measure the accuracy"):
        accuracy, held_out = _measure(job, plan)
    with job.stage("save", title="Save the results"):
        result = _assemble(plan, made, failures, accuracy, held_out)
        audit(result, made, inherited_energy(project, plan.config, plan.targets))
        report_notes(job, result.notes)
        return _save(job, result, project)


def _read(job: Job, project: Project, config: LoadProfileConfig) -> LoadInput:
    data = read_inputs(project, config)
    job.uses(data.path, sha256=data.files[data.path.name])
    complete = data.complete_years
    job.log(
        f"{len(data.history.load)} hours from {data.history.local[0]} on, complete years {complete[0]} to "
        f"{complete[-1]}; "
        f"{len(data.holidays)} holidays listed, targets of {len(data.targets.years)} years."
    )
    return data


def _make(job: Job, plan: Plan) -> tuple[list[MadeYear], dict[int, str]]:
    made, failures = [], {}
    units = [Unit(str(task.year), (task,)) for task in plan.tasks]
    # A year takes a millisecond or two: threads would only take turns, and keeping it costs more than making it.
    found = job.map(make_year, units, title="Year", workers="measured", remember=False, files=NO_FILES)
    for outcome in found:
        if outcome.error is not None:
            failures[int(outcome.key)] = outcome.error
            continue
        made.append(outcome.value)
    made.sort(key=lambda item: item.year)
    if not made:
        reasons = "; ".join(f"{year}: {reason}" for year, reason in failures.items())
        raise InvalidData(f"No year could be made. {reasons}", plan.data.path)
    return made, failures


def _measure(job: Job, plan: Plan) -> tuple[pd.DataFrame, dict[int, Floats]]:
    tables, held_out = [], {}
    count = plan.config.holdout_years
    years = sorted(plan.all_years.years)[-count:] if count else []
    for year in years:
        named = dict.fromkeys(plan.source.years) if plan.config.base_years else {}
        source = source_before(plan.all_years, year, named)
        if source is None or (
            source.method is ShapeMethod.SIMILAR_DAY and not set(source.years) <= set(source.warmth)
        ):
            _note_no_holdout(plan.notes, year, "there is no base year before it.")
            continue
        hours = hours_of_year(year, plan.data.first_month, plan.data.history.zone)
        try:
            table, made = hold_out(source, actual_load(plan, year), hours, plan.config.transform)
        except InvalidData as error:
            _note_no_holdout(plan.notes, year, str(error))
            continue
        tables.append(table)
        held_out[year] = made
        chosen = table[table.chosen].iloc[0]
        job.metric(f"Hourly MAPE of {year} held out", float(chosen.hourly_mape), unit="%")
        job.metric(f"Peak error of {year} held out", float(chosen.peak), unit="%")
    return (pd.concat(tables, ignore_index=True) if tables else _no_accuracy()), held_out


def _assemble(
    plan: Plan,
    made: list[MadeYear],
    failures: Mapping[int, str],
    accuracy: pd.DataFrame,
    held_out: Mapping[int, Floats],
) -> LoadProfileResult:
    config, data = plan.config, plan.data
    zone, first_month = data.history.zone, data.first_month
    tables = {
        "years": years_table(made, plan),
        "months": months_table(made, plan),
        "targets": targets_table(made, plan),
        "conflicts": conflicts_table(plan),
        "days": days_table(made, plan),
        "cleaning": data.cleaning,
        "history_years": history_years_table(plan),
        "accuracy": accuracy,
        "ageing": plan.ageing,
        "day_types": plan.source.types.table(),
        "holidays": holidays_table(plan),
    }
    hourly = {item.year: hourly_frame(item, hours_of_year(item.year, first_month, zone)) for item in made}
    notes = Notes()
    for year, reason in failures.items():
        notes.omission(f"{year} could not be made: {reason}", years=(year,))
    notes.extend(plan.notes)
    notes.add_problems(data.problems)
    facts = {
        "file": data.path.name,
        "files": dict(plan.files),
        "zone": zone,
        "first_month": first_month,
        "complete_years": list(data.complete_years),
        "base_years": sorted(plan.source.years),
        "rest_day": DAY_NAMES[plan.source.types.rest_day],
        "energy_unit_read": data.targets.unit,
        "failed_years": {str(year): reason for year, reason in failures.items()},
        "stamps": "A stamp is the begin of its hour.",
        "package_version": package_version(),
    }
    past = history_frame(plan, held_out)
    return LoadProfileResult(config.scenario, config, tables, notes, facts, hourly=hourly, past=past)


def _save(job: Job, result: LoadProfileResult, project: Project) -> LoadProfileResult:
    from workbench.load_profiles.results.report import write_report

    result, files = save(result, project, job.run_id)
    report_files(job, files)
    job.checkpoint()
    last = result.table("years").iloc[-1]
    job.metric(f"Energy of {int(last.year)}", float(last.energy), unit="GWh")
    job.metric(f"Peak of {int(last.year)}", float(last.peak), unit="MW")
    if result.folder is not None:
        path = write_report(result, result.folder / "report.html", project.style)
        job.artifact(path, "Report for the browser")
    return result


def _note_no_holdout(notes: Notes, year: int, reason: str) -> None:
    notes.unused(
        f"{year} cannot be held out: {reason}", setting="holdout_years", tables=("accuracy",), years=(year,)
    )


def _no_accuracy() -> pd.DataFrame:
    names = ["year", "base_year", "shape", "transform", "chosen", *Accuracy.__dataclass_fields__]
    return pd.DataFrame(columns=names)
