"""What a job sees of its run: stages, progress, log, checkpoints, units.

The same object serves a job on the engine, in a plain script and in a worker process; what differs is the
:class:`.Sink` behind it.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

from workbench.runs.jobs.map import OpenMaps, run_units
from workbench.runs.model.attention import Gate, count_through
from workbench.runs.model.digest import file_digest
from workbench.runs.model.plain_values import MAX_TEXT, plain_fraction, plain_number, plain_text, text_parts
from workbench.runs.model.signals import describe_error
from workbench.runs.model.states import EventKind, Level, StageState
from workbench.runs.model.units import Outcome, Unit, UnitFiles
from workbench.runs.work.bars import Bar, known_total, open_bar
from workbench.runs.work.child import Child
from workbench.runs.work.interrupt import ThreadInterrupt
from workbench.runs.work.open_stage import open_stage, stage_path
from workbench.runs.work.sink import Sink
from workbench.runs.work.workers import Workers

__all__ = ["Job", "captured_job", "current_job"]

Item = TypeVar("Item")
Result = TypeVar("Result")

_job: ContextVar[Job | None] = ContextVar("workbench_job", default=None)
_NUMBERS = (int, float)


def current_job() -> Job | None:
    """Give the job whose work this thread is doing, None outside of any run."""
    return _job.get()


def captured_job() -> Job | None:
    """Give the current job if output belongs to its run; a job called like a function writes to the terminal."""
    job = _job.get()
    return job if job is not None and job.captures else None


class Job:
    """The handle through which a job reports and is controlled.

    Parameters
    ----------
    sink
        Where reports go.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._maps = OpenMaps()
        self._bars: dict[str, int] = {}
        self.on_terminal = sink.on_terminal
        self.captures = not sink.on_terminal

    @property
    def config(self) -> Any:
        """The config with every adjustment made so far; read adjustable settings from here."""
        return self._sink.config

    @property
    def run_id(self) -> str:
        """Id of the run, to trace results to it; empty where there is no journal."""
        return self._sink.run_id

    @contextlib.contextmanager
    def active(self, stage: str | None = None) -> Iterator[Job]:
        """Make this the current job of the running thread: its prints and warnings are the run's."""
        job_token = _job.set(self)
        stage_token = None if stage is None else open_stage.set(stage)
        try:
            yield self
        finally:
            if stage_token is not None:
                open_stage.reset(stage_token)
            _job.reset(job_token)

    def plan(self, **weights: float) -> None:
        """Declare the top-level stages and their share of the work, for the overall bar."""
        shares = {name: plain_number(weight) for name, weight in weights.items()}
        known = {name: share for name, share in shares.items() if share is not None and 0 <= share < math.inf}
        self._sink.emit(EventKind.STAGE, "Plan", data={"plan": known})

    @contextlib.contextmanager
    def stage(self, name: str, *, title: str = "", keep_going: bool = False) -> Iterator[str]:
        """Open a named part of the run; stages opened inside it become its children.

        Parameters
        ----------
        name
            Short name; with the names of the open stages it makes the stage's path.
        title
            What a person reads; the name when left out.
        keep_going
            Record a failure inside with its reason, and continue after the stage.
        """
        path = self.stage_path(name)
        token = open_stage.set(path)
        began = time.monotonic()
        self._report_stage(path, StageState.STARTED, "", title=plain_text(title))
        self.checkpoint()
        try:
            yield path
        except Exception as error:
            self._report_stage(
                path, StageState.FAILED, describe_error(error), seconds=time.monotonic() - began
            )
            if not keep_going:
                raise
        else:
            self._report_stage(path, StageState.COMPLETED, "", seconds=time.monotonic() - began)
        finally:
            open_stage.reset(token)

    def stage_path(self, name: str = "") -> str:
        """Path of the open stage, or of a child of it."""
        return stage_path(name)

    def skip_stage(self, name: str, reason: str) -> None:
        """Record that a planned stage was left out, and why."""
        self._report_stage(self.stage_path(name), StageState.SKIPPED, reason)

    def track(self, iterable: Iterable[Item], *, total: int | None = None, title: str = "") -> Iterator[Item]:
        """Go through a loop with a bar: the tqdm of a job, and a checkpoint at each beat.

        Parameters
        ----------
        iterable
            What to go through.
        total
            Number of items, where ``len`` cannot tell.
        title
            Label of the bar.
        """
        if total is None and isinstance(iterable, Sized):
            total = len(iterable)
        if self.on_terminal:
            return self._track_on_terminal(iterable, total, title)
        return self._track(iterable, total, title)

    def _track(self, iterable: Iterable[Item], total: int | None, title: str) -> Iterator[Item]:
        return self.count(iterable, lambda: self.open_bar(title, total), self.show_bar, Bar.close)

    def count(
        self,
        iterable: Iterable[Item],
        make_bar: Callable[[], Bar],
        show: Callable[[Bar], None],
        end: Callable[[Bar], None],
    ) -> Iterator[Item]:
        """Go through a loop with a bar, which is shown about ten times a second, each time with a checkpoint.

        Parameters
        ----------
        iterable
            What to go through.
        make_bar, show, end
            Called before the first item, when the bar has moved, and when the loop is over.
        """
        opened: list[tuple[Bar, Gate]] = []

        def begin(gate: Gate) -> None:
            bar = make_bar()
            bar.gate = gate
            opened.append((bar, gate))

        def report(done: int) -> None:
            bar, gate = opened[0]
            bar.done = done
            # A bar inside opens the gate too, as it has to know how far this one is: that is not for the journal.
            if bar.is_due() or gate.ended:
                show(bar)
            self._sink.checkpoint()

        return count_through(
            iterable, self._sink.attention, report, begin=begin, end=lambda: end(opened[0][0])
        )

    def _track_on_terminal(self, iterable: Iterable[Item], total: int | None, title: str) -> Iterator[Item]:
        from tqdm.auto import tqdm  # heavy, and only a script needs it

        yield from tqdm(iterable, total=total, desc=title or open_stage.get() or None)

    def progress(self, done: float, total: float, message: str = "") -> None:
        """Report progress that is not a loop: ``done`` of ``total`` of the open stage."""
        self._sink.emit(
            EventKind.PROGRESS,
            message if type(message) is str else plain_text(message),
            stage=open_stage.get(),
            fraction=_share_of(done, total),
        )

    def open_bar(self, title: str, total: float | None, unit: str = "") -> Bar:
        """Begin a bar inside the innermost one that is open (see :mod:`workbench.runs.work.bars`)."""
        return open_bar(plain_text(title), known_total(total), plain_text(unit), self._bars)

    def show_bar(self, bar: Bar, **facts: Any) -> None:
        """Report how far a bar is, with those around it."""
        data = {"done": bar.done, "total": bar.total, "before": bar.before, "seconds_left": bar.seconds_left}
        facts = {**data, **facts}
        if places := bar.places:
            facts["bars"] = places
        self._sink.emit(EventKind.PROGRESS, bar.message, stage=bar.stage, fraction=bar.fraction, data=facts)

    def show_open_line(self, line: str, stage: str) -> None:
        """Show the line that is being written, before it is ended and becomes one of the log."""
        self._sink.emit(EventKind.PROGRESS, line, stage=stage, data={"line": True})

    def on_beat(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call a listener about ten times a second while the run works; gives what ends that."""
        return self._sink.attention.on_beat(listener)

    def log(self, message: str, level: Level | int | str = Level.INFO) -> None:
        """Add one line to the run's log."""
        if type(level) is not Level:
            level = Level.of(level) if isinstance(level, int | str) else Level.INFO
        if type(message) is str and len(message) <= MAX_TEXT and "\n" not in message:
            self._sink.emit(EventKind.LOG, message, stage=open_stage.get(), level=level)
            return
        for part in text_parts(message):
            for line in part.splitlines() or [""]:
                self._sink.emit(EventKind.LOG, line, stage=open_stage.get(), level=level)

    def incomplete(self, omission: str) -> None:
        """Note that something is missing from the result: the run will end "succeeded, incomplete".

        A unit whose result is remembered does not note it again on resume: note what it lacks from what it returns.

        Parameters
        ----------
        omission
            One sentence without a full stop, such as ``"Homes has no forecast"``.
        """
        stage, omission = open_stage.get(), plain_text(omission)
        self._sink.emit(EventKind.LOG, f"Incomplete: {omission}", stage=stage, level=Level.WARNING)
        self._sink.emit(EventKind.STAGE, omission, stage=stage, data={"omission": omission})

    def caution(self, text: str) -> None:
        """Say what every account of the run is headed with, such as that its data are made up.

        Parameters
        ----------
        text
            One sentence; said again it is kept once.
        """
        text = plain_text(text)
        self._sink.emit(EventKind.STAGE, text, stage=open_stage.get(), data={"caution": text})

    def metric(self, name: str, value: float, *, unit: str = "", stage: str | None = None) -> None:
        """Report a named number: an objective, a gap, a MAPE."""
        path = open_stage.get() if stage is None else plain_text(stage)
        name, unit, number = plain_text(name), plain_text(unit), plain_number(value)
        if number is None:
            told = f"The metric {name} was left out: {plain_text(value, 200)!r} is not a number"
            self._sink.emit(EventKind.LOG, told, stage=path, level=Level.WARNING)
            return
        text = f"{name} = {number:g} {unit}".rstrip()
        data = {"name": name, "value": number, "unit": unit}
        self._sink.emit(EventKind.METRIC, text, stage=path, data=data)

    def artifact(self, path: Path | str, title: str = "") -> None:
        """Report a file that the run has written."""
        name = Path(path).name
        facts = {"path": str(path), "title": plain_text(title) or name, "role": "result"}
        self._sink.emit(EventKind.ARTIFACT, f"Wrote {name}", stage=open_stage.get(), data=facts)

    def uses(self, path: Path | str, *, sha256: str | None = None) -> None:
        """Report a file that the run reads, with its hash, so that results can be traced to it."""
        facts = {
            "path": str(path),
            "title": Path(path).name,
            "role": "input",
            "sha256": sha256 or file_digest(Path(path)),
        }
        self._sink.emit(EventKind.ARTIFACT, f"Reads {facts['title']}", stage=open_stage.get(), data=facts)

    def checkpoint(self) -> None:
        """Offer a moment at which the run may hold, end, or adopt new settings.

        Raises
        ------
        CancelSignal
            When the run was cancelled; let it pass.
        JournalError
            When the journal can no longer be written.
        """
        self._sink.checkpoint()

    def interruptible(self) -> ThreadInterrupt:
        """Let a cancel end the block inside wherever it is, also where it reaches no checkpoint; a context manager.

        For code of libraries that works for seconds in this thread. What such a block holds is released by ``with``
        and ``finally``, as after Ctrl-C.
        """
        return ThreadInterrupt(self._sink.attention, self.on_beat, self.checkpoint)

    def map(
        self,
        function: Callable[..., Result],
        units: Iterable[Unit],
        *,
        title: str = "",
        workers: Workers = None,
        retries: int = 0,
        remember: bool = True,
        files: UnitFiles | None = None,
    ) -> Iterator[Outcome[Result]]:
        """Run independent units side by side and yield the outcome of each as it finishes.

        A unit that fails is reported and does not stop the others. On resume, units that an earlier run has
        finished with the same arguments are yielded without being computed again.

        Parameters
        ----------
        function, units
            What to do: called with each unit's arguments; of a module, where units run in other processes.
        title
            Label of the bar.
        workers
            ``"threads"``, ``"processes"``, a number of threads, a ``distributed.Client`` or the address of a Dask
            scheduler. When left out, or ``"processes"``, it goes where the run was started with ``workers=``;
            without that, one thread per core. ``"measured"``: one thread here, or there where that is quicker.
        retries
            How often a failed unit is tried again.
        remember
            Keep each finished unit's result in the journal.
        files
            Which files the units use; without it, workers of a cluster have to see the project's folder.
        """
        return run_units(
            self._sink,
            self._maps,
            self.active,
            self.open_bar,
            function,
            list(units),
            title=title,
            workers=workers,
            retries=retries,
            remember=remember,
            files=files,
        )

    def open_child(self, on_line: Callable[[str], None] | None = None) -> Child:
        """Make a child process for call after call; a context manager, see :class:`.Child`.

        Parameters
        ----------
        on_line
            Called with every line that the child prints.
        """
        return Child(self._sink, on_line)

    def child(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Run a function in a child process that can be stopped at any moment, and wait for its result.

        Its output, down to what native code prints, goes to the run's log; a pause suspends it; a cancel asks
        it, then terminates it, then kills it. It never outlives this process.

        Raises
        ------
        ChildCrashed
            When the child ended without an answer.
        UnitFailed
            When the function raised an error.
        """
        with self.open_child() as child:
            result: Result = child.call(function, arguments)
            return result

    def close(self) -> None:
        """End the maps that the job has left before their last unit (it raised in between, say)."""
        self._maps.close()

    def _report_stage(self, path: str, state: StageState, message: str, **facts: Any) -> None:
        level = Level.ERROR if state == StageState.FAILED else Level.INFO
        facts = {name: value for name, value in facts.items() if value != ""}
        self._sink.emit(
            EventKind.STAGE, message, stage=path, level=level, data={"state": str(state), **facts}
        )


def _share_of(done: Any, total: Any) -> float | None:
    if type(done) in _NUMBERS and type(total) in _NUMBERS and 0 <= done <= total and total:
        return float(done / total)
    part, whole = plain_number(done), plain_number(total)
    return plain_fraction(part / whole) if part is not None and whole else None
