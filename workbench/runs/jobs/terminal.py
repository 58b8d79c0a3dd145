"""A job in a plain script: bars by tqdm, lines on standard error, no journal and no thread."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.runs.model.attention import Attention, Suspendable
from workbench.runs.model.states import EventKind, Level
from workbench.runs.process.resources import Resources
from workbench.runs.work.workers import Workers

__all__ = ["TerminalSink"]


class TerminalSink:
    """The sink of a job that was called like a function.

    Parameters
    ----------
    config
        Config of the job.
    """

    on_terminal = True
    run_id = ""
    remembers = False
    resumes = False
    workers: Workers = None
    journal_path: Path | None = None

    def __init__(self, config: Any) -> None:
        self.config = config
        self.attention = Attention()
        self.resources = Resources()
        self._bars: dict[str, Any] = {}
        self._lock = threading.Lock()

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
        """Print warnings, errors and log lines; the rest shows in the bars."""
        if (kind is EventKind.LOG and level > Level.DEBUG) or level >= Level.WARNING:
            self._print(f"{stage}: {message}" if stage else message)
        elif kind is EventKind.PROGRESS and data is not None and data.get("total"):
            self._draw(stage, data["done"], data["total"])

    def checkpoint(self, holding: Suspendable | None = None) -> None:
        """Nobody can ask anything of a plain call: Ctrl-C does its work."""

    def remembered(self, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], tuple[bytes, float]]:
        """Nothing is kept."""
        return {}

    def remember(self, key: str, digest: str, seconds: float, result: bytes, *, at_once: bool) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Close the open bars, where the job has raised."""
        with self._lock:
            while self._bars:
                self._bars.popitem()[1].close()

    def _draw(self, stage: str, done: float, total: float) -> None:
        from tqdm import tqdm  # only a script needs it

        with self._lock:
            bar = self._bars.get(stage)
            if bar is None:
                bar = self._bars[stage] = tqdm(total=total, desc=stage or None)
            bar.update(done - bar.n)
            if done >= total:
                self._bars.pop(stage).close()

    def _print(self, line: str) -> None:
        # tqdm.write keeps an open bar of the same terminal whole.
        from tqdm import tqdm  # only a script needs it

        tqdm.write(line, file=sys.stderr)
