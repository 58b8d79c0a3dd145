"""The board of the capacity plan."""

from __future__ import annotations

from workbench.capacity.results.saved import finished_scenarios, load
from workbench.capacity.views.view import CapacityResultView, SolverCurve
from workbench.data.projects.project import Project
from workbench.ui.board import Board

__all__ = ["CapacityBoard"]


class CapacityBoard(Board):
    """Plans that are being solved, with the solver's curve, and those that there are.

    Parameters
    ----------
    project
        The project.
    """

    def __init__(self, project: Project) -> None:
        super().__init__(
            project,
            "capacity",
            label="Plan",
            names=lambda: finished_scenarios(project),
            view_of=lambda name: CapacityResultView(load(project, name), project),
            live_view=SolverCurve,
        )
