"""The board of the load profiles."""

from __future__ import annotations

from workbench.data.projects.project import Project
from workbench.data.results.scenario import finished_scenarios
from workbench.load_profiles.results.saved import load
from workbench.load_profiles.views.view import ProfileAnalysis
from workbench.ui.board import Board

__all__ = ["LoadProfilesBoard"]


class LoadProfilesBoard(Board):
    """Load profiles that are being made, and those that there are.

    Parameters
    ----------
    project
        The project.
    """

    def __init__(self, project: Project) -> None:
        super().__init__(
            project,
            "load_profiles",
            label="Load profiles",
            names=lambda: finished_scenarios(project, "load_profiles"),
            view_of=lambda name: ProfileAnalysis(load(project, name), project),
        )
