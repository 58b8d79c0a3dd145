"""A run on the terminal: bars that move, log lines above them; plain lines where there is no terminal."""

from __future__ import annotations

import datetime
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from workbench.cli import terminal
from workbench.runs.engine.run import Run
from workbench.runs.model.events import Event
from workbench.runs.model.records import RunRecord
from workbench.runs.model.states import EventKind, StageState
from workbench.runs.overview.summary import Summary

__all__ = ["colour_of", "duration", "follow", "print_end"]

POLL_SECONDS = 0.1
_FOR_PEOPLE = (".html", ".xlsx", ".csv", ".pdf", ".txt")
_STYLES = {"debug": "dim", "info": "", "warning": "yellow", "error": "bold red"}


def follow(run: Run, *, as_json: bool, when_interrupted: Callable[[], None]) -> Summary:
    """Show a run until it ends.

    Parameters
    ----------
    run
        The run, of this process or another.
    as_json
        Write each event as a line of JSON to standard output instead of drawing.
    when_interrupted
        Called when the user presses Ctrl-C; may raise to leave.
    """
    summary = Summary()
    try:
        with _JsonDisplay() if as_json else _TerminalDisplay(run) as display:
            _follow(run, summary, display.show, when_interrupted)
    except BrokenPipeError:
        if not run.is_here:
            raise
        # The work does not end because nobody reads about it any more.
        _follow(run, summary, lambda events, summary: None, when_interrupted)
    return summary


def _follow(
    run: Run,
    summary: Summary,
    show: Callable[[list[Event], Summary], None],
    when_interrupted: Callable[[], None],
) -> None:
    while True:
        try:
            ended = run.wait(POLL_SECONDS)
            events = run.events(summary.seq)
            for event in events:
                summary.add(event)
            show(events, summary)
            if ended and not run.events(summary.seq):
                return
        except KeyboardInterrupt:
            when_interrupted()


def print_end(run: Run, summary: Summary, console: Console | None = None) -> None:
    """Print how a run ended and where its results are."""
    console = console or terminal.console()
    seconds = duration(summary.seconds_run(time.time()))
    console.print(
        f"[bold {colour_of(summary)}]{summary.status}[/] {escape(run.title)}, scenario {escape(run.scenario)}, "
        f"in {seconds} — {escape(summary.reason)}"
    )
    for line in summary.details:
        console.print(f"  {escape(line)}")
    for metric in summary.metrics.values():
        # A nested stage's numbers are for the panel; here is the result of the run as a whole.
        if "/" not in metric.stage:
            console.print(f"  {escape(metric.name)} = {metric.value:g} {escape(metric.unit)}")
    _print_files([Path(artifact["path"]) for artifact in summary.artifacts], console)


def colour_of(run: Summary | RunRecord) -> str:
    """Colour of a run's status on the terminal."""
    colours = {"succeeded": "green", "failed": "red", "interrupted": "red"}
    return colours.get(run.status, "yellow")


def _print_files(paths: list[Path], console: Console) -> None:
    read = [path for path in paths if path.suffix in _FOR_PEOPLE]
    for path in read:
        console.print(f"  {escape(str(path))}")
    others = [path for path in paths if path not in read]
    if others:
        folder = os.path.commonpath([path.parent for path in others])
        console.print(f"  and {len(others)} files of data in {escape(folder)}")


def duration(seconds: float) -> str:
    """Format a duration for people."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return str(datetime.timedelta(seconds=round(seconds)))


class _JsonDisplay:
    """Events as lines of JSON."""

    def __enter__(self) -> _JsonDisplay:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, events: list[Event], summary: Summary) -> None:
        for event in events:
            print(json.dumps(event.to_plain(), default=str))  # noqa: T201
        terminal.flush()


class _TerminalDisplay:
    """Bars and lines on standard error."""

    def __init__(self, run: Run) -> None:
        self._console = terminal.console(stderr=True)
        self._run = run
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=32),
            TextColumn("{task.fields[share]:>5}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=self._console,
            redirect_stdout=False,
            redirect_stderr=False,
            disable=not self._console.is_terminal,
        )
        self._whole = self._progress.add_task(escape(run.title), total=1.0, share="", left="")
        self._stages: dict[str, TaskID] = {}

    def __enter__(self) -> _TerminalDisplay:
        self._console.print(f"[bold]{escape(self._run.title)}[/]  run {self._run.id}")
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, events: list[Event], summary: Summary) -> None:
        for event in events:
            self._print(event)
        for path, stage in summary.stages.items():
            self._update_stage(path, stage.title, stage.state, stage.share, stage.message)
        left = "" if summary.seconds_left is None else f"{duration(summary.seconds_left)} left"
        share = "" if summary.fraction is None else f"{summary.fraction:.0%}"
        description = f"{escape(self._run.title)} [dim]{summary.status}[/]"
        if summary.request:
            description += f" [yellow]({summary.request} requested)[/]"
        if place := self._run.queue_place():
            description += f" [dim]({place} before it)[/]"
        self._progress.update(
            self._whole, completed=summary.fraction or 0.0, description=description, share=share, left=left
        )

    def _update_stage(self, path: str, title: str, state: StageState, share: float, message: str) -> None:
        depth = path.count("/") + 1
        if path not in self._stages and state == StageState.STARTED and depth <= 2:
            self._stages[path] = self._progress.add_task(
                f"{'  ' * depth}{escape(title)}", total=1.0, share="", left=""
            )
        task = self._stages.get(path)
        if task is None:
            return
        if state == StageState.STARTED:
            self._progress.update(task, completed=share, share=f"{share:.0%}", left=escape(message)[:40])
        elif depth > 1:
            # A finished child has had its line in the log; the screen is for what is running.
            self._progress.remove_task(task)
            del self._stages[path]
        else:
            self._progress.update(task, completed=1.0, share=_MARKS[state], left="")
            self._progress.stop_task(task)

    def _print(self, event: Event) -> None:
        if event.kind == EventKind.LOG and event.level == "debug":
            return
        if event.kind == EventKind.STAGE and "state" in (event.data or {}):
            self._print_stage(event)
        elif event.kind in (EventKind.LOG, EventKind.CONTROL):
            where = f"[dim]{escape(event.stage)}[/] " if event.stage else ""
            style = _STYLES[event.level]
            text = escape(event.message)
            line = f"{where}[{style}]{text}[/]" if style else f"{where}{text}"
            self._progress.console.print(line)

    def _print_stage(self, event: Event) -> None:
        facts = event.data or {}
        state = StageState(facts["state"])
        if state == StageState.STARTED:
            return
        duration_text = f" in {duration(facts['seconds'])}" if "seconds" in facts else ""
        reason = f": {escape(event.message)}" if event.message else ""
        colour = {"completed": "green", "failed": "bold red"}.get(str(state), "yellow")
        self._progress.console.print(
            f"[{colour}]{_MARKS[state]}[/] {escape(event.stage)} {state}{duration_text}{reason}"
        )


_MARKS = {
    StageState.STARTED: "…",
    StageState.COMPLETED: "✓",
    StageState.FAILED: "✗",
    StageState.SKIPPED: "-",
}
