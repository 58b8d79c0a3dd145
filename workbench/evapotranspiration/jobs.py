"""Reference evapotranspiration as one job: download, quality control, each source's ETo, fusion, save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.evapotranspiration.config import EvapotranspirationConfig, check
from workbench.runs import Job, job

if TYPE_CHECKING:
    from workbench.data.projects.project import Project
    from workbench.evapotranspiration.results.saved import EtoResult


def load_evapotranspiration(project: Project, scenario: str) -> EtoResult:
    """Read a saved result back, see :func:`workbench.evapotranspiration.results.saved.load`."""
    from workbench.evapotranspiration.results.saved import load

    return load(project, scenario)


@job(
    "evapotranspiration",
    title="Reference evapotranspiration",
    config=EvapotranspirationConfig,
    load=load_evapotranspiration,
    check=check,
)
def estimate_evapotranspiration(job: Job, project: Project, config: EvapotranspirationConfig) -> EtoResult:
    """Estimate daily reference evapotranspiration of places, with its uncertainty.

    A source that fails costs itself, and so does a place without any source: both are reported, and the run
    goes on.

    Parameters
    ----------
    job
        Handle of the run.
    project
        Where files are read and results go.
    config
        Places, period, sources, method.

    Raises
    ------
    DataError
        When an input file cannot be read or used; nothing is written.
    SettingError
        When a place or period cannot be used.
    SourceFailed
        When no place has any weather.
    """
    # pandas loads here, in the run, so that starting one returns at once.
    from workbench.evapotranspiration.steps import run_evapotranspiration

    return run_evapotranspiration(job, project, config)
