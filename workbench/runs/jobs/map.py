"""Spreading the units of a run over workers: threads here, processes here, or a cluster.

However the units are computed, they are reported, retried, paused, cancelled and remembered by the same code.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from workbench.runs.jobs.local_workers import Feeding, LocalFeeding, MapWork
from workbench.runs.jobs.map_report import MapReport
from workbench.runs.jobs.unit_memory import UnitMemory
from workbench.runs.jobs.workers import Place, Placement, Workers, choose_workers
from workbench.runs.model.states import EventKind
from workbench.runs.model.units import Outcome, Unit

if TYPE_CHECKING:
    from workbench.runs.jobs.job import Job, Sink

__all__ = ["OpenMaps", "run_units"]


class OpenMaps:
    """The maps of one job that are not finished, so that none outlives the job (it may raise in between)."""

    def __init__(self) -> None:
        self._open: list[Feeding] = []

    def add(self, feeding: Feeding) -> None:
        """Count a map in."""
        self._open.append(feeding)

    def remove(self, feeding: Feeding) -> None:
        """Leave a map out that has ended."""
        with contextlib.suppress(ValueError):
            self._open.remove(feeding)

    def close(self) -> None:
        """End all maps; returns when no unit is being computed any more."""
        for feeding in list(self._open):
            feeding.leave()


def run_units(
    job: Job,
    sink: Sink,
    maps: OpenMaps,
    function: Callable[..., Any],
    units: list[Unit],
    *,
    title: str,
    workers: Workers,
    retries: int,
    remember: bool,
) -> Iterator[Outcome]:
    """Run units on workers and yield their outcomes as they finish; see :meth:`workbench.runs.Job.map`."""
    placement = choose_workers(workers, sink.workers)
    if (
        sink.workers is not None
        and placement != choose_workers(None, sink.workers)
        and workers != "processes"
    ):
        bound = f"{title or 'These units'}: computed by {placement}, to which the job binds them"
        sink.emit(EventKind.LOG, bound, stage=job.stage_path())
    _refuse_repeated_keys(units)
    report = MapReport(job, sink, units, title)
    memory = UnitMemory(sink, function, remember)
    waiting: deque[Unit] = deque()
    for unit in units:
        outcome = memory.recall(unit)
        if outcome is None:
            waiting.append(unit)
        else:
            report.finished(unit, outcome)
            yield outcome
    if waiting:
        feeding = _feeding(placement, MapWork(job, sink, function, waiting, memory, report, retries))
        maps.add(feeding)
        try:
            yield from feeding.outcomes()
        finally:
            maps.remove(feeding)


def _feeding(placement: Placement, work: MapWork) -> Feeding:
    if placement.place != Place.CLUSTER:
        return LocalFeeding(work, placement.count, placement.place == Place.PROCESSES)
    from workbench.runs.cluster.dispatch import ClusterFeeding  # only a cluster needs it

    return ClusterFeeding(work, placement.cluster)


def _refuse_repeated_keys(units: list[Unit]) -> None:
    seen: set[str] = set()
    for unit in units:
        if unit.key in seen:
            raise ValueError(f"Two units have the key {unit.key!r}; each needs its own to be recognised.")
        seen.add(unit.key)
