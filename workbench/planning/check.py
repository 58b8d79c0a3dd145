"""What the inputs of the planning chain hold and what is wrong with them, before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from workbench.data.notes import Note, NoteKind, Notes
from workbench.data.problems import Problems
from workbench.data.projects.project import Project
from workbench.errors import DataError, InvalidData, SettingError, UnreadableFile
from workbench.runs.engine.kept_settings import Settled, kept_settings, read_settled
from workbench.runs.jobs.registry import find_job

__all__ = ["InputCheck", "InputState", "check_inputs"]


class InputState(StrEnum):
    """What one input of the chain is fit for."""

    READY = "ready"
    DOUBTFUL = "ready, with doubts"
    MISSING = "missing"
    WRONG = "to be corrected"


@dataclass(frozen=True, slots=True)
class InputCheck:
    """One input of the chain.

    Parameters
    ----------
    step
        Job that needs it.
    title
        What it is called.
    state
        What it is fit for.
    summary
        What it holds, or why it cannot be used.
    notes
        Everything noticed, with file, sheet and cell; the gravest first.
    accepted
        Findings that somebody called right as they are.
    settled
        Settings that were settled, with which runs begin.
    """

    step: str
    title: str
    state: InputState
    summary: str
    notes: tuple[Note, ...] = ()
    accepted: tuple[Note, ...] = ()
    settled: Mapping[str, Any] = field(default_factory=dict)

    @property
    def open(self) -> tuple[Note, ...]:
        """Findings to settle: what is doubtful, ambiguous or missing, and what has settings that settle it."""
        kinds = (NoteKind.DOUBT, NoteKind.OMISSION, NoteKind.AMBIGUITY)
        return tuple(note for note in self.notes if note.answers or note.kind in kinds)


def check_inputs(project: Project) -> tuple[InputCheck, ...]:
    """Read every input of the chain as its job would, and run nothing.

    Parameters
    ----------
    project
        Whose inputs.

    Returns
    -------
    tuple of InputCheck
        Demand workbook, hourly load and plants, in the order of the chain.
    """
    try:
        settled = read_settled(project)
    except DataError as error:
        return (InputCheck("", "What was settled", InputState.WRONG, str(error)),)
    steps = (
        ("demand", "Demand workbook", _demand),
        ("load_profiles", "Hourly load", _hours),
        ("capacity", "Plants", _plants),
    )
    return tuple(_with_settled(_checked(project, *step), settled) for step in steps)


def _with_settled(found: InputCheck, settled: Settled) -> InputCheck:
    """Set aside what was accepted; the state is that of what is left."""
    words = settled.accepted.get(found.step, [])
    accepted = tuple(note for note in found.notes if str(note) in words)
    left = tuple(note for note in found.notes if note not in accepted)
    state = found.state
    if state is InputState.DOUBTFUL and not _are_doubtful(left):
        state = InputState.READY
    kept = settled.settings.get(found.step, {})
    return replace(found, notes=left, accepted=accepted, state=state, settled=kept)


def _are_doubtful(notes: Iterable[Note]) -> bool:
    return any(note.kind in (NoteKind.DOUBT, NoteKind.OMISSION) for note in notes)


def _config(project: Project, job: str) -> Any:
    """Give the config with which a run of a job begins."""
    return find_job(job).make_config(None, kept_settings(project, job))


def _checked(
    project: Project, step: str, title: str, read: Callable[[Project], tuple[str, Iterable[Note]]]
) -> InputCheck:
    try:
        summary, notes = read(project)
    except InvalidData as error:
        found = Problems()
        found.extend(error.problems)
        wrong = Notes()
        wrong.add_problems(found)
        count = len(found.errors)
        summary = f"{count} cells or sheets have to be corrected" if count > 1 else str(error)
        return InputCheck(step, title, InputState.WRONG, summary, _sorted(wrong))
    except UnreadableFile as error:
        # The folder is named where no file, or none of several, could be chosen.
        missing = error.file == project.inputs
        return InputCheck(step, title, InputState.MISSING if missing else InputState.WRONG, str(error))
    except (DataError, SettingError) as error:
        return InputCheck(step, title, InputState.WRONG, str(error))
    listed = _sorted(notes)
    state = InputState.DOUBTFUL if _are_doubtful(listed) else InputState.READY
    return InputCheck(step, title, state, summary, listed)


def _sorted(notes: Iterable[Note]) -> tuple[Note, ...]:
    return tuple(sorted(notes, key=lambda note: note.gravity))


def _demand(project: Project) -> tuple[str, Iterable[Note]]:
    from workbench.demand.inputs.reading import find_workbook, read_demand, with_measured_hours
    from workbench.demand.requirement.evidence import contradictions
    from workbench.demand.sectors.plan import make_plan

    config = _config(project, "demand")
    path = find_workbook(project, config.workbook)
    data = with_measured_hours(read_demand(path, config), project, config)
    plan = make_plan(data, config)
    notes = Notes(data.path.name)
    notes.add_problems(data.problems)
    for found in (contradictions(data, config), plan.notes, data.unused):
        notes.extend(found)
    first = min(sector.first_year for sector in data.sectors.values())
    summary = (
        f"{data.path.name}: {len(data.sectors)} sectors, actuals of {first} to {data.last_actual_year}, forecast "
        f"to {plan.config.last_year}"
    )
    return summary, notes


def _hours(project: Project) -> tuple[str, Iterable[Note]]:
    from workbench.load_profiles.inputs.holidays_of_region import note_region
    from workbench.load_profiles.inputs.reading import read_inputs

    config = _config(project, "load_profiles")
    data = read_inputs(project, config)
    notes = Notes(data.path.name)
    notes.add_problems(data.problems)
    note_region(project, config.holiday_country, config.holiday_state, data.holidays, notes)
    years = data.complete_years
    summary = f"{data.path.name}: {len(data.history.load):,} hours, whole years {years[0]} to {years[-1]}"
    return summary, notes


def _plants(project: Project) -> tuple[str, Iterable[Note]]:
    from workbench.capacity.inputs.reading import find_source, is_network, read_system

    config = _config(project, "capacity")
    path = find_source(project, config.source)
    if is_network(path):
        return f"{path.name}: a saved network", ()
    system = read_system(path, config)
    notes = Notes(path.name)
    notes.add_problems(system.problems)
    notes.extend(system.notes)
    capacity = sum(plant.p_nom for plant in system.plants)
    summary = (
        f"{path.name}: {len(system.plants)} plants with {capacity:,.0f} MW, "
        f"{len(system.candidates)} that can be built"
    )
    return summary, notes
