"""The chain from the first step on: which results there are, what each was made from, what is to be run again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from workbench.data.formatting import format_energy, format_number, year_label
from workbench.data.notes import NoteKind, Weight
from workbench.data.projects.project import Project
from workbench.data.results.scenario import SUMMARY_FILE
from workbench.errors import DataError, WorkbenchError
from workbench.files import changed_at, is_file
from workbench.planning.chain import STEPS, TOLERANCE, load_chain
from workbench.planning.settling import settled_settings
from workbench.planning.steps import DEFAULT_SCENARIO, settings_of_step
from workbench.runs import start
from workbench.runs.engine.run import Run
from workbench.runs.model.digest import file_digest
from workbench.runs.model.settings import to_plain

__all__ = ["ChainState", "Step", "StepState", "chain_state", "run_stale_steps"]

TITLES = {"demand": "Demand forecast", "load_profiles": "Load profiles", "capacity": "Capacity plan"}


class StepState(StrEnum):
    """Where one step of the chain is."""

    MISSING = "inputs missing"
    TO_RUN = "not run yet"
    STALE = "out of date"
    DOUBTFUL = "contradictory"
    CURRENT = "up to date"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the chain.

    Parameters
    ----------
    job
        Its job.
    title
        What it is called.
    scenario
        Of its result; empty where it has none.
    state
        Where it is.
    facts
        What comes out of it, in a few words; empty without a result.
    reasons
        Why it is where it is, each a sentence.
    config
        The settings of its result; None where it has none.
    """

    job: str
    title: str
    scenario: str
    state: StepState
    facts: str = ""
    reasons: tuple[str, ...] = ()
    config: Any = None


@dataclass(frozen=True, slots=True)
class ChainState:
    """The three steps of a project's chain, in order."""

    steps: tuple[Step, ...]

    @property
    def to_run(self) -> tuple[Step, ...]:
        """Steps to run, up to the first that lacks its inputs."""
        found = []
        for step in self.steps:
            if step.state is StepState.MISSING:
                break
            if step.state in (StepState.TO_RUN, StepState.STALE):
                found.append(step)
        return tuple(found)


def chain_state(project: Project, scenario: str = DEFAULT_SCENARIO) -> ChainState:
    """Look at every step of the chain: inputs, results, and whether a result was made from what is there now.

    Parameters
    ----------
    project
        The project.
    scenario
        Of the demand forecast and the load profile; the plan is the newest one made from that profile.
    """
    demand = _with_settled(project, _demand(project, scenario))
    profile = _with_settled(project, _profile(project, scenario, demand))
    plan = _with_settled(project, _capacity(project, profile))
    return ChainState((demand, profile, plan))


def run_stale_steps(project: Project, scenario: str = DEFAULT_SCENARIO) -> Iterator[Run[Any]]:
    """Run what is not up to date, one step after the other, each with the settings of its result where it has one.

    Yields
    ------
    Run
        Each run when it has started; the next starts when it has ended well.

    Raises
    ------
    WorkbenchError
        When a run fails; the steps after it are not started.
    """
    for job in STEPS:
        step = next(item for item in chain_state(project, scenario).steps if item.job == job)
        if step.state is StepState.MISSING:
            return
        if step.state in (StepState.TO_RUN, StepState.STALE):
            changes = {} if step.config is not None else settings_of_step(job, scenario)
            # What was settled since the result was made holds for the next one.
            changes = {**settled_settings(project, job), **changes}
            run = start(job, project, step.config, when_busy="queue", **changes)
            yield run
            run.result()


def _demand(project: Project, scenario: str) -> Step:
    from workbench.demand.inputs.reading import find_workbook
    from workbench.demand.results import saved

    result = _saved(project, "demand", scenario, saved.load)
    inputs = _input(project, lambda: find_workbook(project, result.config.workbook if result else ""))
    if result is None:
        return _without_result("demand", scenario, inputs)
    files = {str(result.facts["workbook"]): str(result.facts["sha256"])}
    measured = result.facts.get("measured") or {}
    if measured:
        files[str(measured["file"])] = str(measured["sha256"])
    last = result.table("requirement").iloc[-1]
    energy = format_energy(last.requirement, "GWh", decimals=0, style=project.style)
    peak = format_number(last.peak_mw, decimals=0, style=project.style)
    said = f"{energy}, {peak} MW" if last[["requirement", "peak_mw"]].notna().any() else "not known"
    facts = f"{year_label(int(last.year), project.style)}: {said}"
    return _with_result("demand", result, facts, _changed(project, files), inputs)


def _profile(project: Project, scenario: str, demand: Step) -> Step:
    from workbench.hourly_loads.reading.files import find_file
    from workbench.load_profiles.inputs.demand_scenario import read_demand_scenario
    from workbench.load_profiles.results import saved

    result = _saved(project, "load_profiles", scenario, saved.load)
    inputs = _input(project, lambda: find_file(project, result.config.file if result else ""))
    if result is None:
        return _without_result("load_profiles", scenario, inputs)
    files = {
        name: sha for name, sha in result.facts["files"].items() if not name.startswith("demand scenario ")
    }
    reasons = _changed(project, files)
    used = result.config.demand_scenario
    if used:
        stamp = result.facts["files"].get(f"demand scenario {used}")
        try:
            now = read_demand_scenario(project, used, accept_incomplete=True).sha256
        except DataError:
            now = ""
        if now != stamp:
            reasons = (
                *reasons,
                f"the demand forecast '{used}' was run again since, with other inputs or settings",
            )
    if used == demand.scenario and demand.state is StepState.STALE:
        reasons = (*reasons, "the demand forecast under it is out of date")
    last = result.table("years").iloc[-1]
    low, high = (format_number(value, decimals=0, style=project.style) for value in (last.minimum, last.peak))
    facts = f"{year_label(int(last.year), project.style)}: {low} to {high} MW"
    return _with_result("load_profiles", result, facts, reasons, inputs)


def _capacity(project: Project, profile: Step) -> Step:
    from workbench.capacity.inputs.reading import find_source
    from workbench.capacity.results import saved

    names = saved.finished_scenarios(project)
    newest = sorted(
        names, key=lambda name: changed_at(project.results_folder("capacity", name) / SUMMARY_FILE)
    )
    plans = [_saved(project, "capacity", name, saved.load) for name in reversed(newest)]
    of_profile = [plan for plan in plans if plan and plan.facts.get("load_profile") == profile.scenario]
    result = next(iter(of_profile or [plan for plan in plans if plan]), None)
    inputs = _input(project, lambda: find_source(project, result.config.source if result else ""))
    if result is None:
        return _without_result("capacity", "", inputs)
    reasons = _changed(project, {str(result.facts["source"]): str(result.facts["sha256"])})
    used = str(result.facts.get("load_profile", ""))
    if used:
        summary = project.results_folder("load_profiles", used) / SUMMARY_FILE
        if not is_file(summary) or file_digest(summary) != result.facts.get("load_sha256"):
            reasons = (*reasons, f"the load profile '{used}' was made again since")
        elif profile.state is StepState.STALE:
            reasons = (*reasons, "the load profile under it is out of date")
    new = float(result.table("capacity").new.sum())
    until = year_label(result.years[-1], project.style)
    facts = f"{format_number(new, decimals=0, style=project.style)} MW new to {until}"
    step = _with_result("capacity", result, facts, reasons, inputs)
    if step.state is StepState.CURRENT and used:
        apart = _apart(project, result.scenario)
        if apart:
            return Step(step.job, step.title, step.scenario, StepState.DOUBTFUL, facts, apart, step.config)
    return step


def _apart(project: Project, plan: str) -> tuple[str, ...]:
    try:
        agreements = load_chain(project, plan).agreements
    except WorkbenchError:
        return ()
    years = [str(item.year) for item in agreements if item.is_known and not item.agrees]
    return (
        (f"energy or peak of {', '.join(years)} differ by more than {TOLERANCE:g} % between the steps",)
        if years
        else ()
    )


def _saved(project: Project, domain: str, scenario: str, load: Callable[[Project, str], Any]) -> Any:
    if not is_file(project.results_folder(domain, scenario) / SUMMARY_FILE):
        return None
    try:
        return load(project, scenario)
    except WorkbenchError:
        # A damaged or foreign result: the step has to be run again.
        return None


def _input(project: Project, find: Callable[[], Path]) -> str:
    """Why an input cannot be found, without the folder, which readers are not told; empty where it can."""
    try:
        find()
    except DataError as error:
        return str(error).replace(str(project.inputs), "inputs")
    return ""


def _changed(project: Project, files: Mapping[str, str]) -> tuple[str, ...]:
    """Inputs that are not those of the result any more."""
    reasons = []
    for name, sha256 in files.items():
        try:
            same = file_digest(project.input(name)) == sha256
        except DataError:
            reasons.append(f"{name} is not among the inputs any more")
            continue
        if not same:
            reasons.append(f"{name} was changed since")
    return tuple(reasons)


def _with_settled(project: Project, step: Step) -> Step:
    """Call a step stale whose result was made before a finding in its inputs was settled."""
    if step.config is None or step.state is StepState.MISSING:
        return step
    try:
        settled = settled_settings(project, step.job)
    except DataError as error:
        return replace(step, state=StepState.MISSING, reasons=(*step.reasons, str(error)))
    known = to_plain(step.config)
    since = [name for name, value in settled.items() if known.get(name) != value]
    if not since:
        return step
    reason = f"{', '.join(since)} {'was' if len(since) == 1 else 'were'} settled since"
    earlier = step.reasons if step.state is StepState.STALE else ()
    return replace(step, state=StepState.STALE, reasons=(*earlier, reason))


def _without_result(job: str, scenario: str, missing: str) -> Step:
    state = StepState.MISSING if missing else StepState.TO_RUN
    return Step(job, TITLES[job], "", state, "", (missing,) if missing else ())


def _with_result(job: str, result: Any, facts: str, reasons: tuple[str, ...], missing: str) -> Step:
    if missing:
        return Step(job, TITLES[job], result.scenario, StepState.MISSING, facts, (missing,), result.config)
    if reasons:
        return Step(job, TITLES[job], result.scenario, StepState.STALE, facts, reasons, result.config)
    grave = tuple(
        note.message
        for note in result.notes
        if note.weight is Weight.HIGH and note.kind in (NoteKind.DOUBT, NoteKind.OMISSION)
    )
    state = StepState.DOUBTFUL if grave else StepState.CURRENT
    return Step(job, TITLES[job], result.scenario, state, facts, grave, result.config)
