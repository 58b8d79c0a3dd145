"""Finished units: found again on resume, kept as they come."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import cloudpickle

from workbench.errors import JournalError
from workbench.runs.jobs.sink import Sink
from workbench.runs.model.digest import digest_of, function_name
from workbench.runs.model.signals import describe_error
from workbench.runs.model.states import EventKind, Level
from workbench.runs.model.units import Outcome, Unit

__all__ = ["UnitMemory"]


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

    def recall(self, unit: Unit) -> Outcome | None:
        """Give what an earlier run made of a unit with the same arguments, None when there is nothing."""
        if not (self._keeps and self._sink.resumes):
            return None
        try:
            digest = digest_of(self._name, unit.arguments)
            found = self._sink.remembered(unit.key, digest)
            if found is None:
                return None
            blob, seconds = found
            result = pickle.loads(blob)
        except JournalError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the classes inside raise, the unit is done again
            self._tell(
                f"{unit.key} is computed again, its earlier result cannot be read: {describe_error(error)}"
            )
            return None
        # Kept under this run too, so that a later resume needs only this one.
        self._sink.remember(unit.key, digest, seconds, blob)
        return Outcome(unit.key, result, None, seconds, remembered=True)

    def keep(self, unit: Unit, result: Any, seconds: float, pickled: bytes | None = None) -> None:
        """Commit a finished unit; ``pickled`` saves pickling its result where that was done already."""
        if not self._keeps:
            return
        try:
            digest = digest_of(self._name, unit.arguments)
            blob = cloudpickle.dumps(result, protocol=5) if pickled is None else pickled
        except Exception as error:  # noqa: BLE001 - whatever the classes inside raise
            self._keeps = False
            self._tell(
                f"Units of this map are not remembered for a resume, because {unit.key} cannot be pickled: "
                f"{describe_error(error)}"
            )
            return
        self._sink.remember(unit.key, digest, seconds, blob)

    def _tell(self, message: str) -> None:
        self._sink.emit(EventKind.LOG, message, level=Level.WARNING)
