"""Choosing among the saved results of a project."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Mapping

import ipywidgets

from workbench.data.projects.project import Project
from workbench.errors import WorkbenchError
from workbench.ui.base import sentence_of
from workbench.ui.earlier_views import close_tree
from workbench.ui.live.polling import poll
from workbench.ui.live.project_news import News, ProjectNews
from workbench.ui.tabs import choice, note

__all__ = ["SavedResults"]

AGAIN_SECONDS = 2.0
"""How soon a result that cannot be shown is tried again."""
MAX_TRIES = 10


class SavedResults(ipywidgets.VBox):  # type: ignore[misc]
    """A dropdown of saved results above the view of the chosen one.

    What comes later is offered as well, and said; a result that is shown and made again is shown anew.

    Parameters
    ----------
    label
        What the dropdown chooses.
    view_of
        Loads the result of a scenario and makes its view; an error of ours is shown in its place.
    when_empty
        What is said when there is none: where results are made.
    """

    def __init__(
        self,
        label: str,
        view_of: Callable[[str], ipywidgets.Widget],
        when_empty: str,
    ) -> None:
        self._label, self._view_of, self._nothing = label, view_of, note(when_empty)
        self._job, self._made_from = "", tuple[str, ...]()
        self._beside: Mapping[str, Mapping[str, int]] = {}
        self._written: Mapping[str, int] = {}
        self._scenario: ipywidgets.Dropdown | None = None
        self._area, self._said = ipywidgets.VBox(), ipywidgets.HTML()
        self._offering = threading.RLock()
        self._tries = 0
        self._quiet = self._is_shown = self._is_trying = False
        super().__init__([self._nothing])

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    @property
    def chosen(self) -> str:
        """The scenario that is shown; empty when there is none."""
        return "" if self._scenario is None else str(self._scenario.value)

    def follow(self, project: Project, job: str, *, made_from: tuple[str, ...] = ()) -> None:
        """Offer the results of a job that there are, and from now on those that come.

        Parameters
        ----------
        project, job
            Whose results.
        made_from
            Jobs whose results a view shows beside: when one of them changes, it is shown anew.
        """
        self._job, self._made_from = job, made_from
        self._take(ProjectNews.of(project).follow(self._take, jobs=(job, *made_from), limit=0))

    def _take(self, news: News) -> None:
        before, self._beside = self._beside, {one: dict(news.results[one]) for one in self._made_from}
        shown, made = self.chosen, self._written.get(self.chosen)
        self.offer(news.results[self._job])
        if (
            before
            and before != self._beside
            and (shown, made) == (self.chosen, self._written.get(self.chosen))
        ):
            self._show()

    def offer(self, written: Mapping[str, int]) -> None:
        """Offer these scenarios; what is shown stays, unless it is gone or was made again.

        Parameters
        ----------
        written
            Scenario that has a result -> when this was written [ns since 1970].
        """
        with self._offering:
            before, self._written = self._written, dict(written)
            if not written:
                self._scenario = None
                self.children = [self._nothing]
            elif self._scenario is None:
                self._scenario = choice(self._label, list(written))
                self._scenario.keeps_link = True
                self._scenario.observe(lambda _: self._show(), "value")
                self._show()
                self.children = [self._scenario, self._said, self._area]
            else:
                self._offer_more(self._scenario, before)

    def _offer_more(self, scenario: ipywidgets.Dropdown, before: Mapping[str, int]) -> None:
        chosen, names = self.chosen, list(self._written)
        if names != list(scenario.options):
            self._quiet = True
            try:
                scenario.options = names
                scenario.value = chosen if chosen in names else names[0]
            finally:
                self._quiet = False
            if chosen not in names:
                self._show()
                self._say(f"{chosen} is no longer there; this is {self.chosen}.")
        if chosen in before and before[chosen] != self._written.get(chosen, before[chosen]):
            self._show()
            self._say(f"{chosen} was made again; this is the new result.")
        elif came := [name for name in names if name not in before]:
            self._say(f"New: {', '.join(came)}. Choose above what is shown.")

    def _say(self, sentence: str) -> None:
        self._said.value = f'<div role="status">{html.escape(sentence)}</div>' if sentence else ""

    def _show(self) -> None:
        if self._quiet or self.chosen in ("", "None"):
            return
        self._say("")
        earlier = self._area.children
        self._is_shown = True
        try:
            self._area.children = (self._view_of(self.chosen),)
        except WorkbenchError as error:
            self._area.children = (note(sentence_of(error)),)
            self._is_shown = False
            # Of a folder that is being copied not all may be there yet.
            self._tries = 0
            if not self._is_trying:
                self._is_trying = True
                poll(self, self._try_again, AGAIN_SECONDS)
        for view in earlier:
            close_tree(view)

    def _try_again(self) -> bool:
        """Show what could not be shown before; say whether it has to be tried once more."""
        with self._offering:
            self._tries += 1
            if not self._is_shown and self._written:
                try:
                    view = self._view_of(self.chosen)
                except WorkbenchError:
                    self._is_trying = self._tries < MAX_TRIES
                    return self._is_trying
                self._is_shown, self._area.children = True, (view,)
            self._is_trying = False
            return False
