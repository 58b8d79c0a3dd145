"""What a run looks like right now: its events, folded into what a panel or a terminal shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from workbench.runs.model.events import Event
from workbench.runs.model.records import RunRecord
from workbench.runs.model.states import Cause, EventKind, RunState, StageState, status_of

__all__ = ["Metric", "StageSummary", "Summary"]


@dataclass(slots=True)
class StageSummary:
    """One stage of a run; times in seconds since 1970-01-01 UTC.

    ``bars`` are its loops inside loops, outermost first: depth, text, and how much is done (None: unknown).
    """

    path: str
    title: str
    state: StageState
    started: float
    ended: float | None = None
    fraction: float | None = None
    message: str = ""
    loops: int = 0
    bars: tuple[tuple[int, str, float | None], ...] = ()

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1; what has ended is done, even when it failed."""
        return 1.0 if self.state != StageState.STARTED else self.fraction or 0.0


@dataclass(frozen=True, slots=True)
class Metric:
    """A named number that the run has reported."""

    name: str
    value: float
    unit: str
    stage: str


@dataclass(slots=True)
class Summary:
    """State of a run as far as its events up to ``seq`` tell.

    The overall fraction never falls, whatever a stage reports. ``seconds_left`` is None as long as it cannot
    know: before two units (or items) of the stage in hand have finished. ``damage`` says which events are missing.
    """

    seq: int = 0
    state: RunState = RunState.QUEUED
    cause: Cause = Cause.NONE
    reason: str = ""
    started: float | None = None
    ended: float | None = None
    last_time: float = 0.0
    fraction: float | None = None
    seconds_left: float | None = None
    message: str = ""
    bars: tuple[tuple[int, str, float | None], ...] = ()
    request: str = ""
    health: str = ""
    memory: float | None = None
    cpu_seconds: float | None = None
    stages: dict[str, StageSummary] = field(default_factory=dict)
    plan: dict[str, float] = field(default_factory=dict)
    metrics: dict[tuple[str, str], Metric] = field(default_factory=dict)
    artifacts: list[Mapping[str, Any]] = field(default_factory=list)
    inputs: list[Mapping[str, Any]] = field(default_factory=list)
    omissions: list[str] = field(default_factory=list)
    cautions: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    damage: str = ""

    @property
    def status(self) -> str:
        """Where the run is, as a person reads it: ``"succeeded, incomplete"`` when something is missing."""
        return status_of(self.state, self.cause)

    @property
    def failed_stages(self) -> list[str]:
        """Paths of the stages that failed, and did not succeed when they were tried again."""
        return [path for path, stage in self.stages.items() if stage.state == StageState.FAILED]

    @property
    def outermost_failures(self) -> list[str]:
        """The failed stages without those inside another failed one."""
        failed = dict.fromkeys(self.failed_stages)
        return [path for path in failed if not any(outer in failed for outer in _outer_stages(path))]

    @property
    def resume_helps(self) -> bool:
        """Whether to resume it gets further: not where the same inputs and settings would fail again."""
        if self.state == RunState.FAILED:
            return self.cause != Cause.INPUT
        return self.state in (RunState.CANCELLED, RunState.INTERRUPTED)

    def add(self, event: Event) -> None:
        """Take one more event; log lines change nothing but the time."""
        self.seq = event.seq
        self.last_time = event.time
        match event.kind:
            case EventKind.STATE:
                self._add_state(event)
            case EventKind.STAGE:
                self._add_stage(event)
            case EventKind.PROGRESS:
                self._add_progress(event)
            case EventKind.METRIC:
                self._add_metric(event)
            case EventKind.ARTIFACT:
                facts = dict(event.data or {})
                (self.inputs if facts.get("role") == "input" else self.artifacts).append(facts)
            case EventKind.CONTROL:
                self._add_control(event)
            case EventKind.HEARTBEAT:
                facts = dict(event.data or {})
                self.health = event.message
                self.memory = facts.get("memory")
                self.cpu_seconds = facts.get("cpu_seconds")

    def add_end(self, record: RunRecord) -> None:
        """Take the end of the run from its record, where no event tells it."""
        if record.state.is_final and not self.state.is_final:
            ended = record.ended or self.last_time
            data = {"state": str(record.state), "cause": str(record.cause), "ended": ended}
            self.add(Event(self.seq, self.last_time, EventKind.STATE, "", record.reason, None, "error", data))

    def copy(self) -> Summary:
        """Give a copy that stays as it is while this one continues."""
        return replace(
            self,
            stages={path: replace(stage) for path, stage in self.stages.items()},
            plan=dict(self.plan),
            metrics=dict(self.metrics),
            artifacts=list(self.artifacts),
            inputs=list(self.inputs),
            omissions=list(self.omissions),
            cautions=list(self.cautions),
            details=list(self.details),
            settings=dict(self.settings),
        )

    def seconds_run(self, now: float) -> float:
        """Seconds from the start of the work to its end, or to ``now``."""
        if self.started is None:
            return 0.0
        return max(0.0, (self.ended if self.ended is not None else now) - self.started)

    def to_plain(self) -> dict[str, Any]:
        """Give the summary as JSON can hold it."""
        return {
            "seq": self.seq,
            "state": str(self.state),
            "cause": str(self.cause),
            "status": self.status,
            "reason": self.reason,
            "started": self.started,
            "ended": self.ended,
            "last_time": self.last_time,
            "fraction": self.fraction,
            "seconds_left": self.seconds_left,
            "message": self.message,
            "request": self.request,
            "health": self.health,
            "memory": self.memory,
            "cpu_seconds": self.cpu_seconds,
            "stages": [asdict(stage) for stage in self.stages.values()],
            "metrics": [asdict(metric) for metric in self.metrics.values()],
            "artifacts": [dict(item) for item in self.artifacts],
            "inputs": [dict(item) for item in self.inputs],
            "failed_stages": self.failed_stages,
            "omissions": list(self.omissions),
            "cautions": list(self.cautions),
            "details": list(self.details),
            "settings": dict(self.settings),
            "damage": self.damage,
        }

    def _add_state(self, event: Event) -> None:
        facts = event.data or {}
        self.state = RunState(facts["state"])
        self.cause = Cause(facts["cause"])
        if self.cause == Cause.COMPLETED and facts.get("failed_stages"):
            # Up to 0.1, a run with failed stages had the cause of a whole one.
            self.cause = Cause.INCOMPLETE
        self.reason = event.message
        self.details = list(facts.get("details", ()))
        if self.state == RunState.RUNNING and self.started is None:
            self.started = event.time
        if self.state.is_final:
            self.ended = facts.get("ended", event.time)
            self.request = self.health = ""
            self.seconds_left = None
            self.bars = ()
            if self.state == RunState.SUCCEEDED:
                self.fraction = 1.0
            for stage in self.stages.values():
                if stage.state == StageState.STARTED:
                    stage.state, stage.ended, stage.bars = StageState.SKIPPED, self.ended, ()
                    stage.message = stage.message or f"not finished: the run {self.state}"

    def _add_stage(self, event: Event) -> None:
        facts = event.data or {}
        if "plan" in facts:
            self.plan = dict(facts["plan"])
            self._update_fraction()
            return
        for name, found in (("omission", self.omissions), ("caution", self.cautions)):
            if name in facts:
                if facts[name] not in found:
                    found.append(facts[name])
                return
        state = StageState(facts["state"])
        known = self.stages.get(event.stage)
        if known is None or state == StageState.STARTED:
            title = facts.get("title") or event.stage.rpartition("/")[2]
            self.stages[event.stage] = known = StageSummary(event.stage, title, state, event.time)
        known.state = state
        if state == StageState.STARTED:
            self.message = known.title
            self.seconds_left = None
        else:
            known.ended = event.time
            known.message = event.message
            known.bars = ()
        self._update_fraction()

    def _add_progress(self, event: Event) -> None:
        stage, facts = self.stages.get(event.stage), event.data or {}
        if event.message:
            self.message = event.message
        if facts.get("line"):
            # What is being printed: it says nothing of how far the stage is.
            return
        if stage is not None:
            stage.message = event.message
            stage.bars = _bars_of(facts)
            before = facts.get("before", stage.loops)
            if event.fraction is not None:
                # Only another loop of the stage makes its share smaller: there was more to do than was known.
                least = stage.fraction or 0.0 if before <= stage.loops else 0.0
                stage.fraction, stage.loops = max(least, event.fraction), max(before, stage.loops)
        elif event.stage == "":
            self.bars = _bars_of(facts)
            if not self.plan and event.fraction is not None:
                self._raise_fraction(event.fraction)
        self._update_fraction()
        stage_left = facts.get("seconds_left")
        self.seconds_left = self._whole_seconds_left(event, stage_left)

    def _whole_seconds_left(self, event: Event, stage_left: float | None) -> float | None:
        if stage_left is None or self.started is None:
            return None
        top = event.stage.partition("/")[0]
        if not self.plan or top not in self.plan:
            return stage_left
        # What comes after is taken to cost per weight what it has cost so far.
        names = list(self.plan)
        behind = sum(self.plan[name] for name in names[: names.index(top) + 1])
        ahead = sum(self.plan.values()) - behind
        spent = event.time - self.started + stage_left
        return stage_left + (ahead * spent / behind if behind else 0.0)

    def _update_fraction(self) -> None:
        total = sum(self.plan.values())
        if total:
            done = sum(
                weight * self.stages[name].share for name, weight in self.plan.items() if name in self.stages
            )
            self._raise_fraction(done / total)

    def _raise_fraction(self, fraction: float) -> None:
        self.fraction = max(self.fraction or 0.0, min(1.0, fraction))

    def _add_metric(self, event: Event) -> None:
        facts = event.data or {}
        metric = Metric(facts["name"], facts["value"], facts.get("unit", ""), event.stage)
        self.metrics[event.stage, metric.name] = metric

    def _add_control(self, event: Event) -> None:
        facts = event.data or {}
        if facts["request"] == "extend":
            return
        if facts["phase"] == "asked":
            self.request = facts["request"]
        else:
            self.request = "cancel" if facts["request"] == "cancel" else ""
            if facts["request"] == "adjust":
                self.settings.update(facts.get("changes", {}))


def _bars_of(facts: Mapping[str, Any]) -> tuple[tuple[int, str, float | None], ...]:
    # A journal may have been written by hand: what is not a list of bars is none.
    told = facts.get("bars")
    if not isinstance(told, list):
        return ()
    return tuple((place[0], place[1], place[2]) for place in told if _is_bar(place))


def _is_bar(place: object) -> bool:
    match place:
        case [int(), str(), int() | float() | None]:
            return True
    return False


def _outer_stages(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path
