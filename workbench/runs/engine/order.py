"""What a run is to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.runs.jobs.registry import JobFunction
    from workbench.runs.work.workers import Workers

__all__ = ["Order"]


@dataclass(frozen=True, slots=True)
class Order:
    """What a run is to do, in this process or in one of its own.

    Attributes
    ----------
    job
        The job; on the way to another process, module and attribute where it is found.
    project, config
        What it is called with.
    lineage
        Numbers of the runs whose finished units may be reused.
    deadline
        Seconds of work after which the run is cancelled.
    workers
        Where its units are computed, for maps to which the job gives no place of their own.
    """

    job: JobFunction[Any, Any] | tuple[str, str]
    project: Any
    config: Any
    lineage: tuple[int, ...] = ()
    deadline: float | None = None
    workers: Workers = None
