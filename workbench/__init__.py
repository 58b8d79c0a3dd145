"""A Jupyter-first workbench for planning and analysing energy systems.

::

    from workbench import Project, start

    project = Project.open("kerala")
    run = start("demand", project, target_year=2040)   # returns at once
    run                                                # in a notebook: the live panel
    run.result()                                       # waits, and gives the result

Every name loads when it is used, and heavy libraries when something needs them.
"""

from __future__ import annotations

import importlib

from workbench.runs.model import hooks

# Type checkers know the name; importing typing would double the time that this module takes.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from workbench import errors
    from workbench.data.projects.project import Project
    from workbench.home.opening import open_project
    from workbench.runs.engine.run import Run
    from workbench.runs.engine.start import attach, resume, runs, start
    from workbench.runs.jobs.job import Job
    from workbench.runs.jobs.registry import find_job, job, known_jobs
    from workbench.runs.model.settings import setting
    from workbench.runs.model.units import Unit
    from workbench.ui.declared import board, view

__all__ = [
    "Job",
    "Project",
    "Run",
    "Unit",
    "attach",
    "board",
    "errors",
    "find_job",
    "job",
    "known_jobs",
    "open_project",
    "resume",
    "runs",
    "setting",
    "start",
    "view",
]

_ELSEWHERE = {
    "Project": "workbench.data.projects.project",
    "board": "workbench.ui.declared",
    "open_project": "workbench.home.opening",
    "view": "workbench.ui.declared",
}
"""Where the names are that the engine does not have."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "errors":
        return importlib.import_module("workbench.errors")
    return getattr(importlib.import_module(_ELSEWHERE.get(name, "workbench.runs")), name)


def __dir__() -> list[str]:
    return __all__


def _show_panel(run: Run[Any]) -> Mapping[str, Any] | None:
    # Widgets are loaded when the first run is shown, and only where there is a kernel to show it.
    from workbench.ui import present

    shown: Mapping[str, Any] | None = present(run)
    return shown


hooks.presenters.append(_show_panel)
