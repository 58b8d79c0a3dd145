"""Units that leave this process only where that pays: a few are computed here first, and measured.

To send a unit costs its pickled arguments and result, and a process elsewhere has to import first what computes it.
Where the units left take less than that here, they stay; which it is, and why, is said.
"""

from __future__ import annotations

import pickle
import statistics
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import cloudpickle

from workbench.errors import WorkersLost
from workbench.runs.jobs.dispatch import Dispatch, MapWork
from workbench.runs.jobs.local_workers import LocalDispatch
from workbench.runs.model import hooks
from workbench.runs.model.states import EventKind, Level
from workbench.runs.model.units import Outcome, Unit
from workbench.runs.work.open_stage import stage_path
from workbench.runs.work.workers import Place, Placement, threads_of

__all__ = ["MEASURED", "Left", "dispatch_to", "measured_outcomes"]

MEASURED = "measured"
"""What a job gives as ``workers`` for units that go where the person wishes only where that pays."""
SAMPLES = 4
"""Units that are computed here before it is decided; the first imports, and is not counted beside others."""
START_SECONDS = 2.0
"""What processes elsewhere need until they compute: they import what a unit uses."""
UNIT_SECONDS = 0.0015
"""What a unit costs beside its pickles; measured beside a unit that does nothing."""
GAIN = 0.8
"""Units go elsewhere where that takes at most so much of the time here."""


@dataclass(frozen=True, slots=True)
class Left:
    """What is known of the units that are left.

    Attributes
    ----------
    count
        How many they are.
    unit, sent
        What one takes to be computed, and to be sent with its result (s).
    threads
        How many are computed at once elsewhere.
    """

    count: int
    unit: float
    sent: float
    threads: int

    @property
    def here(self) -> float:
        """How long they take here (s)."""
        return self.count * self.unit

    @property
    def there(self) -> float:
        """How long they take elsewhere (s): all pass through one thread here."""
        return START_SECONDS + self.count * max(self.sent, (self.unit + self.sent) / max(1, self.threads))

    @property
    def pays(self) -> bool:
        """Whether they are to go elsewhere."""
        return self.there < GAIN * self.here


def measured_outcomes(work: MapWork, elsewhere: Placement, title: str, maps: Any) -> Iterator[Outcome]:
    """Compute a few units here, and the others where that is quicker.

    Parameters
    ----------
    work
        What is to be done.
    elsewhere
        Where the person wishes the units to be computed.
    title
        What the units are called.
    maps
        The open maps of the job.
    """
    waiting = work.waiting
    sample: deque[Unit] = deque(waiting.popleft() for _ in range(min(SAMPLES, len(waiting))))
    first = sample[0]
    found = []
    for outcome in _from(LocalDispatch(replace(work, waiting=sample), 1, False), maps):
        found.append(outcome)
        yield outcome
    if not waiting:
        return
    left = _measured(found, first, len(waiting), elsewhere)
    if left is None or not left.pays:
        why = "" if left is None else ", which is quicker"
        _tell(work, f"{_described(title, left)}: the other {len(waiting)} are computed here{why}")
        yield from _from(LocalDispatch(work, 1, False), maps)
        return
    _tell(work, f"{_described(title, left)}: the other {len(waiting)} go to {elsewhere}")
    units = {unit.key: unit for unit in waiting}
    try:
        for outcome in _from(dispatch_to(elsewhere, work), maps):
            units.pop(outcome.key, None)
            yield outcome
    except WorkersLost as error:
        _tell(work, f"{error} The {len(units)} that are left are computed here.", Level.WARNING)
        yield from _from(LocalDispatch(replace(work, waiting=deque(units.values())), 1, False), maps)


def dispatch_to(placement: Placement, work: MapWork) -> Dispatch:
    """Make what has units computed in a place."""
    if placement.place != Place.CLUSTER:
        return LocalDispatch(work, placement.count, placement.place == Place.PROCESSES)
    made: Dispatch = hooks.dispatch_to_cluster(work, placement.cluster)
    return made


def _from(dispatch: Dispatch, maps: Any) -> Iterator[Outcome]:
    maps.add(dispatch)
    try:
        yield from dispatch.outcomes()
    finally:
        maps.remove(dispatch)


def _measured(found: list[Outcome], first: Unit, count: int, elsewhere: Placement) -> Left | None:
    """Measure the units that are done; None where they cannot be sent."""
    seconds = [outcome.seconds for outcome in found]
    result = next((outcome.result for outcome in found if outcome.error is None), None)
    began = time.perf_counter()
    try:
        for value in (first.arguments, result):
            pickle.loads(cloudpickle.dumps(value, protocol=5))
    except Exception:  # noqa: BLE001 - whatever the classes inside raise
        return None
    sent = time.perf_counter() - began + UNIT_SECONDS
    return Left(count, statistics.median(seconds[1:] or seconds), sent, threads_of(elsewhere))


def _described(title: str, left: Left | None) -> str:
    name = title or "Units"
    if left is None:
        return f"{name}: units cannot be sent"
    return (
        f"{name}: a unit takes {1000 * left.unit:.3g} ms and {1000 * left.sent:.3g} ms to be sent, "
        f"{left.here:.2g} s for all here, about {left.there:.2g} s elsewhere"
    )


def _tell(work: MapWork, message: str, level: Level = Level.INFO) -> None:
    work.sink.emit(EventKind.LOG, message, stage=stage_path(), level=level)
