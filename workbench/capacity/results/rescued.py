"""Solved networks of runs that failed afterwards: kept, so that no finished solve has to be repeated.

They lie in ``.workbench/solved`` of the project, which can be deleted at any time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.capacity.results.saved import write_network
from workbench.data.projects.project import Project
from workbench.files import listed, remove
from workbench.runs import Job

if TYPE_CHECKING:
    from pypsa import Network

Solved = list[tuple[str, "Network"]]


def rescue_folder(project: Project) -> Path:
    """Where solved networks of failed runs are kept."""
    return project.state_folder / "solved"


@contextmanager
def keeping_solved(job: Job, project: Project, scenario: str) -> Iterator[Solved]:
    """Give a list for the networks that are solved inside; they are written where the block fails.

    Parameters
    ----------
    job
        The run; its log says where they are.
    project
        The project.
    scenario
        Name of the plan.
    """
    solved: Solved = []
    folder = rescue_folder(project)
    try:
        yield solved
    except Exception:
        for label, network in solved:
            path = folder / f"{scenario} {label}".strip()
            write_network(network, path.with_name(f"{path.name}.nc"))
            job.log(
                f"The solve of {label or 'the network'} had ended: its network is kept in {path}.nc; "
                "copied into the inputs of the project, it is a source like any other.",
                level="warning",
            )
        raise
    # What an earlier run of the scenario had kept is of no use any more.
    for path in listed(folder):
        if path.suffix == ".nc" and f"{path.stem} ".startswith(f"{scenario} "):
            remove(path)
