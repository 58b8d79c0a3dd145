"""One immutable fact about a run, numbered without gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.runs.model.states import EventKind, RunState

__all__ = ["Event"]


@dataclass(frozen=True, slots=True)
class Event:
    """One fact about a run.

    Attributes
    ----------
    seq
        1, 2, 3 … within the run, without a gap.
    time
        Seconds since 1970-01-01 UTC. Never runs backwards within a run, even when the clock is set back.
    kind
        What it is about.
    stage
        Path of the stage it belongs to, such as ``"forecast/Domestic"``; empty for the run itself.
    message
        One line for a person.
    fraction
        How much of the stage is done, 0 to 1, or None when that is not what the event is about.
    level
        ``debug``, ``info``, ``warning`` or ``error``.
    data
        Further facts by name; only what JSON can hold.
    """

    seq: int
    time: float
    kind: EventKind
    stage: str = ""
    message: str = ""
    fraction: float | None = None
    level: str = "info"
    data: Mapping[str, Any] | None = None

    @property
    def is_final(self) -> bool:
        """Whether this is the one event that ends the stream."""
        return (
            self.kind == EventKind.STATE and self.data is not None and RunState(self.data["state"]).is_final
        )

    def to_plain(self) -> dict[str, Any]:
        """Give the event as JSON can hold it, without its empty parts."""
        plain: dict[str, Any] = {"seq": self.seq, "time": self.time, "kind": str(self.kind)}
        for name in ("stage", "message", "fraction", "data"):
            value = getattr(self, name)
            if value not in ("", None):
                plain[name] = value
        if self.level != "info":
            plain["level"] = self.level
        return plain
