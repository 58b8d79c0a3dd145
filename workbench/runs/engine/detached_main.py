"""What runs in the process of a detached run: the run itself, and the reading of what its native code prints."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import cloudpickle

from workbench.errors import JournalError
from workbench.runs.engine.detached import RESULT_KEY, load_order
from workbench.runs.engine.live import LiveRun
from workbench.runs.engine.order import Order
from workbench.runs.engine.start import carry_on
from workbench.runs.jobs.job import Job
from workbench.runs.jobs.registry import JobFunction
from workbench.runs.journal.writer import Journal
from workbench.runs.model.records import RunRecord
from workbench.runs.model.signals import describe_error
from workbench.runs.model.states import EventKind, Level
from workbench.runs.process.identity import ProcessIdentity
from workbench.runs.process.pipe_lines import flush_native_lines, lines_of, write_native_lines_at_once
from workbench.runs.process.search_path import take_search_path

__all__ = ["main"]

OWNED_SECONDS = 10.0
"""How long the starting process may take to make this one the run's owner."""
DRAIN_SECONDS = 2.0


def main(journal_path: Path, run_id: str) -> None:
    """Carry out the order on standard input, as the run of this id."""
    take_search_path()
    pickled = sys.stdin.buffer.read()
    output = _Output()
    journal = Journal.open(journal_path)
    record = _owned(journal, run_id)
    if record is None:
        return
    try:
        order, job = load_order(pickled)
    except BaseException as error:  # noqa: BLE001 - whatever an import raises is reported by the run itself
        order, job = _failing(record, error)
    order = dataclasses.replace(order, job=job.with_function(_around(job, journal, record, output)))
    run = carry_on(journal, record, order)
    output.serve(run)
    run.wait()
    journal.flush()


def _owned(journal: Journal, run_id: str) -> RunRecord | None:
    me = ProcessIdentity.current()
    deadline = time.monotonic() + OWNED_SECONDS
    while time.monotonic() < deadline:
        record = journal.reader.run(run_id)
        if record.owner == me:
            return None if record.state.is_final else record
        time.sleep(0.005)
    return None


def _failing(record: RunRecord, error: BaseException) -> tuple[Order, JobFunction[Any, Any]]:
    def fail(job: Job, project: Any, config: Any) -> None:
        raise error

    job: JobFunction[Any, Any] = JobFunction(record.job, record.title, fail, dict)
    return Order(job, None, dict(record.config)), job


def _around(
    job: JobFunction[Any, Any], journal: Journal, record: RunRecord, output: _Output
) -> Callable[[Job, Any, Any], Any]:
    def work(handle: Job, project: Any, config: Any) -> Any:
        try:
            result = job.function(handle, project, config)
        finally:
            output.drain()
        if job.load is None:
            _keep(handle, journal, record, result)
        return result

    return work


def _keep(handle: Job, journal: Journal, record: RunRecord, result: Any) -> None:
    try:
        pickled = cloudpickle.dumps(result, protocol=5)
    except Exception as error:  # noqa: BLE001 - whatever the classes inside raise
        handle.log(f"The result cannot be given to other processes: {describe_error(error)}", Level.WARNING)
        return
    journal.remember(record.number, RESULT_KEY, "", 0.0, pickled)


class _Output:
    """Reads what is written to the file descriptors of this process, and gives it to the run line by line."""

    def __init__(self) -> None:
        self._run: LiveRun[Any] | None = None
        self._early: list[tuple[str, Level]] = []
        self._lock = threading.Lock()
        self._marks = 0
        self._seen = threading.Condition()
        self._counts = {1: 0, 2: 0}
        for descriptor, level in ((1, Level.INFO), (2, Level.WARNING)):
            reading, writing = os.pipe()
            os.dup2(writing, descriptor)
            os.close(writing)
            threading.Thread(
                target=self._read, args=(os.fdopen(reading, "rb"), descriptor, level), daemon=True
            ).start()
        write_native_lines_at_once()

    def serve(self, run: LiveRun[Any]) -> None:
        """Give the lines to this run from now on, those that came before it included."""
        with self._lock:
            self._run = run
            early, self._early = self._early, []
        for line, level in early:
            self._take(line, level)

    def drain(self) -> None:
        """Wait until all that was written has been read."""
        flush_native_lines()
        with self._seen:
            self._marks += 1
            for descriptor in self._counts:
                os.write(descriptor, f"\n{_MARK}\n".encode())
            self._seen.wait_for(lambda: min(self._counts.values()) >= self._marks, DRAIN_SECONDS)

    def _read(self, pipe: IO[bytes], descriptor: int, level: Level) -> None:
        for line in lines_of(pipe, self._show_open):
            if line == _MARK:
                with self._seen:
                    self._counts[descriptor] += 1
                    self._seen.notify_all()
            else:
                self._take(line, level)

    def _show_open(self, line: str) -> None:
        if self._run is not None:
            with contextlib.suppress(JournalError):
                self._run.emit(EventKind.PROGRESS, line, data={"line": True})

    def _take(self, line: str, level: Level) -> None:
        with self._lock:
            if self._run is None:
                self._early.append((line, level))
                return
        # A full journal ends the run elsewhere; the pipe has to be emptied all the same.
        with contextlib.suppress(JournalError):
            self._run.emit(EventKind.LOG, line, level=level)


_MARK = f"--- workbench {os.urandom(8).hex()} ---"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
