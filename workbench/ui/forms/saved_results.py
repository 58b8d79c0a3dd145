"""Choosing among the saved results of a project."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets

from workbench.errors import WorkbenchError
from workbench.ui.base import sentence_of
from workbench.ui.earlier_views import close_tree
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
        self._label, self._view_of, self._when_empty = label, view_of, when_empty
        self._scenario: ipywidgets.Dropdown | None = None
        self._area = ipywidgets.VBox()
        super().__init__()
        self.offer(names)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    @property
    def chosen(self) -> str:
        """The scenario that is shown; empty when there is none."""
        return "" if self._scenario is None else str(self._scenario.value)

    def offer(self, names: Sequence[str], *, newest: str = "") -> None:
        """Offer these scenarios; what is shown stays, unless it is gone or is the newest one, made again.

        Parameters
        ----------
        names
            Scenarios that have a result now.
        newest
            A scenario whose result has just been written.
        """
        if not names:
            self._scenario = None
            self.children = [note(self._when_empty)]
            return
        before = self.chosen
        if self._scenario is None:
            self._scenario = choice(self._label, list(names))
            self._scenario.observe(lambda _: self._show(), "value")
            self.children = [self._scenario, self._area]
            self._show()
        elif tuple(names) != tuple(self._scenario.options):
            self._scenario.options = list(names)
            if before in names:
                self._scenario.value = before
        if newest and newest == self.chosen == before:
            self._show()

    def _show(self) -> None:
        if self.chosen in ("", "None"):
            return
        earlier = self._area.children
        try:
            self._area.children = (self._view_of(self.chosen),)
        except WorkbenchError as error:
            self._area.children = (note(sentence_of(error)),)
        for view in earlier:
            close_tree(view)
