"""New projects that are filled: the embedded sample state, and the empty template.

The sample is made by code; the same seed gives the same bytes.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from workbench.data.projects.project import Project
from workbench.data.projects.settings_file import ProjectSettings
from workbench.demand.inputs.template import write_demand_template
from workbench.load_profiles.inputs.template import write_load_template
from workbench.sample.demand import LOAD_FACTOR_LATER, STATE, requirement_in, sample_demand
from workbench.sample.load import LOAD_YEARS, sample_load, write_load
from workbench.sample.plants import PLANTS_FILE, write_plant_template, write_plants

DEMAND_FILE = "demand.xlsx"
LOAD_FILE = "hourly_load.xlsx"
SEED = 2025

SAMPLE_SETTINGS = ProjectSettings(STATE, region=STATE, made_up=True)


def create_from_sample(
    folder: Path | str,
    settings: ProjectSettings | None = None,
    *,
    rng: np.random.Generator | int = SEED,
) -> Project:
    """Create a project with the inputs of a fictitious Indian state, ready to run.

    Parameters
    ----------
    folder
        Must not exist, or be empty.
    settings
        Of the project; those of the sample state when left out. The project says that its data are made up.
    rng
        Source of the noise in the data, or its seed.

    Raises
    ------
    ProjectError
        When it cannot be created; nothing is left behind.
    """
    settings = dataclasses.replace(settings or SAMPLE_SETTINGS, made_up=True)
    return Project.create(folder, settings, lambda project: write_sample(project.inputs, rng=rng))


def create_from_template(folder: Path | str, settings: ProjectSettings | str) -> Project:
    """Create a project with the empty workbooks of the planning chain to fill in: demand, hourly load and plants.

    Parameters
    ----------
    folder
        Must not exist, or be empty.
    settings
        Of the project, or only its name.

    Raises
    ------
    ProjectError
        When it cannot be created; nothing is left behind.
    """
    return Project.create(folder, settings, lambda project: _write_empty(project.inputs))


def write_sample(inputs: Path | str, *, rng: np.random.Generator | int = SEED) -> tuple[Path, ...]:
    """Write the input files of the sample state into a folder, and list them.

    Parameters
    ----------
    inputs
        The folder; files of the same names are replaced.
    rng
        Source of the noise in the data, or its seed.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    folder = Path(inputs)
    rng = np.random.default_rng(rng)
    demand = sample_demand(rng)
    load = sample_load({year: requirement_in(demand, year) for year in LOAD_YEARS}, rng)
    factors = {year: round(factor, 1) for year, factor in load.load_factors().items()}
    demand = dataclasses.replace(demand, load_factor=factors | LOAD_FACTOR_LATER)
    return (
        write_demand_template(folder / DEMAND_FILE, demand),
        write_load(folder / LOAD_FILE, load),
        write_plants(folder / PLANTS_FILE),
    )


def _write_empty(inputs: Path) -> None:
    write_demand_template(inputs / DEMAND_FILE)
    write_load_template(inputs / LOAD_FILE)
    write_plant_template(inputs / PLANTS_FILE)
