"""What kernel and workers of a Dask cluster tell each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.runs.process.resources import Sample

__all__ = ["Call", "CallResult", "Orders", "SentFile", "WorkerStatus"]


@dataclass(frozen=True, slots=True)
class Call:
    """One try of one unit.

    Attributes
    ----------
    token
        Names the map, on all workers.
    topic
        Where the kernel listens.
    number
        Which call of the map this is.
    stage, run_id
        What the unit belongs to.
    config
        The run's config when the unit was sent, pickled; empty where it cannot be.
    work
        Function and arguments, pickled.
    search_path
        Where the kernel looks for modules.
    folder, writes
        The project's folder, which is a copy on a worker that has got one, and where below it results are written.
    """

    token: str
    topic: str
    number: int
    stage: str
    run_id: str
    config: bytes
    work: tuple[bytes, bytes]
    search_path: tuple[str, ...]
    folder: str = ""
    writes: str = ""


@dataclass(frozen=True, slots=True)
class Orders:
    """What the kernel sends with each beat.

    Attributes
    ----------
    token
        Names the map.
    paused, cancelled, closed
        What is requested of its units; ``closed`` ends the channel.
    received
        Messages that have arrived, by sender.
    config
        The run's config with every adjustment, pickled; empty where it cannot be.
    """

    token: str
    paused: bool = False
    cancelled: bool = False
    closed: bool = False
    received: Mapping[str, int] = field(default_factory=dict)
    config: bytes = b""


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """What a worker reports after a beat: the calls it computes, what they have used."""

    running: tuple[int, ...]
    used: Sample


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that a unit has written into a copy of the project's folder: place there, size (bytes) and hash."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class CallResult:
    """The outcome of a call: ``kind`` is ``"result"``, ``"error"``, ``"unfit"``, ``"killed"`` or ``"stopped"``.

    ``"unfit"`` is an error of a kind that the worker rather than the unit may be the reason of.

    Attributes
    ----------
    content
        The pickled result; or the error's sentence and traceback.
    seconds
        How long it took (s).
    sender, sent
        The messages that belong to it: all up to this number of this sender.
    worker
        Address of the worker.
    files
        What it has written into a copy of the project's folder, in the order of writing.
    """

    kind: str
    content: Any
    seconds: float
    sender: str
    sent: int
    worker: str = ""
    files: tuple[SentFile, ...] = ()
