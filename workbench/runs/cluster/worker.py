"""What runs on a worker of a Dask cluster: units, what they report, and what is requested of them.

Every worker process has one :class:`Channel` for each map that has units there. What units emit is gathered and
sent as one message at most every ``SEND_SECONDS``; the kernel's beat, a call that every worker answers on its event
loop, brings requests down and takes the CPU time up. The beat is also a sign of life: without it the units of a
kernel that is gone end by themselves.
"""

from __future__ import annotations

import contextlib
import pickle
import secrets
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cloudpickle

from workbench.errors import ChildCrashed, SolverMissing
from workbench.runs.cluster.copied_folder import drop_copy, replaced_folder, with_copy, written_files
from workbench.runs.cluster.messages import Call, CallResult, Orders, SentFile, WorkerStatus
from workbench.runs.model.attention import Attention, Suspendable
from workbench.runs.model.signals import CancelSignal, describe_error, trace_of
from workbench.runs.model.states import EventKind, Level
from workbench.runs.process.resources import Resources
from workbench.runs.process.sent_modules import with_modules
from workbench.runs.work.sent_config import SentConfig
from workbench.runs.work.workers import Workers

__all__ = ["beat", "run_call"]

SEND_SECONDS = 0.04
BEGUN_SECONDS = 0.01
"""A unit that has ended by then does not tell that it has begun."""
IDLE_SECONDS = 1.0
POLL_SECONDS = 0.1
SILENT_SECONDS = 20.0
"""Without a beat for so long, the kernel is asleep, cut off or gone: its units are held, and end if it is gone."""
HOPE_SECONDS = 900.0
"""So long units are held for a kernel that may come back."""
MESSAGE_EVENTS = 500
OF_THE_WORKER = (ImportError, OSError, MemoryError, SystemError, ChildCrashed, SolverMissing)
"""Errors that another worker may not have: what cannot be imported, a file that is not there, a crash."""
MESSAGES_AHEAD = 64
"""Messages that may be on their way before units wait: what bounds the memory of scheduler and kernel."""


class Channel:
    """The way between a worker process and the kernel, for the units of one map."""

    def __init__(self) -> None:
        self.sender = secrets.token_hex(8)
        self.attention = Attention()
        self.resources = Resources()
        self.paused = False
        self._ended = False
        self._config = SentConfig()
        self.running: dict[int, Callable[[], bool]] = {}
        self.sent = 0
        self._send: Callable[[bytes], None] | None = None
        self._received = 0
        self._heard = time.monotonic()
        self._silent = False
        self._waiting: list[tuple[int, str, Mapping[str, Any]]] = []
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def config(self) -> Any:
        """The run's config with every adjustment that has arrived; None where it cannot be sent."""
        return self._config.value

    def take(self, orders: Orders) -> None:
        """Take what the kernel asks; quick, because it is called on the worker's event loop."""
        with self._changed:
            self._heard = time.monotonic()
            self._received = orders.received.get(self.sender, self._received)
            self._silent = False
            self._config.take(orders.config)
            self.paused = orders.paused
            self._ended = self._ended or orders.cancelled or orders.closed
            self._changed.notify_all()
        if self.paused or self._ended:
            self.attention.request(stop=self._ended)
        else:
            self.attention.settle(wanted=False)

    def enter(self, call: Call, send: Callable[[bytes], None], is_wanted: Callable[[], bool]) -> None:
        """Count a call in.

        Parameters
        ----------
        call
            What will be computed.
        send
            Sends a message to the kernel.
        is_wanted
            Tells whether the cluster still wants the result.
        """
        with self._changed:
            if self._config.is_empty:
                # A worker that has just joined may get a unit before the first beat.
                self._config.take(call.config)
            if not self.running:
                self._heard, self._silent = time.monotonic(), False
                self.attention.stopping = self._ended
                self.attention.settle(wanted=self.paused)
            self._send = send
            self.running[call.number] = is_wanted
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._serve, name="workbench cluster link", daemon=True
                )
                self._thread.start()

    def leave(self, number: int) -> None:
        """Send what its unit has reported, and leave a call out again."""
        with self._changed:
            # What ends at once is known by its result: a message more would cost as much as the unit.
            self._waiting = [entry for entry in self._waiting if entry[:2] != (number, "started")]
        self.flush()
        with self._changed:
            self.running.pop(number, None)
            self._changed.notify_all()

    def emit(self, number: int, kind: str, facts: Mapping[str, Any]) -> None:
        """Take one report of a call; waits where the kernel cannot keep up."""
        with self._changed:
            while len(self._waiting) >= MESSAGE_EVENTS and not self.attention.stopping:
                self._changed.notify_all()
                self._changed.wait(POLL_SECONDS)
            self._waiting.append((number, kind, facts))

    def hold(self, holding: Suspendable | None) -> None:
        """Wait while the run is paused, and end the unit where that is requested.

        Raises
        ------
        CancelSignal
            When the run was cancelled or the kernel is gone.
        """
        self.attention.hold_while(self._is_held, holding)
        if self.attention.stopping:
            raise CancelSignal

    def _is_held(self) -> bool:
        return (self.paused or self._silent) and not self.attention.stopping

    def _hold_in_silence(self, silence: float) -> None:
        # A kernel that is gone has left the scheduler, which wants nothing for it any more. One that sleeps or is
        # cut off finds its units where they were.
        wanted = any(is_wanted() for is_wanted in list(self.running.values()))
        self._silent = True
        self.attention.request(stop=not wanted or silence > HOPE_SECONDS)
        self._changed.notify_all()

    def flush(self) -> None:
        """Send everything that waits."""
        with self._sending:
            while True:
                with self._changed:
                    batch = self._waiting[:MESSAGE_EVENTS]
                    del self._waiting[:MESSAGE_EVENTS]
                    if not batch or self._send is None:
                        return
                    self.sent += 1
                    send = self._send
                    self._changed.notify_all()
                send(_message(self.sender, self.sent, batch))

    def _serve(self) -> None:
        opened = worked = time.monotonic()
        while True:
            with self._changed:
                moment = time.monotonic()
                if self.running or self._waiting:
                    worked = moment
                elif moment - worked > IDLE_SECONDS:
                    self._thread = None
                    return
                begun = any(kind == "started" for _, kind, _ in self._waiting)
                self._changed.wait(BEGUN_SECONDS if begun else SEND_SECONDS)
                moment = time.monotonic()
                if moment - self._heard > SILENT_SECONDS:
                    self._hold_in_silence(moment - self._heard)
                ahead = self.sent - self._received
            if ahead < MESSAGES_AHEAD or self.attention.stopping:
                self.flush()
            if moment - opened >= POLL_SECONDS:
                opened = moment
                self.attention.beat()


class WorkerSink:
    """The sink of a unit on a worker: reports go to the kernel, requests come from it.

    Parameters
    ----------
    channel
        The way there and back.
    call
        What is computed.
    """

    on_terminal = False
    remembers = False
    resumes = False
    workers: Workers = None
    journal_path: Path | None = None

    def __init__(self, channel: Channel, call: Call) -> None:
        self._channel = channel
        self._number = call.number
        self._places: tuple[str, str] | None = None
        self.run_id = call.run_id
        self.attention = channel.attention
        self.resources = channel.resources

    @property
    def config(self) -> Any:
        """The run's config with every adjustment made so far; None where it cannot be sent."""
        return self._channel.config

    def emit(
        self,
        kind: EventKind,
        message: str = "",
        *,
        stage: str = "",
        fraction: float | None = None,
        level: Level = Level.INFO,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Send one event to the kernel."""
        if self._places is not None:
            message = self.here_to_there(message)
            data = data and {name: self.here_to_there(value) for name, value in data.items()}
        facts = {"message": message, "stage": stage, "fraction": fraction, "level": level, "data": data}
        self._channel.emit(self._number, str(kind), facts)

    def computes_in(self, copy: Path, folder: str) -> None:
        """Tell of files in a copy of the project's folder as of those in the folder itself."""
        self._places = (str(copy), folder)

    def here_to_there(self, value: Any) -> Any:
        """Give a text with the project's folder in place of the copy."""
        return value.replace(*self._places) if self._places and isinstance(value, str) else value

    def checkpoint(self, holding: Suspendable | None = None) -> None:
        """Hold or end the unit if that was requested."""
        if self.attention.wanted:
            self._channel.hold(holding)

    def remembered(self, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], tuple[bytes, float]]:
        """Nothing is kept on a worker."""
        return {}

    def remember(self, key: str, digest: str, seconds: float, result: bytes, *, at_once: bool) -> None:
        """Nothing is kept on a worker."""


_channels: OrderedDict[tuple[str, str], Channel] = OrderedDict()
_channels_lock = threading.Lock()
_KEPT_CHANNELS = 200


def beat(orders: Orders, dask_worker: Any = None) -> WorkerStatus:
    """Take orders on a worker, and answer; called by the kernel through ``Client.run``."""
    channel = _channel(dask_worker.address, orders.token)
    channel.take(orders)
    if orders.closed:
        drop_copy(dask_worker.address, orders.token)
    return WorkerStatus(tuple(channel.running), channel.resources.sample())


def run_call(call: Call) -> CallResult:
    """Compute one unit on a worker, as a task of Dask."""
    from distributed import get_worker

    worker: Any = get_worker()
    channel = _channel(worker.address, call.token)
    task = worker.state.tasks.get(worker.get_current_task())
    channel.enter(
        call,
        lambda message: worker.log_event(call.topic, message),
        lambda: task is None or task.state not in ("cancelled", "released", "forgotten"),
    )
    started = time.monotonic()
    files: tuple[SentFile, ...] = ()
    try:
        channel.emit(call.number, "started", {"worker": worker.address})
        with with_copy(worker.address, call) as copy:
            kind, content = _compute(channel, call, copy)
            if copy is not None and kind == "result":
                files = written_files(copy, call)
    finally:
        channel.leave(call.number)
    seconds = time.monotonic() - started
    return CallResult(kind, content, seconds, channel.sender, channel.sent, worker.address, files)


def _compute(channel: Channel, call: Call, copy: Path | None) -> tuple[str, Any]:
    from workbench.runs.jobs.job import Job
    from workbench.runs.output.capture import capture_output  # only a process that works needs it

    sink = WorkerSink(channel, call)
    job = Job(sink)
    channel.resources.add_thread()
    if copy is not None:
        sink.computes_in(copy, call.folder)
    try:
        _extend_search_path(call.search_path)
        with (
            job.active(call.stage),
            capture_output(),
            contextlib.closing(job),
            with_modules(call.token, job.checkpoint),
        ):
            job.checkpoint()
            try:
                function, arguments = map(cloudpickle.loads, call.work)
            except Exception as error:  # noqa: BLE001 - whatever the classes inside raise
                return "unfit", (describe_error(error), trace_of(error))
            if copy is not None:
                arguments = tuple(replaced_folder(value, call.folder, copy) for value in arguments)
            return "result", cloudpickle.dumps(function(*arguments), protocol=5)
    except CancelSignal:
        return "stopped", None
    except OF_THE_WORKER as error:
        return "unfit", (sink.here_to_there(describe_error(error)), trace_of(error))
    except BaseException as error:  # noqa: BLE001 - a unit may fail in any way, alone
        return "error", (sink.here_to_there(describe_error(error)), trace_of(error))
    finally:
        channel.resources.remove_thread()


def _channel(worker: str, token: str) -> Channel:
    with _channels_lock:
        key = (worker, token)
        if key not in _channels:
            _channels[key] = Channel()
            while len(_channels) > _KEPT_CHANNELS:
                # A closed one is kept for a while: a late unit of its map is not to begin.
                _channels.popitem(last=False)
        return _channels[key]


def _extend_search_path(paths: Iterable[str]) -> None:
    # A module beside the notebook is found here too, where the file system is shared.
    for path in paths:
        if path not in sys.path and Path(path).is_dir():
            sys.path.append(path)


def _message(sender: str, number: int, batch: list[tuple[int, str, Mapping[str, Any]]]) -> bytes:
    try:
        return pickle.dumps((sender, number, batch), protocol=5)
    except Exception:  # noqa: BLE001 - whatever the classes inside raise: sent as text
        return pickle.dumps((sender, number, [_as_text(entry) for entry in batch]), protocol=5)


def _as_text(entry: tuple[int, str, Mapping[str, Any]]) -> tuple[int, str, Mapping[str, Any]]:
    number, kind, facts = entry
    data = facts.get("data")
    if data is None:
        return entry
    return number, kind, {**facts, "data": {str(name): str(value) for name, value in data.items()}}
