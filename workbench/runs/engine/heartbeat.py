"""The heartbeat of this process's runs: ten times a second, all of them are monitored.

Two threads: one has the work report, samples and watches deadlines, and never waits for a disk; the other serves
slots and requests, and waits for journals, any of which may be locked by another process for a while.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from workbench.errors import ControlRefused, JournalError
from workbench.runs.engine.live import LiveRun
from workbench.runs.model import machine
from workbench.runs.model.states import Cause, EventKind, Level, RunState
from workbench.runs.process.resources import Sample, judge

__all__ = ["Heartbeat"]

_logger = logging.getLogger(__name__)

BEAT_SECONDS = 0.1
SAMPLE_SECONDS = 2.0
WAITING_SECONDS = 2.0
"""After this long, a run says that it waits for another program's lock."""
QUIET_SECONDS = 30.0
"""Silence that needs no mention: solvers are quiet for seconds at a time."""
UNSEEN_SECONDS = 2.0
"""After this long without a checkpoint, the log says that the work has not seen a cancel request."""


class Heartbeat:
    """Has the work report, samples CPU and memory, watches deadlines.

    Parameters
    ----------
    serve
        Called with the runs that have not ended, ten times a second or when something happens.
    """

    def __init__(self, serve: Callable[[list[LiveRun[Any]]], None]) -> None:
        self._serve_runs = serve
        self._lock = threading.Lock()
        self._watched: list[_Watch] = []
        self._beating: threading.Thread | None = None
        self._serving: threading.Thread | None = None
        self._soon = threading.Event()

    def watch(self, run: LiveRun[Any]) -> None:
        """Monitor a run until it ends."""
        with self._lock:
            self._watched.append(_Watch(run))
            if self._beating is None or not self._beating.is_alive():
                self._beating = threading.Thread(target=self._beat, name="workbench heartbeat", daemon=True)
                self._beating.start()
            if self._serving is None or not self._serving.is_alive():
                self._serving = threading.Thread(target=self._serve, name="workbench slots", daemon=True)
                self._serving.start()

    def serve_soon(self) -> None:
        """Have the runs served by a thread of our own, outside of the caller's locks."""
        self._soon.set()

    def _beat(self) -> None:
        while True:
            time.sleep(BEAT_SECONDS)
            with self._lock:
                self._watched = [watch for watch in self._watched if not watch.run.state.is_final]
                watched = list(self._watched)
                if not watched:
                    self._beating = None
                    return
            for watch in watched:
                watch.check_safely()

    def _serve(self) -> None:
        while True:
            self._soon.wait(BEAT_SECONDS)
            self._soon.clear()
            with self._lock:
                live = [watch.run for watch in self._watched if not watch.run.state.is_final]
                if not live:
                    self._serving = None
                    return
            try:
                self._serve_runs(live)
            except Exception:
                _logger.exception("Runs could not be served")


class _Watch:
    """What the heartbeat remembers of one run between two beats."""

    def __init__(self, run: LiveRun[Any]) -> None:
        self.run = run
        self._sampled = 0.0
        self._last: Sample | None = None
        self._checked = time.monotonic()
        self._paused_seconds = 0.0
        self._reported_unseen = False
        self._reported_waiting = False

    def check_safely(self) -> None:
        """Check, and never let one run's trouble stop the beat of the others."""
        try:
            self.check()
        except (ControlRefused, JournalError):
            # It ended meanwhile, or its journal is full: the run itself sees to that.
            return
        except Exception:
            _logger.exception("%s could not be monitored", self.run.id)

    def check(self) -> None:
        run, moment = self.run, time.monotonic()
        run.attention.beat()
        if run.journal.trouble or run.lost:
            run.attention.request()
        if run.lost and not run.has_started:
            run.apply(machine.OwnerLost(f"Interrupted: {run.lost}"))
        if run.state == RunState.PAUSED:
            self._paused_seconds += moment - self._checked
        self._checked = moment
        since = run.journal.file.waiting_since
        waited = 0.0 if since is None else moment - since
        newly = (waited >= WAITING_SECONDS) != self._reported_waiting
        if newly or (run.state == RunState.RUNNING and moment - self._sampled >= SAMPLE_SECONDS):
            self._sample(moment, waited)
        self._watch_deadline(moment)
        self._watch_cancel(moment)

    def _sample(self, moment: float, waited: float) -> None:
        sample = self.run.resources.sample()
        share = 0.0
        if self._last is not None:
            share = (sample.cpu_seconds - self._last.cpu_seconds) / (moment - self._sampled)
        verdict = judge(self.run.silent_seconds(), share, QUIET_SECONDS)
        self._reported_waiting = waited >= WAITING_SECONDS
        if self._reported_waiting:
            verdict = f"waiting {waited:.0f} s for the journal, which another program has locked"
        level = Level.WARNING if verdict.startswith(("stalled", "waiting")) else Level.INFO
        data = {"cpu_seconds": round(sample.cpu_seconds, 3), "memory": sample.memory}
        self.run.emit(EventKind.HEARTBEAT, verdict, level=level, data=data)
        self._last, self._sampled = sample, moment

    def _watch_deadline(self, moment: float) -> None:
        run = self.run
        if run.deadline is None or run.started_at is None or run.cancel_requested is not None:
            return
        if moment - run.started_at - self._paused_seconds > run.deadline:
            run.emit(EventKind.LOG, f"Deadline of {run.deadline:g} s reached", level=Level.WARNING)
            run.cancel("deadline", cause=Cause.DEADLINE)

    def _watch_cancel(self, moment: float) -> None:
        requested = self.run.cancel_requested
        if requested is None or self._reported_unseen or moment - requested < UNSEEN_SECONDS:
            return
        self._reported_unseen = True
        way_out = (
            "A thread cannot be stopped from outside; work that reaches no checkpoint belongs in job.child."
        )
        if self.run.detached:
            way_out = f"Its process can be killed: run.kill(), or workbench cancel {self.run.id} --kill."
        self.run.emit(
            EventKind.LOG,
            f"Cancel was requested {moment - requested:.0f} s ago and the work has not stopped yet: it ends at its "
            f"next checkpoint. {way_out}",
            level=Level.WARNING,
        )
