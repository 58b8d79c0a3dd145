"""The heartbeat of this process's runs: ten times a second, all of them are monitored.

Two threads: one opens gates, samples and watches deadlines, and never waits for a disk; the other has slots given
and polls the journals for requests, any of which may be locked by another process for a while.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from workbench.errors import ControlRefused, JournalError, SettingError
from workbench.runs.engine.live import LiveRun
from workbench.runs.journal.writer import Journal
from workbench.runs.model import machine
from workbench.runs.model.plain_values import plain_number, plain_text
from workbench.runs.model.records import ControlRequest
from workbench.runs.model.states import Cause, EventKind, Level, RunState
from workbench.runs.process.resources import Sample, judge

__all__ = ["Heartbeat"]

_logger = logging.getLogger(__name__)

BEAT_SECONDS = 0.1
SAMPLE_SECONDS = 2.0
WAITING_SECONDS = 2.0
"""After this long, a run says that it waits for another program's lock."""
RENEW_SECONDS = 10.0
"""How often runs say in the journal that their process lives."""
IN_PLACE_SECONDS = 0.5
"""How often it is looked whether a project is still where it was."""
QUIET_SECONDS = 30.0
"""Silence that needs no mention: solvers are quiet for seconds at a time."""
UNSEEN_SECONDS = 2.0
"""After this long without a checkpoint, the log says that the work has not seen a cancel request."""


class Heartbeat:
    """Opens gates, polls the journals for requests, samples CPU and memory, watches deadlines.

    Parameters
    ----------
    give_slots
        Admits queued runs to free slots.
    """

    def __init__(self, give_slots: Callable[[], None]) -> None:
        self._give_slots = give_slots
        self._lock = threading.Lock()
        self._watched: list[_Watch] = []
        self._beating: threading.Thread | None = None
        self._serving: threading.Thread | None = None
        self._soon = threading.Event()
        self._answers: WeakKeyDictionary[Journal, dict[int, str | None]] = WeakKeyDictionary()
        self._renewed: WeakKeyDictionary[Journal, float] = WeakKeyDictionary()
        self._looked: WeakKeyDictionary[Journal, float] = WeakKeyDictionary()

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

    def give_slots_soon(self) -> None:
        """Have the next run admitted by a thread of our own, outside of the caller's locks."""
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
                # Also without a reason of our own: another process may have freed a scenario.
                self._give_slots()
                self._answer_requests(live)
            except Exception:
                _logger.exception("Slots could not be given")

    def _answer_requests(self, runs: list[LiveRun[Any]]) -> None:
        by_journal: dict[Journal, dict[int, LiveRun[Any]]] = {}
        for run in runs:
            by_journal.setdefault(run.journal, {})[run.number] = run
        for journal, numbered in by_journal.items():
            if time.monotonic() - self._looked.get(journal, 0.0) >= IN_PLACE_SECONDS:
                self._looked[journal] = time.monotonic()
                journal.file.is_in_place()
            if time.monotonic() - self._renewed.get(journal, 0.0) >= RENEW_SECONDS:
                with contextlib.suppress(JournalError, sqlite3.Error):
                    journal.renew()
                    self._renewed[journal] = time.monotonic()
            try:
                for request in journal.open_requests(list(numbered)):
                    # Carried out once, however often the answer has to be written.
                    known = self._answers.setdefault(journal, {})
                    if request.number not in known:
                        known[request.number] = _carry_out(numbered[request.run], request)
                    journal.answer(request.number, known[request.number])
                    del known[request.number]
            except (JournalError, sqlite3.Error):
                # The journal keeps the failure; the runs check it. The requests are still there next time.
                continue


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


def _carry_out(run: LiveRun[Any], request: ControlRequest) -> str | None:
    try:
        match request.kind:
            case "pause":
                run.pause(request.asked_by)
            case "resume":
                run.resume(request.asked_by)
            case "cancel":
                run.cancel(request.asked_by)
            case "adjust":
                run.adjust(by=request.asked_by, **request.data)
            case "extend":
                run.extend(plain_number(request.data.get("seconds")) or 0.0, request.asked_by)
            case _:
                return f"{run.id}: there is no request {request.kind!r}."
    except (ControlRefused, SettingError) as error:
        return str(error)
    except Exception as error:
        # Of a request that somebody has written by hand: it is refused, and the others are carried out.
        _logger.exception("A request to %s could not be carried out", run.id)
        return plain_text(error)
    return None
