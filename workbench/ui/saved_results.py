"""Choosing among the saved results of a project."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets

from workbench.errors import WorkbenchError
from workbench.ui.controls import follow
from workbench.ui.tabs import choice, note

__all__ = ["SavedResults"]


class SavedResults(ipywidgets.VBox):  # type: ignore[misc]
    """A dropdown of saved results above the view of the chosen one.

    Parameters
    ----------
    label
        What the dropdown chooses.
    names
        Scenarios that have a result.
    view_of
        Loads the result of a scenario and makes its view; an error of ours is shown in its place.
    when_empty
        What is said when there is none: where results are made.
    """

    def __init__(
        self,
        label: str,
        names: Sequence[str],
        view_of: Callable[[str], ipywidgets.Widget],
        when_empty: str,
    ) -> None:
        if not names:
            super().__init__([note(when_empty)])
            return
        scenario, area = choice(label, list(names)), ipywidgets.VBox()

        def show() -> None:
            try:
                area.children = (view_of(scenario.value),)
            except WorkbenchError as error:
                area.children = (note(str(error)),)

        follow(show, scenario)
        super().__init__([scenario, area])

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"
