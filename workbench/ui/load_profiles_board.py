"""The board of the load profiles."""

from __future__ import annotations

from workbench.data.project import Project
from workbench.data.saved_scenario import finished_scenarios
from workbench.load_profiles.results import load
from workbench.ui.board import Board
from workbench.ui.load_profiles_view import ProfileAnalysis

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
