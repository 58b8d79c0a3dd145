"""The engine for long runs: start, watch, pause, adjust, cancel, resume, follow from anywhere.

Its names load when they are used. The package itself can be called: ``workbench.runs(project)`` lists the runs of a
project.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

from workbench.runs.model import hooks

TYPE_CHECKING = False  # as in the package above

if TYPE_CHECKING:
    from typing import Any

    from workbench.runs.engine.run import Run
    from workbench.runs.engine.start import attach, resume, runs, start
    from workbench.runs.jobs.job import Job, current_job
    from workbench.runs.jobs.offer import JobOffer
    from workbench.runs.jobs.registry import JobFunction, find_job, job, known_jobs
    from workbench.runs.model.events import Event
    from workbench.runs.model.records import LogLine, RunRecord
    from workbench.runs.model.settings import Setting, setting, settings_of
    from workbench.runs.model.states import Cause, EventKind, Level, RunState, StageState
    from workbench.runs.model.units import Outcome, Unit, UnitFiles
    from workbench.runs.overview.run_report import RunReport
    from workbench.runs.overview.summary import Summary

__all__ = [
    "Cause",
    "Event",
    "EventKind",
    "Job",
    "JobFunction",
    "JobOffer",
    "Level",
    "LogLine",
    "Outcome",
    "Run",
    "RunRecord",
    "RunReport",
    "RunState",
    "Setting",
    "StageState",
    "Summary",
    "Unit",
    "UnitFiles",
    "attach",
    "current_job",
    "find_job",
    "job",
    "known_jobs",
    "resume",
    "runs",
    "setting",
    "settings_of",
    "start",
]

_MODULES = {
    "engine.run": ("Run",),
    "engine.start": ("attach", "resume", "runs", "start"),
    "jobs.job": ("Job", "current_job"),
    "jobs.offer": ("JobOffer",),
    "jobs.registry": ("JobFunction", "find_job", "job", "known_jobs"),
    "model.events": ("Event",),
    "model.records": ("LogLine", "RunRecord"),
    "model.settings": ("Setting", "setting", "settings_of"),
    "model.states": ("Cause", "EventKind", "Level", "RunState", "StageState"),
    "model.units": ("Outcome", "Unit", "UnitFiles"),
    "overview.run_report": ("RunReport",),
    "overview.summary": ("Summary",),
}
_LOCATIONS = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _LOCATIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f"{__name__}.{_LOCATIONS[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__


def _page_of_report(report: Any) -> str:
    from workbench.runs.report.page import page_of_report

    return page_of_report(report)


def _dispatch_to_cluster(work: Any, cluster: Any) -> Any:
    from workbench.runs.cluster.dispatch import ClusterDispatch

    return ClusterDispatch(work, cluster)


hooks.page_of_report = _page_of_report
hooks.dispatch_to_cluster = _dispatch_to_cluster


class _Package(ModuleType):
    """The package, which is also the function ``runs`` of :mod:`workbench`: both have that name there."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        from workbench.runs.engine.start import runs

        return runs(*arguments, **options)


sys.modules[__name__].__class__ = _Package
