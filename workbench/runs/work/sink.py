"""Where a job's reports go and its requests come from: what differs between kernel, script, child and worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from workbench.runs.model.attention import Attention, Suspendable
from workbench.runs.model.states import EventKind, Level
from workbench.runs.process.resources import Resources
from workbench.runs.work.workers import Workers

__all__ = ["Sink"]


class Sink(Protocol):
    """Where a job's reports go and its requests come from."""

    run_id: str
    on_terminal: bool
    attention: Attention
    resources: Resources
    workers: Workers

    @property
    def journal_path(self) -> Path | None:
        """The journal of the run; None where there is none."""

    @property
    def config(self) -> Any:
        """The config with every adjustment made so far."""

    def emit(
        self,
        kind: EventKind,
        message: str = "",
        *,
        stage: str = "",
        fraction: float | None = None,
        level: Level = Level.INFO,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Take one event."""

    def checkpoint(self, holding: Suspendable | None = None) -> None:
        """Hold or end the work if that was requested."""

    def remembered(self, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], tuple[bytes, float]]:
        """Find, by key and digest, the pickled results of units of earlier runs, with durations (s)."""

    def remember(self, key: str, digest: str, seconds: float, result: bytes, *, at_once: bool) -> None:
        """Keep the pickled result of a finished unit: before the call returns, or within 100 ms with others."""

    @property
    def remembers(self) -> bool:
        """Whether finished units are kept at all."""

    @property
    def resumes(self) -> bool:
        """Whether there is an earlier run to take units from."""
