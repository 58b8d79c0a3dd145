"""Runs with a process of their own: they outlive the kernel, and are found and controlled through the journal."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from typing import TYPE_CHECKING, Any

import cloudpickle
import psutil

from workbench.errors import ControlRefused
from workbench.runs.engine.order import Order
from workbench.runs.model.states import Cause, RunState
from workbench.runs.process.identity import ProcessIdentity
from workbench.runs.process.search_path import restore_search_path
from workbench.runs.work.workers import address_of

if TYPE_CHECKING:
    from workbench.runs.jobs.registry import JobFunction
    from workbench.runs.journal.writer import Journal
    from workbench.runs.model.records import RunRecord

__all__ = ["RESULT_KEY", "is_detached", "kill", "launch", "load_order"]

RESULT_KEY = "\0result"
"""Under this key the journal keeps the result of a job that has no files to load it from."""

_children: dict[int, subprocess.Popen[bytes]] = {}
"""The detached processes that this one has started and that have not ended, by their ids."""

_MODULE = "workbench.runs.engine.detached_main"
_GONE_SECONDS = 5.0


def launch(journal: Journal, record: RunRecord, order: Order) -> None:
    """Start the process of a run that is entered in the journal, and make it the run's owner.

    Raises
    ------
    ControlRefused
        When the process cannot be started, or what it needs cannot be sent; the run is entered as failed.
    """
    workers = order.workers
    if workers is not None and not isinstance(workers, str | int):
        workers = address_of(workers)
    try:
        sent = dataclasses.replace(order, job=_reference(order.job), workers=workers)
        pid = _spawn(cloudpickle.dumps(sent, protocol=5), [str(journal.path), record.id])
    except Exception as error:
        reason = f"A process of its own could not be started: {error}"
        journal.end(record, RunState.FAILED, Cause.EXCEPTION, reason)
        raise ControlRefused(f"{record.id}: {reason}.", record.id) from error
    # It waits for this before it begins.
    journal.set_owner(record.number, ProcessIdentity.of(pid))


def load_order(pickled: bytes) -> tuple[Order, JobFunction[Any, Any]]:
    """Read an order in the process that is to carry it out; imports what it needs."""
    order: Order = cloudpickle.loads(pickled)
    if not isinstance(order.job, tuple):
        return order, order.job
    module, attribute = order.job
    found: JobFunction[Any, Any] = getattr(importlib.import_module(module), attribute)
    return order, found


def kill(record: RunRecord, journal: Journal, by: str) -> None:
    """End a detached run at once, whatever it is busy with; finished units are kept.

    Raises
    ------
    ControlRefused
        When the run has no process of its own, or that is on another machine.
    """
    if record.state.is_final:
        raise ControlRefused(f"{record.id}: the run has already ended ({record.state}).", record.id)
    if not record.owner.is_here():
        raise ControlRefused(
            f"{record.id}: its process is on {record.owner.host}; kill it from there.", record.id
        )
    if not is_detached(record):
        raise ControlRefused(
            f"{record.id}: the process {record.owner.pid} does more than this run and is not killed; start a run "
            "with detached=True to be able to.",
            record.id,
        )
    # The process leads a group of its own, with everything plain that the job has started.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(record.owner.pid, signal.SIGKILL)
    deadline = time.monotonic() + _GONE_SECONDS
    if (ours := _children.get(record.owner.pid)) is not None:
        # Gone means reaped too, where that is for us to do: no trace of it is left when this returns.
        with contextlib.suppress(subprocess.TimeoutExpired):
            ours.wait(_GONE_SECONDS)
    while not record.owner.is_gone():
        if time.monotonic() > deadline:
            raise ControlRefused(
                f"{record.id}: its process {record.owner.pid} does not end even when it is killed; it waits for a "
                "device or a network disk.",
                record.id,
            )
        time.sleep(0.01)
    journal.end(record, RunState.CANCELLED, Cause.PERSON, f"Killed by {by}")


def is_detached(record: RunRecord) -> bool:
    """Whether the run has a process of its own, alive on this machine."""
    if not record.owner.is_here() or record.owner.is_gone():
        return False
    try:
        arguments = psutil.Process(record.owner.pid).cmdline()
    except psutil.Error:
        return False
    return _MODULE in arguments and arguments[-1] == record.id


def _reference(job: JobFunction[Any, Any] | tuple[str, str]) -> JobFunction[Any, Any] | tuple[str, str]:
    assert not isinstance(job, tuple)
    # By name where it has one that another process can import; as it is where it was typed into a notebook.
    module, attribute = job.function.__module__, job.function.__qualname__
    if module != "__main__" and getattr(sys.modules.get(module), attribute, None) is job:
        return module, attribute
    return job


def _spawn(pickled: bytes, arguments: list[str]) -> int:
    with tempfile.TemporaryFile() as order:
        order.write(pickled)
        order.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, *arguments],
            stdin=order,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, **restore_search_path(), "PYTHONUNBUFFERED": "1"},
        )
    _children[process.pid] = process
    # So that it does not stay a zombie while this process lives.
    threading.Thread(target=_reap, args=(process,), name="workbench detached run", daemon=True).start()
    return process.pid


def _reap(process: subprocess.Popen[bytes]) -> None:
    process.wait()
    _children.pop(process.pid, None)
