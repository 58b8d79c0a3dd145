"""Views by name: a domain declares what its page shows, and this makes the page.

A declaration is found through the entry point group ``workbench.views`` and names everything heavy by its location
(``"package.module:name"``), so that finding it loads no library::

    [project.entry-points."workbench.views"]
    demand = "workbench.demand.views:VIEW"

A job that declares no view is still shown: its form, its runs and their panels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from workbench.errors import SettingError
from workbench.lazy import located
from workbench.runs.jobs.offer import entry_points_of
from workbench.runs.jobs.registry import find_job, known_jobs
from workbench.runs.model.read_only import is_viewer

if TYPE_CHECKING:
    import ipywidgets

    from workbench.data.projects.project import Project

__all__ = ["Declaration", "JobView", "PageView", "board", "find_view", "known_views", "view"]

GROUP = "workbench.views"
NO_RESULT = "There is no result to show yet."
"""What a reader is told; an analyst is told where results are made."""


class Declaration(Protocol):
    """What a domain declares.

    Attributes
    ----------
    modules
        What a board of it imports, to be loaded before the first reader comes.
    """

    @property
    def modules(self) -> tuple[str, ...]: ...  # noqa: D102

    def view(self, project: Project) -> ipywidgets.Widget: ...  # noqa: D102

    def board(self, project: Project) -> ipywidgets.Widget: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job in a notebook: its form, its runs, and their results.

    Attributes
    ----------
    job
        Name of the job; its scenarios with a finished result are those in the project's folder of that name.
    title
        What the list of results is called.
    result
        Location of ``result(result, project) -> widget``, most often tabs; without one, results are not shown.
    load
        Location of ``load(project, scenario) -> result``.
    live
        Location of ``live(run) -> widget``, shown below the panel of an active run.
    above
        Location of ``above(project, form) -> widget``, shown above the form and able to fill it in.
    empty
        What an analyst reads when there is no result: where results are made.
    """

    job: str
    title: str
    result: str = ""
    load: str = ""
    live: str = ""
    above: str = ""
    empty: str = NO_RESULT

    @property
    def modules(self) -> tuple[str, ...]:
        """What a board imports."""
        locations = (self.result, self.load, self.live)
        return (
            "workbench.ui.live.board",
            *(location.partition(":")[0] for location in locations if location),
        )

    def view(self, project: Project) -> ipywidgets.Widget:
        """Make the page on which an analyst starts runs; on a published page it is the board."""
        from workbench.ui.notes import with_notes
        from workbench.ui.run_view import RunView

        if is_viewer():
            return self.board(project)
        show, above = _located(self.result), _located(self.above)
        return RunView(
            find_job(self.job),
            project,
            result_view=None
            if show is None
            else lambda result: with_notes(result, show(result, project), marked=project.made_up),
            live_view=_located(self.live),
            above=None if above is None else lambda form: above(project, form),
        )

    def board(self, project: Project) -> ipywidgets.Widget:
        """Make the page of active runs and saved results."""
        from workbench.ui.live.board import Board, LiveRuns
        from workbench.ui.notes import with_notes

        show, load = _located(self.result), _located(self.load)
        if show is None or load is None:
            return LiveRuns(project, (self.job,))

        def shown(name: str) -> ipywidgets.Widget:
            result = load(project, name)
            return with_notes(result, show(result, project), marked=project.made_up)

        return Board(
            project,
            self.job,
            label=self.title,
            view_of=shown,
            live_view=_located(self.live),
            when_empty=NO_RESULT if is_viewer() else self.empty,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """A page without a job of its own, the same for analysts and readers.

    Attributes
    ----------
    page
        Location of ``page(project, **options) -> widget``.
    options
        What else it is given.
    says_made_up
        Whether the page itself says when its data are made up, as one of a dataset does.
    """

    page: str
    options: Mapping[str, Any] = field(default_factory=dict)
    says_made_up: bool = False

    @property
    def modules(self) -> tuple[str, ...]:
        """What the page imports."""
        return (self.page.partition(":")[0],)

    def view(self, project: Project) -> ipywidgets.Widget:
        """Make the page."""
        make = _located(self.page)
        assert make is not None
        return make(project, **self.options)

    def board(self, project: Project) -> ipywidgets.Widget:
        """Make the page."""
        return self.view(project)


def view(name: str, project: Project) -> ipywidgets.Widget:
    """Make the page of a domain on which an analyst works.

    Parameters
    ----------
    name
        Of the view: that of a job, or one of :func:`known_views`.
    project
        The project.

    Raises
    ------
    SettingError
        When there is neither a view nor a job of this name.
    """
    from workbench.ui.earlier_views import instead_of_earlier

    found = find_view(name)
    return instead_of_earlier(_finished(found, found.view(project), project))


def board(name: str, project: Project) -> ipywidgets.Widget:
    """Make the page of a domain that readers see: active runs and saved results.

    Parameters
    ----------
    name
        Of the view: that of a job, or one of :func:`known_views`.
    project
        The project.

    Raises
    ------
    SettingError
        When there is neither a view nor a job of this name.
    """
    from workbench.ui.earlier_views import instead_of_earlier

    found = find_view(name)
    return instead_of_earlier(_finished(found, found.board(project), project))


def find_view(name: str) -> Declaration:
    """Find a declaration by its name.

    Raises
    ------
    SettingError
        When there is neither a view nor a job of this name, or two packages declare it.
    """
    points = entry_points_of(GROUP).get(name, ())
    if len(points) > 1:
        values = ", ".join(point.value for point in points)
        raise SettingError(f"The view {name!r} is declared twice: {values}.", "view", name)
    if points:
        declared: Declaration = points[0].load()
        return declared
    if name in known_jobs():
        return JobView(job=name, title=known_jobs()[name])
    raise SettingError(f"There is no view {name!r}; known are {', '.join(known_views())}.", "view", name)


def known_views() -> tuple[str, ...]:
    """Name all views, of jobs that declare none too."""
    return tuple(sorted({*entry_points_of(GROUP), *known_jobs()}))


def _finished(found: Declaration, page: ipywidgets.Widget, project: Project) -> ipywidgets.Widget:
    """Mark a page of a made-up project; what is chosen on one of readers is kept in its address."""
    page = _marked(found, page, project)
    if not is_viewer():
        return page
    from workbench.ui.readers.kept_choices import keeping_choices

    return keeping_choices(page)


def _marked(found: Declaration, page: ipywidgets.Widget, project: Project) -> ipywidgets.Widget:
    """Put above a page of a made-up project that it is one, unless the page says so of its own dataset."""
    if not project.made_up or getattr(found, "says_made_up", False):
        return page
    import ipywidgets

    from workbench.ui.live.board import LiveRuns
    from workbench.ui.notes import made_up_strip

    if isinstance(page, ipywidgets.VBox) and not isinstance(page, LiveRuns):
        page.children = (made_up_strip(), *page.children)
        return page
    return ipywidgets.VBox([made_up_strip(), page])


def _located(location: str) -> Callable[..., Any] | None:
    return located(location) if location else None
