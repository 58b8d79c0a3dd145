"""A Jupyter-first workbench for planning and analysing energy systems.

::

    from workbench import Project, start

    project = Project.open("kerala")
    run = start("demand", project, target_year=2040)   # returns at once
    run                                                # in a notebook: the live panel
    run.result()                                       # waits, and gives the result

Heavy libraries are loaded when something needs them, not by importing this package.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.runs.engine.run import Run, presenters
from workbench.runs.jobs.registry import offer_job

if TYPE_CHECKING:
    from workbench.data.projects.project import Project
    from workbench.home.opening import open_project
    from workbench.runs.engine.start import attach, resume, start
    from workbench.runs.jobs.registry import find_job, job, known_jobs
    from workbench.runs.model.settings import setting
    from workbench.runs.model.units import Unit
    from workbench.ui.declared import board, view

__all__ = [
    "Project",
    "Run",
    "Unit",
    "attach",
    "board",
    "find_job",
    "job",
    "known_jobs",
    "open_project",
    "resume",
    "setting",
    "start",
    "view",
]

_LOCATIONS = {
    "Project": "workbench.data.projects.project",
    "Unit": "workbench.runs.model.units",
    "attach": "workbench.runs.engine.start",
    "board": "workbench.ui.declared",
    "find_job": "workbench.runs.jobs.registry",
    "job": "workbench.runs.jobs.registry",
    "known_jobs": "workbench.runs.jobs.registry",
    "open_project": "workbench.home.opening",
    "resume": "workbench.runs.engine.start",
    "setting": "workbench.runs.model.settings",
    "start": "workbench.runs.engine.start",
    "view": "workbench.ui.declared",
}

offer_job("demand", "Demand forecast", "workbench.demand.jobs:forecast_demand")
offer_job("load_profiles", "Load profiles", "workbench.load_profiles.jobs:make_load_profiles")
offer_job("capacity", "Capacity plan", "workbench.capacity.jobs:plan_capacity")
offer_job("market_ingest", "Market data: take files in", "workbench.market.jobs:ingest_market")
offer_job("market_backfill", "Market data: fetch what is missing", "workbench.market.jobs:backfill_market")
offer_job(
    "evapotranspiration",
    "Reference evapotranspiration",
    "workbench.evapotranspiration.jobs:estimate_evapotranspiration",
)
offer_job(
    "evapotranspiration_validation",
    "Validation of evapotranspiration",
    "workbench.evapotranspiration.validation_job:validate_evapotranspiration",
)
offer_job("finance", "Finance report", "workbench.finance.jobs:make_finance_report")


def __getattr__(name: str) -> Any:
    if name not in _LOCATIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(_LOCATIONS[name])
    return getattr(module, name)


def __dir__() -> list[str]:
    return __all__


def _show_panel(run: Run) -> Mapping[str, Any] | None:
    # Widgets are loaded when the first run is shown, and only where there is a kernel to show it.
    from workbench.ui import present

    shown: Mapping[str, Any] | None = present(run)
    return shown


presenters.append(_show_panel)
