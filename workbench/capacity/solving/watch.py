"""What is seen of a running solve: phases as stages, numbers as metrics, and when it has to finish."""

from __future__ import annotations

import time
from collections import deque
from contextlib import AbstractContextManager, ExitStack

from workbench.capacity.solving.highs_log import HighsLog, LogFacts, Phase
from workbench.runs import Job

EVERY_SECONDS = 0.25
MAX_POLL_SECONDS = 1.0
"""A longer time between two looks [s] was a pause, and is not counted."""


class SolveWatch:
    """Follows one solve.

    ``line`` is called in any thread; ``look`` and ``close`` in the job's own, about twenty times a second.

    Parameters
    ----------
    job
        The run.
    phases
        Whether phases are shown as stages.
    """

    def __init__(self, job: Job, *, phases: bool = True) -> None:
        self._job = job
        self._show_phases = phases
        self._lines: deque[str] = deque()
        self._log = HighsLog()
        self._stack = ExitStack()
        self._phase: Phase | None = None
        self._open: AbstractContextManager[str] | None = None
        self._waiting: dict[str, tuple[float, str]] = {}
        self._sent: dict[str, float] = {}
        self._next = 0.0
        self._last_look = time.monotonic()
        self.seconds = 0.0
        """Time that the solver has had [s], pauses left out."""
        self.gap: float | None = None
        self.bound: float | None = None
        self.has_incumbent = False

    def line(self, text: str) -> None:
        """Take a line of the solver's log."""
        self._lines.append(text)

    def look(self) -> None:
        """Read what has come in, and report it."""
        now = time.monotonic()
        passed = now - self._last_look
        self._last_look = now
        if passed < MAX_POLL_SECONDS:
            self.seconds += passed
        while self._lines:
            facts = self._log.read(self._lines.popleft())
            if facts is not None:
                self._take(facts)
        if now >= self._next and self._waiting:
            self._next = now + EVERY_SECONDS
            self._send()

    def close(self) -> None:
        """Report what is left and close the phase that is open."""
        self.look()
        self._send()
        self._leave()

    def _take(self, facts: LogFacts) -> None:
        if facts.phase is not None and facts.phase is not self._phase:
            self._enter(facts.phase)
        if facts.gap is not None:
            self.gap = facts.gap
        if facts.bound is not None:
            self.bound = facts.bound
        tree = self._log.is_mixed_integer
        if tree and facts.objective is not None:
            self.has_incumbent = True
        numbers: dict[str, tuple[float | None, str]] = {
            "Objective": (facts.objective, ""),
            "Best bound": (facts.bound, ""),
            "Dual objective": (facts.dual_objective, ""),
            "MIP gap": (None if facts.gap is None else 100 * facts.gap, "%"),
            "Primal infeasibility": (facts.primal_infeasibility, ""),
            "Dual infeasibility": (facts.dual_infeasibility, ""),
            "Iterations": (facts.iteration, ""),
            "Nodes": (facts.nodes, ""),
        }
        for name, (value, unit) in numbers.items():
            if value is not None:
                self._waiting[name] = (float(value), unit)

    def _send(self) -> None:
        for name, (value, unit) in self._waiting.items():
            if self._sent.get(name) != value:
                self._job.metric(name, value, unit=unit)
                self._sent[name] = value
        self._waiting.clear()

    def _enter(self, phase: Phase) -> None:
        self._send()
        self._leave()
        self._phase = phase
        if self._show_phases:
            self._stack.enter_context(self._job.stage(phase.replace(" ", "-"), title=phase.capitalize()))

    def _leave(self) -> None:
        self._stack.close()


def finish_reason(watch: SolveWatch, time_limit: float | None, gap: float, asked_gap: float) -> str:
    """Say why a solve has to finish now; empty when it may go on.

    Parameters
    ----------
    watch
        What was seen of it.
    time_limit
        Longest time [s].
    gap
        Relative gap that is good enough now.
    asked_gap
        Relative gap that the solver itself was given when it started.
    """
    if time_limit is not None and watch.seconds >= time_limit:
        return "time"
    if gap > asked_gap and watch.has_incumbent and watch.gap is not None and watch.gap <= gap:
        return "gap"
    return ""
