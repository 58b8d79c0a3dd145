"""What a run reports of the units of one map: stages, progress, failures, time left."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

from workbench.runs.model.states import EventKind, Level, StageState
from workbench.runs.model.units import Outcome, Unit
from workbench.runs.work.bars import Bar
from workbench.runs.work.sink import Sink

__all__ = ["MapReport"]


REPORT_SECONDS = 0.1
"""Progress is reported so often at most, however many units finish; the last unit and a failure at once."""


@dataclass(slots=True)
class _Group:
    """The units that form one stage, or all of a map: how far they are."""

    total: int = 0
    done: int = 0
    failed: int = 0
    failure: str = ""
    started: float | None = None
    told: float = 0.0
    told_done: int = 0

    def is_due(self, moment: float) -> bool:
        """Whether it is time to report, and something to report."""
        if self.done == self.told_done or (self.done < self.total and moment - self.told < REPORT_SECONDS):
            return False
        self.told, self.told_done = moment, self.done
        return True


class MapReport:
    """Turns the outcomes of the units of one map into progress and stage events.

    Parameters
    ----------
    sink
        The run.
    units
        All units of the map.
    bar
        Its bar.
    """

    def __init__(self, sink: Sink, units: list[Unit], bar: Bar) -> None:
        self._sink = sink
        self._bar = bar
        self._parent = bar.stage
        self._lock = threading.Lock()
        self._all = _Group(len(units))
        self._computed = 0
        self._computed_seconds = 0.0
        self.workers = 1
        self._groups: dict[str, _Group] = {}
        for unit in units:
            if unit.stage:
                self._groups.setdefault(unit.stage, _Group()).total += 1
        self._open: dict[str, _Group] = {}

    def stage_of(self, unit: Unit) -> str:
        """Path of the stage that a unit belongs to."""
        return self._path(unit.stage) if unit.stage else self._parent

    def started(self, unit: Unit) -> None:
        """Take note that a unit has started."""
        if not unit.stage:
            return
        with self._lock:
            group = self._groups[unit.stage]
            if group.started is None:
                group.started = time.monotonic()
                self._open[unit.stage] = group
                self._stage_event(unit.stage, StageState.STARTED, "")

    def finished(self, unit: Unit, outcome: Outcome) -> None:
        """Take note of the outcome of a unit."""
        self.started(unit)
        with self._lock:
            self._all.done += 1
            if not outcome.remembered:
                self._computed += 1
                self._computed_seconds += outcome.seconds
            if unit.stage:
                self._finish_in_stage(unit, outcome)
            elif outcome.error is not None:
                self._stage_event(outcome.key, StageState.FAILED, outcome.error)
            self._progress(unit.key)

    def catch_up(self) -> None:
        """Report what has finished since the last report: to be called now and then while units are computed."""
        with self._lock:
            for stage, group in self._open.items():
                self._stage_progress(stage, group)
            self._progress("")

    def _finish_in_stage(self, unit: Unit, outcome: Outcome) -> None:
        group = self._groups[unit.stage]
        if outcome.error is not None:
            failure = f"{outcome.key}: {outcome.error}"
            group.failed += 1
            group.failure = group.failure or failure
            self._sink.emit(EventKind.LOG, failure, stage=self.stage_of(unit), level=Level.ERROR)
        group.done += 1
        if group.done < group.total:
            self._stage_progress(unit.stage, group)
            return
        self._open.pop(unit.stage, None)
        seconds = time.monotonic() - (group.started or 0.0)
        if group.failed:
            several = f"{group.failed} of {group.total}: " if group.failed > 1 else ""
            self._stage_event(unit.stage, StageState.FAILED, several + group.failure, seconds)
        else:
            self._stage_event(unit.stage, StageState.COMPLETED, "", seconds)

    def _stage_progress(self, stage: str, group: _Group) -> None:
        if group.is_due(time.monotonic()):
            counted, fraction = f"{group.done} of {group.total}", group.done / group.total
            self._sink.emit(EventKind.PROGRESS, counted, stage=self._path(stage), fraction=fraction)

    def _progress(self, key: str) -> None:
        done, total = self._all.done, self._all.total
        self._bar.done = done
        if not self._all.is_due(time.monotonic()):
            return
        left = None
        if self._bar.outer is not None:
            left = self._bar.seconds_left
        elif done == total:
            left = 0.0
        elif self._computed >= 2:
            left = self._computed_seconds / self._computed * (total - done) / self.workers
        facts = {"done": done, "total": total, "before": self._bar.before, "unit": key, "seconds_left": left}
        if places := self._bar.places:
            facts["bars"] = places
        self._sink.emit(
            EventKind.PROGRESS, self._bar.message, stage=self._parent, fraction=self._bar.fraction, data=facts
        )

    def _path(self, stage: str) -> str:
        return f"{self._parent}/{stage}" if self._parent else stage

    def _stage_event(self, stage: str, state: StageState, message: str, seconds: float | None = None) -> None:
        data: dict[str, Any] = {"state": str(state)}
        if seconds is not None:
            data["seconds"] = seconds
        level = Level.ERROR if state == StageState.FAILED else Level.INFO
        self._sink.emit(EventKind.STAGE, message, stage=self._path(stage), level=level, data=data)

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
