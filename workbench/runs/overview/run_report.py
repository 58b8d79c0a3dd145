"""What happened in a run, and when: stages, requests, CPU and memory, log; replayed and exported as one file."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from workbench.errors import UnwritableFile
from workbench.runs.model import hooks
from workbench.runs.model.events import Event
from workbench.runs.model.records import LogLine, RunRecord
from workbench.runs.model.states import Cause, EventKind, RunState, status_of
from workbench.runs.overview.summary import StageSummary, Summary

__all__ = ["Moment", "RunReport", "UsageSample"]

PAGE = 5_000
SMALLEST_STEP = 0.002
"""Progress that is less than this is not worth a point of its own in the replay."""

_REPORTED_KINDS = tuple(kind for kind in EventKind if kind != EventKind.LOG)


@dataclass(frozen=True, slots=True)
class UsageSample:
    """What the run had used at a moment.

    Attributes
    ----------
    time
        Seconds since 1970-01-01 UTC.
    cpu_seconds
        CPU time since the work started (s).
    memory
        Resident memory (bytes).
    """

    time: float
    cpu_seconds: float
    memory: float


@dataclass(frozen=True, slots=True)
class Moment:
    """A change of state, a request, or its answer."""

    time: float
    kind: str
    text: str


class _Recorded(Protocol):
    """What the report needs of a run."""

    @property
    def record(self) -> RunRecord: ...

    def settle(self) -> None: ...

    def damage(self) -> str: ...

    def events(self, after: int = 0, *, kinds: Sequence[EventKind] = (), limit: int = -1) -> list[Event]: ...

    def each_event(self, after: int = 0) -> Iterator[Event]: ...

    def count_lines(self) -> int: ...

    def lines(self, first: int = 0, count: int = 1000) -> list[LogLine]: ...


@dataclass(frozen=True, slots=True, repr=False)
class RunReport:
    """The history of one run.

    Attributes
    ----------
    record
        Which run, with its config, version and host.
    summary
        Its status at the end of the report.
    spans
        Its stages with their times, in the order in which they started.
    samples
        CPU time and memory over time.
    moments
        Changes of state and requests, in order.
    progress
        Pairs of time and overall fraction.
    machine
        Transitions of the state machine as text, where the run is of this process.
    """

    record: RunRecord
    summary: Summary
    spans: tuple[StageSummary, ...]
    samples: tuple[UsageSample, ...]
    moments: tuple[Moment, ...]
    progress: tuple[tuple[float, float], ...]
    machine: tuple[str, ...]
    line_count: int
    _run: _Recorded = field(compare=False)

    @classmethod
    def of(cls, run: _Recorded) -> RunReport:
        """Collect the history of a run so far; log lines stay in the journal until they are requested."""
        summary = Summary(settings=dict(run.record.config))
        samples: list[UsageSample] = []
        moments: list[Moment] = []
        progress: list[tuple[float, float]] = []
        for event in _reported_events(run):
            summary.add(event)
            facts = event.data or {}
            cpu_seconds, memory = facts.get("cpu_seconds"), facts.get("memory")
            # A damaged one may lack either.
            if event.kind == EventKind.HEARTBEAT and cpu_seconds is not None and memory is not None:
                samples.append(UsageSample(event.time, cpu_seconds, memory))
            elif event.kind in (EventKind.STATE, EventKind.CONTROL):
                moments.append(Moment(event.time, str(event.kind), _sentence(event)))
            reached = summary.fraction
            if reached is not None and (not progress or reached - progress[-1][1] >= SMALLEST_STEP):
                progress.append((event.time, reached))
        summary.damage = run.damage()
        if summary.damage:
            summary.add_end(run.record)
        transitions = getattr(run, "transitions", [])
        return cls(
            record=run.record,
            summary=summary,
            spans=tuple(summary.stages.values()),
            samples=tuple(samples),
            moments=tuple(moments),
            progress=tuple(progress),
            machine=tuple(f"{before} → {after}: {fact}" for before, fact, after in transitions),
            line_count=run.count_lines(),
            _run=run,
        )

    def __repr__(self) -> str:
        return (
            f"<RunReport of {self.record.id}: {self.record.status}, {len(self.spans)} stages, "
            f"{self.line_count} lines, {self.end - self.begin:.1f} s>"
        )

    @property
    def begin(self) -> float:
        """When the run was requested (seconds since 1970-01-01 UTC)."""
        return self.record.created

    @property
    def end(self) -> float:
        """When it ended, or its last event so far."""
        return max(self.summary.ended or self.summary.last_time, self.begin)

    def events(self) -> Iterator[Event]:
        """Walk all events without holding them in memory."""
        return self._run.each_event()

    def lines(self, first: int = 0, count: int | None = None) -> Iterator[LogLine]:
        """Walk log lines ``first`` (from 0) to ``first + count``."""
        last = self.line_count if count is None else min(first + count, self.line_count)
        for start in range(first, last, PAGE):
            yield from self._run.lines(start, min(PAGE, last - start))

    def to_html(self, path: Path | str) -> Path:
        """Write the report as one file that opens in any browser without a network; returns its path.

        Raises
        ------
        UnwritableFile
            When the file cannot be written; nothing is left behind.
        """
        final = Path(path)
        temporary = final.parent / f".{final.name}.{secrets.token_hex(4)}"
        try:
            temporary.write_text(hooks.page_of_report(self), encoding="utf-8", errors="replace")
            temporary.replace(final)
        except OSError as error:
            raise UnwritableFile(f"{final} cannot be written: {error.strerror}.", final, error) from error
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink()
        return final


def _reported_events(run: _Recorded) -> Iterator[Event]:
    run.settle()
    after = 0
    while events := run.events(after, kinds=_REPORTED_KINDS, limit=PAGE):
        yield from events
        after = events[-1].seq


def _sentence(event: Event) -> str:
    facts: Mapping[str, Any] = event.data or {}
    if event.kind == EventKind.STATE:
        cause = f" (cause: {facts['cause']})" if facts.get("cause") else ""
        return f"{status_of(RunState(facts['state']), Cause(facts['cause']))}: {event.message}{cause}"
    by = f" by {facts['by']}" if facts.get("by") else ""
    changes = ", ".join(f"{name} = {value}" for name, value in (facts.get("changes") or {}).items())
    return f"{facts['request']} {facts['phase']}{by}" + (f": {changes}" if changes else "")
