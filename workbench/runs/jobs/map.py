"""Spreading the units of a run over workers: threads here, processes here, or a cluster.

However the units are computed, they are reported, retried, paused, cancelled and remembered by the same code.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from workbench.runs.jobs.dispatch import Dispatch, MapWork
from workbench.runs.jobs.map_report import MapReport
from workbench.runs.jobs.measured import MEASURED, dispatch_to, measured_outcomes
from workbench.runs.jobs.plain_functions import refuse_other_functions
from workbench.runs.jobs.unit_memory import UnitMemory
from workbench.runs.model.states import EventKind
from workbench.runs.model.units import Outcome, Unit, UnitFiles
from workbench.runs.work.bars import Bar
from workbench.runs.work.open_stage import stage_path
from workbench.runs.work.sink import Sink
from workbench.runs.work.workers import Place, Placement, Workers, choose_workers

__all__ = ["OpenMaps", "run_units"]


class OpenMaps:
    """The maps of one job that are not finished, so that none outlives the job (it may raise in between)."""

    def __init__(self) -> None:
        self._open: list[Dispatch] = []

    def add(self, dispatch: Dispatch) -> None:
        """Count a map in."""
        self._open.append(dispatch)

    def remove(self, dispatch: Dispatch) -> None:
        """Leave a map out that has ended."""
        with contextlib.suppress(ValueError):
            self._open.remove(dispatch)

    def close(self) -> None:
        """End all maps; returns when no unit is being computed any more."""
        for dispatch in list(self._open):
            dispatch.leave()


def run_units(
    sink: Sink,
    maps: OpenMaps,
    active: Callable[[str], AbstractContextManager[object]],
    open_bar: Callable[[str, float], Bar],
    function: Callable[..., Any],
    units: list[Unit],
    *,
    title: str,
    workers: Workers,
    retries: int,
    remember: bool,
    files: UnitFiles | None,
) -> Iterator[Outcome]:
    """Run units on workers and yield their outcomes as they finish; see :meth:`workbench.runs.Job.map`."""
    refuse_other_functions(function, f"The function of {title or 'these units'}")
    elsewhere = None
    if workers == MEASURED:
        workers, wished = 1, choose_workers(None, sink.workers)
        if sink.workers is not None and wished.place != Place.THREADS:
            elsewhere = wished
    placement = choose_workers(workers, sink.workers)
    if elsewhere is None:
        _tell_bound(sink, placement, workers, title)
    _refuse_repeated_keys(units)
    bar = open_bar(title, len(units))
    report = MapReport(sink, units, bar)
    memory = UnitMemory(sink, function, remember)
    try:
        yield from _outcomes(
            MapWork(sink, active, function, deque(), memory, report, retries, files),
            units,
            placement,
            elsewhere,
            title,
            maps,
        )
    finally:
        bar.close()


def _tell_bound(sink: Sink, placement: Placement, workers: Workers, title: str) -> None:
    if (
        sink.workers is not None
        and placement != choose_workers(None, sink.workers)
        and workers != "processes"
    ):
        bound = f"{title or 'These units'}: computed by {placement}, to which the job binds them"
        sink.emit(EventKind.LOG, bound, stage=stage_path())


def _outcomes(
    work: MapWork,
    units: list[Unit],
    placement: Placement,
    elsewhere: Placement | None,
    title: str,
    maps: OpenMaps,
) -> Iterator[Outcome]:
    for unit, outcome in work.memory.recall(units):
        if outcome is None:
            work.waiting.append(unit)
        else:
            work.report.finished(unit, outcome)
            yield outcome
    if work.waiting and elsewhere is not None:
        yield from measured_outcomes(work, elsewhere, title, maps)
    elif work.waiting:
        dispatch = dispatch_to(placement, work)
        maps.add(dispatch)
        try:
            yield from dispatch.outcomes()
        finally:
            maps.remove(dispatch)


def _refuse_repeated_keys(units: list[Unit]) -> None:
    if len({unit.key for unit in units}) == len(units):
        return
    seen: set[str] = set()
    for unit in units:
        if unit.key in seen:
            raise ValueError(f"Two units have the key {unit.key!r}; each needs its own to be recognised.")
        seen.add(unit.key)
