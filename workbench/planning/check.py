"""What the inputs of the planning chain hold and what is wrong with them, before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from workbench.data.notes import Note, NoteKind, Notes, Weight
from workbench.data.problems import Problems
from workbench.data.projects.project import Project
from workbench.errors import DataError, InvalidData, SettingError, UnreadableFile

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
    """

    step: str
    title: str
    state: InputState
    summary: str
    notes: tuple[Note, ...] = ()


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
    return (
        _checked(project, "demand", "Demand workbook", _demand),
        _checked(project, "load_profiles", "Hourly load", _hours),
        _checked(project, "capacity", "Plants", _plants),
    )


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
    doubts = any(note.kind in (NoteKind.DOUBT, NoteKind.OMISSION) for note in listed)
    return InputCheck(step, title, InputState.DOUBTFUL if doubts else InputState.READY, summary, listed)


def _sorted(notes: Iterable[Note]) -> tuple[Note, ...]:
    return tuple(sorted(notes, key=lambda note: note.gravity))


def _demand(project: Project) -> tuple[str, Iterable[Note]]:
    from workbench.demand.config import DemandConfig
    from workbench.demand.inputs.reading import find_workbook, read_demand, with_measured_hours
    from workbench.demand.requirement.evidence import contradictions
    from workbench.demand.sectors.plan import make_plan

    config = DemandConfig()
    data = with_measured_hours(read_demand(find_workbook(project, ""), config), project, config)
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
    from workbench.load_profiles.config import LoadProfileConfig
    from workbench.load_profiles.inputs.holidays_of_region import state_of
    from workbench.load_profiles.inputs.reading import read_inputs

    config = LoadProfileConfig()
    data = read_inputs(project, config)
    notes = Notes(data.path.name)
    notes.add_problems(data.problems)
    if config.holiday_country and not data.holidays and not state_of(project, config.holiday_country):
        notes.doubt(
            f"the project has no region whose holidays are known ({project.region or 'none'}): those of the whole "
            f"of {config.holiday_country} count",
            weight=Weight.NORMAL,
            file="project.toml",
            setting="holiday_state",
            advice="give region in project.toml, holiday_state, or a sheet Holidays",
        )
    years = data.complete_years
    summary = f"{data.path.name}: {len(data.history.load):,} hours, whole years {years[0]} to {years[-1]}"
    return summary, notes


def _plants(project: Project) -> tuple[str, Iterable[Note]]:
    from workbench.capacity.config import CapacityConfig
    from workbench.capacity.inputs.reading import find_source, is_network, read_system

    path = find_source(project)
    if is_network(path):
        return f"{path.name}: a saved network", ()
    system = read_system(path, CapacityConfig())
    notes = Notes(path.name)
    notes.add_problems(system.problems)
    notes.extend(system.notes)
    capacity = sum(plant.p_nom for plant in system.plants)
    summary = (
        f"{path.name}: {len(system.plants)} plants with {capacity:,.0f} MW, "
        f"{len(system.candidates)} that can be built"
    )
    return summary, notes
