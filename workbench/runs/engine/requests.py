"""What journals say to the runs of this process: requests of others, and whether a run is still its own."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from workbench.errors import ControlRefused, JournalError, SettingError
from workbench.runs.engine.live import LiveRun
from workbench.runs.journal.writer import Journal
from workbench.runs.model.plain_values import plain_number, plain_text
from workbench.runs.model.records import ControlRequest

__all__ = ["JournalRequests"]

_logger = logging.getLogger(__name__)

RENEW_SECONDS = 10.0
"""How often runs say in the journal that their process lives."""
IN_PLACE_SECONDS = 0.5
"""How often it is looked whether a project is still where it was."""


@dataclass(slots=True)
class _Known:
    """When a journal was last looked at, and which answers it does not hold yet."""

    looked: float = 0.0
    renewed: float = 0.0
    answers: dict[int, str | None] = field(default_factory=dict)


class JournalRequests:
    """Carries out the requests that come through journals; each may be locked by another process for a while."""

    def __init__(self) -> None:
        self._journals: WeakKeyDictionary[Journal, _Known] = WeakKeyDictionary()

    def serve(self, runs: Iterable[LiveRun[Any]]) -> None:
        """Carry out and answer what is requested of these runs, and renew their leases."""
        by_journal: dict[Journal, dict[int, LiveRun[Any]]] = {}
        for run in runs:
            by_journal.setdefault(run.journal, {})[run.number] = run
        for journal, numbered in by_journal.items():
            # The journal keeps a failure; the runs check it. The requests are still there next time.
            with contextlib.suppress(JournalError, sqlite3.Error):
                self._serve(journal, numbered)

    def _serve(self, journal: Journal, runs: dict[int, LiveRun[Any]]) -> None:
        known, moment = self._journals.setdefault(journal, _Known()), time.monotonic()
        if moment - known.looked >= IN_PLACE_SECONDS:
            known.looked = moment
            journal.file.is_in_place()
        for request in journal.open_requests(list(runs)):
            # Carried out once, however often the answer has to be written.
            if request.number not in known.answers:
                known.answers[request.number] = _carry_out(runs[request.run], request)
            journal.answer(request.number, known.answers[request.number])
            del known.answers[request.number]
        if moment - known.renewed >= RENEW_SECONDS:
            journal.renew()
            known.renewed = moment


def _carry_out(run: LiveRun[Any], request: ControlRequest) -> str | None:
    try:
        match request.kind:
            case "pause":
                run.pause(request.asked_by)
            case "resume":
                run.resume(request.asked_by)
            case "cancel":
                run.cancel(request.asked_by)
            case "adjust":
                run.adjust(by=request.asked_by, **request.data)
            case "extend":
                run.extend(plain_number(request.data.get("seconds")) or 0.0, request.asked_by)
            case _:
                return f"{run.id}: there is no request {request.kind!r}."
    except (ControlRefused, SettingError) as error:
        return str(error)
    except Exception as error:
        # Of a request that somebody has written by hand: it is refused, and the others are carried out.
        _logger.exception("A request to %s could not be carried out", run.id)
        return plain_text(error)
    return None
