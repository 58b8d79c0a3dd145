"""What a run reports of the units of one map: stages, progress, failures, time left."""

from __future__ import annotations

import threading
import time
from typing import Any

from workbench.runs.jobs.open_stage import stage_path
from workbench.runs.jobs.sink import Sink
from workbench.runs.model.states import EventKind, Level, StageState
from workbench.runs.model.units import Outcome, Unit

__all__ = ["MapReport"]


class MapReport:
    """Turns the outcomes of the units of one map into progress and stage events.

    Parameters
    ----------
    sink
        The run.
    units
        All units of the map.
    title
        Label of the bar.
    """

    def __init__(self, sink: Sink, units: list[Unit], title: str) -> None:
        self._sink = sink
        self._title = title
        self._parent = stage_path()
        self._lock = threading.Lock()
        self._done = 0
        self._total = len(units)
        self._computed_seconds: list[float] = []
        self.workers = 1
        self._members: dict[str, int] = {}
        for unit in units:
            self._members[unit.stage] = self._members.get(unit.stage, 0) + 1
        self._open: dict[str, tuple[int, list[str], float]] = {}

    def stage_of(self, unit: Unit) -> str:
        """Path of the stage that a unit belongs to."""
        return "/".join(part for part in (self._parent, unit.stage) if part)

    def started(self, unit: Unit) -> None:
        """Take note that a unit has started."""
        with self._lock:
            if unit.stage and unit.stage not in self._open:
                self._open[unit.stage] = (0, [], time.monotonic())
                self._stage_event(unit, StageState.STARTED, "")

    def finished(self, unit: Unit, outcome: Outcome) -> None:
        """Take note of the outcome of a unit."""
        self.started(unit)
        with self._lock:
            self._done += 1
            if not outcome.remembered:
                self._computed_seconds.append(outcome.seconds)
            if unit.stage:
                self._finish_in_stage(unit, outcome)
            elif outcome.error is not None:
                path = "/".join(part for part in (self._parent, outcome.key) if part)
                data = {"state": str(StageState.FAILED)}
                self._sink.emit(EventKind.STAGE, outcome.error, stage=path, level=Level.ERROR, data=data)
            self._progress(unit)

    def _finish_in_stage(self, unit: Unit, outcome: Outcome) -> None:
        done, failures, started = self._open[unit.stage]
        if outcome.error is not None:
            failures.append(f"{outcome.key}: {outcome.error}")
            self._sink.emit(EventKind.LOG, failures[-1], stage=self.stage_of(unit), level=Level.ERROR)
        done += 1
        self._open[unit.stage] = (done, failures, started)
        total = self._members[unit.stage]
        if done < total:
            counted, stage = f"{done} of {total}", self.stage_of(unit)
            self._sink.emit(EventKind.PROGRESS, counted, stage=stage, fraction=done / total)
            return
        seconds = time.monotonic() - started
        if failures:
            reason = failures[0] if len(failures) == 1 else f"{len(failures)} of {total}: {failures[0]}"
            self._stage_event(unit, StageState.FAILED, reason, seconds)
        else:
            self._stage_event(unit, StageState.COMPLETED, "", seconds)

    def _progress(self, unit: Unit) -> None:
        left = None
        if self._done == self._total:
            left = 0.0
        elif len(self._computed_seconds) >= 2:
            mean = sum(self._computed_seconds) / len(self._computed_seconds)
            left = mean * (self._total - self._done) / self.workers
        counted = f"{self._done} of {self._total}"
        self._sink.emit(
            EventKind.PROGRESS,
            f"{self._title}: {counted}" if self._title else counted,
            stage=self._parent,
            fraction=self._done / self._total,
            data={"done": self._done, "total": self._total, "unit": unit.key, "seconds_left": left},
        )

    def _stage_event(self, unit: Unit, state: StageState, message: str, seconds: float | None = None) -> None:
        data: dict[str, Any] = {"state": str(state)}
        if seconds is not None:
            data["seconds"] = seconds
        level = Level.ERROR if state == StageState.FAILED else Level.INFO
        self._sink.emit(EventKind.STAGE, message, stage=self.stage_of(unit), level=level, data=data)

    def retrying(self, unit: Unit, error: str, attempt: int, attempts: int) -> None:
        """Report that a unit has failed and is tried again."""
        self._sink.emit(
            EventKind.LOG,
            f"{unit.key} failed (try {attempt + 1} of {attempts}), trying again: {error}",
            stage=self.stage_of(unit),
            level=Level.WARNING,
        )

    def note(self, unit: Unit, message: str, level: Level = Level.WARNING) -> None:
        """Add a line about a unit to the log."""
        self._sink.emit(EventKind.LOG, message, stage=self.stage_of(unit), level=level)
