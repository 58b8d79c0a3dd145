"""What each step of the chain is told, so that it takes the numbers of the step before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.data.projects.project import Project
from workbench.sample.plants import scaled_plants, write_plants

DEFAULT_SCENARIO = "BAU"
PLANTS_FILE = "plants.xlsx"
SAMPLE_PEAK = 5590.0
"""Peak of the sample state in its last actual year [MW]: its plants fit to this."""


def settings_of_step(step: str, scenario: str = DEFAULT_SCENARIO) -> dict[str, Any]:
    """Give the settings that tie a step to the one before.

    Parameters
    ----------
    step
        One of :data:`workbench.planning.chain.STEPS`.
    scenario
        Of the demand forecast and the load profile.
    """
    return {
        "demand": {"scenario": scenario},
        "load_profiles": {
            "scenario": scenario,
            "energy_source": "scenario",
            "demand_scenario": scenario,
        },
        "capacity": {"demand_source": "load profile", "load_profile": scenario},
    }[step]


def peak_of_today(project: Project, scenario: str = DEFAULT_SCENARIO) -> float:
    """Give the peak [MW] of the first year in a finished demand forecast."""
    from workbench.demand.results.saved import load

    return float(load(project, scenario).table("requirement").peak_mw.iloc[0])


def write_missing_plants(project: Project, peak: float) -> Path | None:
    """Write example plants, scaled to a peak, where a project has no plants of its own.

    Parameters
    ----------
    project
        The project; nothing that is there is touched.
    peak
        Peak load of today [MW].

    Returns
    -------
    Path or None
        The workbook written; none where the project has plants.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    from workbench.capacity.inputs.reading import plant_workbooks

    path = project.inputs / PLANTS_FILE
    if path.exists() or plant_workbooks(project):
        return None
    return write_plants(path, *scaled_plants(peak / SAMPLE_PEAK))
