"""A job in a notebook: settings, a Run button, the panel, the result, and earlier runs."""

from __future__ import annotations

import html
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets

from workbench.data.projects.project import INPUT_SUFFIXES, Project
from workbench.errors import RunError, ScenarioBusy, SettingError, WorkbenchError
from workbench.runs.engine.kept_settings import kept_settings
from workbench.runs.engine.run import Run
from workbench.runs.engine.start import WhenBusy, attach, resume, runs, start
from workbench.runs.jobs.registry import JobFunction, known_jobs
from workbench.runs.model.read_only import is_viewer
from workbench.runs.model.records import RunRecord
from workbench.runs.model.states import RunState
from workbench.ui.base import Pane, guarded
from workbench.ui.earlier_views import close_tree
from workbench.ui.fold import Fold
from workbench.ui.forms.form import ConfigForm
from workbench.ui.live.project_news import News, ProjectNews
from workbench.ui.panel.run_panel import panel_of
from workbench.ui.tabs import choice
from workbench.ui.transfer.uploads import Uploads

__all__ = ["RunView"]

DOUBLE_CLICK_SECONDS = 0.6
HISTORY_LENGTH = 200
_RESUMABLE = (RunState.INTERRUPTED, RunState.FAILED, RunState.CANCELLED)


class RunView(Pane):
    """Start a job with a form, watch its run, see its result, come back to earlier runs.

    Nothing here waits: a click starts a thread and returns, so that the kernel stays free for the next click.
    When the project has an active run of this job, the view opens with its panel. On a published page there is no
    form and no button: the newest run is shown.

    Parameters
    ----------
    job
        The job.
    project
        A project, or the path of its folder.
    result_view
        Makes a widget of the result; called in a thread, when the run has succeeded.
    live_view
        Makes a widget of the run that is shown, below its panel.
    above
        Makes a widget above the form that fills in some of its fields.
    config
        What the form shows first.
    """

    def __init__(
        self,
        job: JobFunction[Any, Any],
        project: Any,
        *,
        result_view: Callable[[Any], ipywidgets.Widget] | None = None,
        live_view: Callable[[Run], ipywidgets.Widget] | None = None,
        above: Callable[[ConfigForm], ipywidgets.Widget] | None = None,
        config: Any = None,
    ) -> None:
        self._job = job
        self._project = project
        self._result_view = result_view
        self._live_view = live_view
        self._current: Run | None = None
        self._busy = threading.Lock()
        self._results_seen: Mapping[str, Mapping[str, int]] | None = None
        offering = None if is_viewer() else _opened(project)
        if config is None and offering is not None:
            config = _begun_with(job, offering)
        self.form = ConfigForm(job.config_type, config, job.check, project=offering)
        self._uploads = None if offering is None else _uploads_to(offering, self.form)
        self._make_parts()
        super().__init__()
        self.above = None if above is None or is_viewer() else above(self.form)
        controls = [] if is_viewer() else [self._settings, self._buttons, self._question]
        parts = [
            self._uploads,
            self.above,
            *controls,
            self.strip,
            self._panel_area,
            self._live_area,
            self._result_area,
        ]
        self.children = [part for part in parts if part is not None]
        self._in_background(self._open)
        if offering is not None:
            ProjectNews.of(offering).follow(self._take_news, jobs=tuple(known_jobs()))

    def __repr__(self) -> str:
        return f"<RunView of {self._job.name}, {self._current or 'no run yet'}>"

    @property
    def run(self) -> Run | None:
        """The run that is shown."""
        return self._current

    def show(self, run: Run) -> None:
        """Show the panel of a run, and its result when it has ended."""
        self._current = run
        self.strip.clear()
        self._question.children = ()
        earlier = (*self._live_area.children, *self._result_area.children)
        self._panel_area.children = (panel_of(run),)
        self._live_area.children = () if self._live_view is None else (self._live_view(run),)
        self._result_area.children = ()
        for view in earlier:
            close_tree(view)
        threading.Thread(
            target=self._await_result, args=(run,), name=f"workbench result of {run.id}", daemon=True
        ).start()

    # its parts

    def _make_parts(self) -> None:
        self._settings = Fold("Settings", self.form, is_open=True)
        self._start_button = ipywidgets.Button(description="Run", button_style="primary")
        self._connect(self._start_button, self._start)
        self._history = choice("Earlier runs", [("no earlier runs", "")])
        self._history.layout.min_width, self._history.layout.margin = "min(340px, 100%)", "0 4px 0 24px"
        self._show_button = ipywidgets.Button(description="Show", layout={"width": "auto"})
        self._connect(self._show_button, self._show_chosen)
        self._resume_button = ipywidgets.Button(
            description="Resume",
            layout={"width": "auto"},
            tooltip="Continue: finished units are not repeated",
        )
        self._connect(self._resume_button, self._resume_chosen)
        self._history.observe(lambda _: self._offer(), "value")
        self._records: dict[str, RunRecord] = {}
        self._buttons = ipywidgets.HBox(
            [self._start_button, self._history, self._show_button, self._resume_button],
            layout={"flex_flow": "row wrap", "align_items": "center", "margin": "6px 0"},
        )
        self._question = ipywidgets.VBox()
        self._panel_area = ipywidgets.VBox()
        self._live_area = ipywidgets.VBox()
        self._result_area = ipywidgets.VBox()
        self._offer()

    def _open(self) -> None:
        self._list_runs()
        active = [record for record in self._records.values() if not record.state.is_final]
        if is_viewer():
            active = active or list(self._records.values())
        if active and self._current is None:
            self.show(attach(active[0].id, self._project))

    def _take_news(self, news: News) -> None:
        """Offer runs and results of other processes as well."""
        before, self._results_seen = self._results_seen, news.results
        self._list_runs()
        if before is not None and before != news.results:
            self.form.offer_again()

    # clicks

    def _connect(self, button: ipywidgets.Button, action: Callable[[], None]) -> None:
        last_click = 0.0

        def click(_: object) -> None:
            nonlocal last_click
            now = time.monotonic()
            if now - last_click >= DOUBLE_CLICK_SECONDS:
                last_click = now
                self._in_background(action)

        button.on_click(click)

    def _in_background(self, action: Callable[[], None]) -> None:
        def work() -> None:
            # One after the other: a second start sees the first one's run.
            with self._busy:
                guarded(action, self.show_error)

        threading.Thread(target=work, name=f"workbench view of {self._job.name}", daemon=True).start()

    def show_error(self, error: BaseException) -> None:
        """Show an error in the strip; the settings are unfolded when one of them is wrong."""
        if isinstance(error, SettingError):
            self._settings.is_open = True
        super().show_error(error)

    def _start(self, when_busy: WhenBusy = "refuse") -> None:
        self.strip.clear()
        config = self.form.config
        try:
            run = start(self._job, self._project, config, when_busy=when_busy)
        except ScenarioBusy as busy:
            self._ask_what_to_do(busy)
            return
        self._settings.is_open = False
        self.show(run)
        self._list_runs()

    def _ask_what_to_do(self, busy: ScenarioBusy) -> None:
        def button(title: str, help_text: str, action: Callable[[], None]) -> ipywidgets.Button:
            made = ipywidgets.Button(description=title, tooltip=help_text, layout={"width": "auto"})
            self._connect(made, action)
            return made

        def cancel_other() -> None:
            other = attach(busy.run, self._project)
            if not other.state.is_final:
                other.cancel()
            self._start("queue")

        sentence = f"{busy.run} is still writing this scenario. What should happen?"
        choices = [
            button("Queue behind it", "Starts when the other has ended", lambda: self._start("queue")),
            button("Write another scenario", "Adds a number to the name", lambda: self._start("rename")),
            button("Cancel the other", "Ends it, then starts this one", cancel_other),
            button("Do nothing", "", lambda: setattr(self._question, "children", ())),
        ]
        row = ipywidgets.HBox(choices, layout={"flex_flow": "row wrap"})
        self._question.children = (ipywidgets.HTML(html.escape(sentence)), row)

    # earlier runs

    def _list_runs(self) -> None:
        found = runs(self._project, job=self._job.name, limit=HISTORY_LENGTH)
        self._records = {record.id: record for record in found}
        chosen = self._history.value
        options = [(_label(record), record.id) for record in found] or [("no earlier runs", "")]
        self._history.options = options
        if chosen in self._records:
            self._history.value = chosen
        self._offer()

    def _offer(self) -> None:
        record = self._records.get(self._history.value)
        self._show_button.disabled = record is None
        self._resume_button.disabled = record is None or record.state not in _RESUMABLE

    def _show_chosen(self) -> None:
        if self._history.value in self._records:
            self.show(attach(self._history.value, self._project))

    def _resume_chosen(self) -> None:
        if self._history.value in self._records:
            self.show(resume(self._history.value, self._project))
            self._list_runs()

    # the result

    def _await_result(self, run: Run) -> None:
        try:
            run.wait()
            self._list_runs()
            self.form.offer_again()
            if self._current is not run or run.state != RunState.SUCCEEDED or self._result_view is None:
                return
            shown = self._result_view(run.result())
            # The user may have chosen another run meanwhile: an old result must not cover a newer one.
            if self._current is run:
                self._result_area.children = (shown,)
        except RunError as error:
            self.show_error(error)
        except Exception as error:  # noqa: BLE001 - shown under the panel, whatever it is
            panel_of(run).show_error(error)


def _label(record: RunRecord) -> str:
    moment = time.strftime("%Y-%m-%d %H:%M", time.localtime(record.created))
    return f"{moment}  {record.scenario}  {record.status}"


def _opened(project: Any) -> Project | None:
    """Give the project whose files a form can offer; None where runs are kept in a plain folder."""
    try:
        return project if isinstance(project, Project) else Project.open(project)
    except WorkbenchError:
        return None


def _uploads_to(project: Project, form: ConfigForm) -> Uploads:
    return Uploads(project.inputs, (*INPUT_SUFFIXES, ".tsv", ".txt", ".gz", ".zip"), form.take_file)


def _begun_with(job: JobFunction[Any, Any], project: Project) -> Any:
    """Give the config that runs of the project begin with; None where it cannot be read: a start says why."""
    try:
        return job.make_config(None, kept_settings(project, job.name))
    except WorkbenchError:
        return None
