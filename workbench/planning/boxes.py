"""The chain of a project as three boxes: what is missing, stale or contradictory, and a button that runs it."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Iterator, Sequence

import ipywidgets

from workbench.data.notes import Note
from workbench.data.problems import Answer
from workbench.data.projects.project import Project
from workbench.errors import WorkbenchError
from workbench.planning.chain import STEPS
from workbench.planning.check import InputCheck, InputState, check_inputs
from workbench.planning.settling import accept, key_of, settle, unsettle
from workbench.planning.state import ChainState, StepState, chain_state, run_stale_steps
from workbench.planning.steps import DEFAULT_SCENARIO
from workbench.runs.model.read_only import is_viewer
from workbench.ui.figures.tables import table_of
from workbench.ui.live.project_news import News, ProjectNews
from workbench.ui.panel.run_panel import panel_of
from workbench.ui.tabs import note

__all__ = ["ChainBoxes", "boxes_html"]

MARKS = {
    StepState.MISSING: "\u25cb",
    StepState.TO_RUN: "\u25cb",
    StepState.STALE: "\u25d0",
    StepState.DOUBTFUL: "!",
    StepState.CURRENT: "\u2713",
}
"""A sign for each state, so that it is told by more than its word."""


class ChainBoxes(ipywidgets.VBox):  # type: ignore[misc]
    """Three boxes, and for analysts the buttons that look through the inputs and run what is not up to date.

    Parameters
    ----------
    project
        The project.
    scenario
        Of the demand forecast and the load profile.
    """

    def __init__(self, project: Project, scenario: str = DEFAULT_SCENARIO) -> None:
        self._project, self._scenario = project, scenario
        self._is_running = False
        self._boxes, self._area = ipywidgets.HTML(), ipywidgets.VBox()
        self._run = ipywidgets.Button(
            description="Run the chain", tooltip="Run every step that is not up to date"
        )
        self._check = ipywidgets.Button(
            description="Look through the inputs",
            tooltip="Read all inputs and list what is wrong; nothing runs",
            layout={"width": "auto"},
        )
        self._run.on_click(lambda _: self.run())
        self._check.on_click(lambda _: self.check())
        buttons = [] if is_viewer() else [ipywidgets.HBox([self._run, self._check])]
        super().__init__([self._boxes, *buttons, self._area])
        self.refresh()
        ProjectNews.of(project).follow(self._take, jobs=STEPS, limit=0)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def _take(self, _news: News) -> None:
        if not self._is_running:
            self.refresh()

    def refresh(self) -> ChainState:
        """Look at the steps again."""
        state = chain_state(self._project, self._scenario)
        self._boxes.value = boxes_html(state)
        self._run.disabled = not state.to_run
        return state

    def check(self) -> tuple[InputCheck, ...]:
        """List everything noticed in the inputs, as ``workbench check`` does."""
        found = check_inputs(self._project)
        self._show_found(found)
        return found

    def _show_found(self, found: tuple[InputCheck, ...]) -> None:
        rows = [[item.title, str(item.state), item.summary] for item in found]
        listed = [(item, note) for item in found for note in item.notes if note not in item.open]
        rows += [[item.title, str(note.kind), str(note)] for item, note in listed]
        # What a setting settles comes first.
        open_notes = sorted(
            ((item, note) for item in found for note in item.open), key=lambda pair: not pair[1].answers
        )
        to_settle = [_finding(item, note, self._settle) for item, note in open_notes]
        kept = [line for item in found for line in _kept(item, self._settle)]
        self._area.children = (*to_settle, *kept, table_of(["Input", "State", "What was found"], rows))

    def _settle(self, change: Callable[[Project], object]) -> None:
        """Do what a button says, and look through the inputs again."""
        try:
            change(self._project)
        except WorkbenchError as error:
            self._area.children = (note(str(error)), *self._area.children)
            return
        self.check()
        self.refresh()

    def run(self) -> threading.Thread:
        """Run what is not up to date in the background, and show the panel of each run."""
        self._run.disabled = self._is_running = True
        thread = threading.Thread(target=self._run_all, name="planning chain", daemon=True)
        thread.start()
        return thread

    def _run_all(self) -> None:
        try:
            for run in run_stale_steps(self._project, self._scenario):
                self._area.children = (panel_of(run),)
        except WorkbenchError as error:
            self._area.children = (*self._area.children, note(str(error)))
        finally:
            self._is_running = False
            self.refresh()


Settle = Callable[[Callable[[Project], object]], None]


def _finding(item: InputCheck, found: Note, settle_by: Settle) -> ipywidgets.Widget:
    """Make a finding with a button for each way to settle it."""
    text = f"{item.title}, {found.kind}: {found}"
    buttons = [
        _button(answer.label, f"{answer.setting} = {answer.value}", settle_by, _by(item.step, answer))
        for answer in found.answers
    ]
    if item.state is not InputState.WRONG:
        buttons.append(
            _button(
                "It is right as it is",
                "Count it as no doubt any more",
                settle_by,
                lambda project: accept(project, item.step, found),
            )
        )
    return ipywidgets.VBox([note(text), _row(buttons)], layout={"margin": "0 0 8px"})


def _kept(item: InputCheck, settle_by: Settle) -> Iterator[ipywidgets.Widget]:
    """Make a line with a button for each thing that was settled."""
    settled = {name: f"settled: {name} = {value}" for name, value in item.settled.items()}
    settled |= {key_of(found): f"right as it is: {found}" for found in item.accepted}
    for what, words in settled.items():

        def take_back(project: Project, what: str = what) -> None:
            unsettle(project, item.step, what)

        button = _button("Take it back", "The finding is open again", settle_by, take_back)
        yield ipywidgets.VBox([note(f"{item.title}, {words}"), _row([button])], layout={"margin": "0 0 8px"})


def _by(job: str, answer: Answer) -> Callable[[Project], object]:
    return lambda project: settle(project, job, answer.setting, answer.value)


def _button(
    label: str, tooltip: str, settle_by: Settle, change: Callable[[Project], object]
) -> ipywidgets.Button:
    made = ipywidgets.Button(
        description=label, tooltip=tooltip, layout={"width": "auto", "max_width": "100%"}
    )
    made.on_click(lambda _: settle_by(change))
    return made


def _row(buttons: Sequence[ipywidgets.Widget]) -> ipywidgets.Widget:
    return ipywidgets.HBox(list(buttons), layout={"flex_flow": "row wrap"})


def boxes_html(state: ChainState) -> str:
    """Write the steps as boxes side by side, below each other on a narrow page."""
    boxes = []
    for step in state.steps:
        reasons = "".join(f"<li>{html.escape(reason)}</li>" for reason in step.reasons)
        listed = f'<ul style="margin: .3em 0 0; padding-left: 1.2em">{reasons}</ul>' if reasons else ""
        facts = f"<div>{html.escape(step.facts)}</div>" if step.facts else ""
        scenario = f" <small>{html.escape(step.scenario)}</small>" if step.scenario else ""
        boxes.append(
            '<div style="flex: 1 1 240px; border: 1px solid var(--jp-border-color1, #9aa5b1); border-radius: 4px; '
            'padding: .6em .8em; overflow-wrap: anywhere; line-height: 1.4">'
            f"<b>{html.escape(step.title)}</b>{scenario}"
            f"<div>{MARKS[step.state]} {html.escape(str(step.state))}</div>{facts}{listed}</div>"
        )
    return f'<div style="display: flex; flex-wrap: wrap; gap: .8em; margin: .4em 0">{"".join(boxes)}</div>'
