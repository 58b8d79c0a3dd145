"""Finished units: found again on resume, kept as they come."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import cloudpickle

from workbench.runs.model.digest import digest_of, function_name
from workbench.runs.model.plain_values import plain_text
from workbench.runs.model.signals import describe_error
from workbench.runs.model.states import EventKind, Level
from workbench.runs.model.units import Outcome, Unit
from workbench.runs.work.sink import Sink

__all__ = ["UnitMemory"]

FIRST_GROUP, MAX_GROUP = 16, 500
"""Units that are looked for together, as long as the size of their results is unknown, and at most."""
GROUP_BYTES = 8 * 2**20
"""Size of results that are read together, about."""
QUICK_SECONDS = 0.001
"""Units that take less are committed in groups (s)."""
MAX_RESULT_BYTES = 900_000_000
"""A result that the journal can hold: SQLite takes a thousand million bytes, with what surrounds it."""
_PLAIN = frozenset({type(None), bool, int, float, str, bytes})


class UnitMemory:
    """Finished units of this run and of those it resumes.

    Parameters
    ----------
    sink
        The run.
    function
        What computes the units; another body makes them other units.
    remember
        Whether finished units are kept.
    """

    def __init__(self, sink: Sink, function: Callable[..., Any], remember: bool) -> None:
        self._sink = sink
        self._name = function_name(function)
        self._keeps = remember and sink.remembers

    def recall(self, units: Iterable[Unit]) -> Iterator[tuple[Unit, Outcome | None]]:
        """Go through units with what an earlier run made of each from the same arguments, None without anything."""
        if not (self._keeps and self._sink.resumes):
            yield from ((unit, None) for unit in units)
            return
        size, remaining = FIRST_GROUP, iter(units)
        while group := list(itertools.islice(remaining, size)):
            self._sink.checkpoint()
            places = [(plain_text(unit.key), self._digest(unit)) for unit in group]
            found = self._sink.remembered([(key, digest) for key, digest in places if digest])
            for unit, place in zip(group, places, strict=True):
                yield unit, self._recalled(unit, place, found)
            # Small results come by hundreds, large ones by few.
            mean = sum(len(blob) for blob, _ in found.values()) / max(1, len(found))
            size = round(min(MAX_GROUP, max(1, GROUP_BYTES / max(1.0, mean))))

    def _recalled(
        self, unit: Unit, place: tuple[str, str], found: Mapping[tuple[str, str], tuple[bytes, float]]
    ) -> Outcome | None:
        if place not in found:
            return None
        blob, seconds = found[place]
        try:
            result = pickle.loads(blob)
        except Exception as error:  # noqa: BLE001 - whatever the classes inside raise, the unit is done again
            self._tell_again(unit, error)
            return None
        # Kept under this run too, so that a later resume needs only this one.
        self._sink.remember(*place, seconds, blob, at_once=False)
        return Outcome(unit.key, result, None, seconds, remembered=True)

    def _digest(self, unit: Unit) -> str:
        try:
            return digest_of(self._name, unit.arguments)
        except Exception as error:  # noqa: BLE001 - whatever the classes inside raise, the unit is done again
            self._tell_again(unit, error)
            return ""

    def _tell_again(self, unit: Unit, error: Exception) -> None:
        self._tell(
            f"{unit.key} is computed again, its earlier result cannot be read: {describe_error(error)}"
        )

    def keep(self, unit: Unit, result: Any, seconds: float, pickled: bytes | None = None) -> None:
        """Commit a finished unit; ``pickled`` saves pickling its result where that was done already."""
        if not self._keeps:
            return
        try:
            digest = digest_of(self._name, unit.arguments)
            blob = _pickled(result) if pickled is None else pickled
        except Exception as error:  # noqa: BLE001 - whatever the classes inside raise
            self._keeps = False
            self._tell(
                f"Units of this map are not remembered for a resume, because {unit.key} cannot be pickled: "
                f"{describe_error(error)}"
            )
            return
        if len(blob) > MAX_RESULT_BYTES:
            self._tell(f"{unit.key} is not remembered for a resume: its result has {len(blob):,} bytes")
            return
        # To commit costs a fraction of a millisecond: only what takes less is worth a group.
        self._sink.remember(plain_text(unit.key), digest, seconds, blob, at_once=seconds >= QUICK_SECONDS)

    def _tell(self, message: str) -> None:
        self._sink.emit(EventKind.LOG, message, level=Level.WARNING)


def _pickled(result: Any) -> bytes:
    # What needs no function or class of a notebook is pickled for a tenth of the price.
    dumps = pickle.dumps if type(result) in _PLAIN else cloudpickle.dumps
    return dumps(result, protocol=5)
