"""What the saved results of a job are, by the name of the job."""

from __future__ import annotations

from typing import Any

from workbench.data.projects.project import Project
from workbench.data.results.earlier import earlier_results
from workbench.data.results.scenario import finished_scenarios
from workbench.data.results.store import ResultStore
from workbench.errors import UnreadableFile
from workbench.lazy import located
from workbench.runs.jobs.offer import offered_job
from workbench.runs.jobs.registry import find_job

__all__ = ["load_named", "names_of_results", "store_named"]


def store_named(job: str) -> ResultStore[Any] | None:
    """Give what the saved results of a job are, as it offers them; None where it offers none."""
    offer = offered_job(job)
    if offer is None or not offer.results:
        return None
    store: ResultStore[Any] = located(offer.results)
    return store


def load_named(project: Project, job: str, name: str) -> Any:
    """Read a saved result of a job by its scenario, or an earlier one by its name.

    Raises
    ------
    UnreadableFile
        When there is none of that name, or the job keeps none.
    """
    store = store_named(job)
    if store is not None:
        return store.load_named(project, name)
    load = find_job(job).load
    if load is None:
        raise UnreadableFile(f"The job '{job}' keeps no result that can be read back.", project.results)
    return load(project, name)


def names_of_results(project: Project, job: str) -> tuple[str, ...]:
    """Name the saved results of a job: the scenarios, then what was kept of them before their last run."""
    return (*finished_scenarios(project, job), *earlier_results(project, job))
