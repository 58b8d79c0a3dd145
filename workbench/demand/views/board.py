"""The board of the demand forecast."""

from __future__ import annotations

from workbench.data.projects.project import Project
from workbench.data.results.scenario import finished_scenarios
from workbench.demand.results.saved import load
from workbench.demand.views.view import DemandResultView
from workbench.ui.board import Board

__all__ = ["DemandBoard"]


class DemandBoard(Board):
    """Forecasts that are being made, and those that there are.

    Parameters
    ----------
    project
        The project.
    """

    def __init__(self, project: Project) -> None:
        super().__init__(
            project,
            "demand",
            label="Forecast",
            names=lambda: finished_scenarios(project, "demand"),
            view_of=lambda name: DemandResultView(load(project, name), project),
        )
