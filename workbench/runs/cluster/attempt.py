"""One try of a unit on a cluster."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.files import facts, listed
from workbench.runs.model.units import Unit

__all__ = ["Attempt"]


@dataclass(slots=True)
class Attempt:
    """A unit that is with the cluster.

    Attributes
    ----------
    attempt, asked
        Which attempt this is, and when it was sent.
    alone
        Whether no other unit is with the cluster.
    failed_on
        Workers on which it failed in a way of which the worker may be the reason, with the error of each.
    allowed
        Workers that may compute it.
    worker, deaths
        The worker that computes it, and how many were lost with it.
    files
        What it has reported to have written.
    """

    unit: Unit
    attempt: int
    asked: float
    alone: bool = False
    failed_on: dict[str, str] = field(default_factory=dict)
    allowed: frozenset[str] = frozenset()
    future: Any = None
    worker: str = ""
    deaths: int = 0
    files: list[str] = field(default_factory=list)

    def lost_files(self) -> list[str]:
        """What it has reported to have written, and is not there on this machine."""
        return [path for path in self.files if not _is_here(Path(path))]


def _is_here(path: Path) -> bool:
    with contextlib.suppress(OSError):
        # Looked up in its folder: what the system remembers of a network's file may be older than the file.
        return any(entry.name == path.name for entry in listed(path.parent)) or facts(path) is not None
    return False
