"""A finished result as tabs, and the tab that compares it with another one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets

from workbench.data.explanation.cells import Tracer
from workbench.data.explanation.shown import explain_shown
from workbench.data.projects.project import Project
from workbench.data.results.scenario import finished_scenarios
from workbench.errors import WorkbenchError
from workbench.ui.base import ErrorStrip
from workbench.ui.figures.controls import follow
from workbench.ui.figures.origins import OriginPanel, explaining
from workbench.ui.tabs import LazyTabs, choice, note, tabs_of

__all__ = ["ResultTabs"]


class ResultTabs(LazyTabs):
    """The result of a run as tabs: the methods marked with ``tab``; each is drawn when it is first opened.

    Parameters
    ----------
    result
        The result.
    project
        Its project: how numbers are written, and the other results to compare with.
    """

    domain = ""
    """Name of the folder of the results, for comparisons."""

    def __init__(self, result: Any, project: Project) -> None:
        self._result, self._project, self._style = result, project, project.style
        tracer = functools.cache(lambda: Tracer(result))
        self._origins = OriginPanel(lambda shown: explain_shown(tracer(), shown))
        super().__init__(tabs_of(self), always=[self._origins])

    def _made(self, index: int) -> ipywidgets.Widget:
        with explaining(self._origins):
            return super()._made(index)

    def comparison(
        self,
        load: Callable[[Project, str], Any],
        draw: Callable[[Any], Sequence[ipywidgets.Widget]],
        *controls: ipywidgets.Widget,
    ) -> ipywidgets.Widget:
        """Make the tab in which another result is chosen and shown beside this one.

        Parameters
        ----------
        load
            Loads a result by its scenario.
        draw
            Draws both, given the other one.
        *controls
            Dropdowns whose value ``draw`` uses.
        """
        finished = finished_scenarios(self._project, self.domain)
        others = [name for name in finished if name != self._result.scenario]
        if not others:
            return note(
                "There is no other scenario yet: change the scenario's name in the form and run again."
            )
        other, area, strip = choice("Compare with", others), ipywidgets.VBox(), ErrorStrip()

        def show() -> None:
            try:
                # A number of two results is not one of this result.
                with explaining(None):
                    area.children = tuple(draw(load(self._project, other.value)))
                strip.clear()
            except WorkbenchError as error:
                area.children = ()
                strip.show(error)

        follow(show, other, *controls)
        row = ipywidgets.HBox([other, *controls], layout={"flex_flow": "row wrap"})
        return ipywidgets.VBox([row, strip, area])
