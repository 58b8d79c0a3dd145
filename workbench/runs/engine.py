"""Starting, queueing, finding and resuming the runs of this process."""

from __future__ import annotations

import contextlib
import datetime
import os
import secrets
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal
from weakref import WeakValueDictionary

from workbench.errors import ControlRefused, JournalError, ScenarioBusy
from workbench.runs import machine
from workbench.runs.followed import FollowedRun
from workbench.runs.journal import Journal
from workbench.runs.live import LiveRun
from workbench.runs.pulse import Pulse
from workbench.runs.reader import JournalReader
from workbench.runs.records import RunRecord
from workbench.runs.registry import JobFunction, find_job
from workbench.runs.run import Run
from workbench.runs.settings import changed, config_from_plain, to_plain
from workbench.runs.states import RunState

__all__ = ["Engine", "attach", "resume", "runs", "start"]

WhenBusy = Literal["refuse", "queue", "rename"]

KEPT_RUNS = 20
"""Ended runs kept whole, with their results; older ones that nobody holds are read from the journal."""


@dataclass(frozen=True, slots=True, eq=False)
class _Turn:
    run: LiveRun


class Engine:
    """Gives turns to the runs of this process: as many at once as there are cores, first come first served.

    A paused run keeps its thread but not its turn, so that it cannot hold up the others.

    Parameters
    ----------
    slots
        Runs at once.
    """

    def __init__(self, slots: int | None = None) -> None:
        self.slots = slots or os.cpu_count() or 1
        self._lock = threading.RLock()
        self._queue: list[LiveRun] = []
        self._active: dict[str, _Turn] = {}
        self._known: WeakValueDictionary[tuple[Path, str], LiveRun] = WeakValueDictionary()
        self._ended: deque[LiveRun] = deque(maxlen=KEPT_RUNS)
        self._pulse = Pulse(self)

    def submit(self, run: LiveRun) -> None:
        """Enter a new run."""
        with self._lock:
            self._known[run.journal_path, run.id] = run
            self._queue.append(run)
        self._pulse.watch(run)
        self.give_turns()

    def join_queue(self, run: LiveRun) -> None:
        """Let a run wait for its turn."""
        with self._lock:
            self._queue.append(run)
        self._pulse.give_turns_soon()

    def leave_queue(self, run: LiveRun) -> None:
        """Take a run out of the queue."""
        with self._lock:
            if run in self._queue:
                self._queue.remove(run)

    def finished(self, run: LiveRun) -> None:
        """Take note that a run has ended; the next gets its turn."""
        self.leave_queue(run)
        with self._lock:
            self._active.pop(run.id, None)
            self._ended.append(run)
        self._pulse.give_turns_soon()

    def give_turns(self) -> None:
        """Admit as many queued runs as there are free turns and free scenarios."""
        with self._lock:
            admitted = self._choose()
        # Outside of our lock: a run that is being cancelled holds its own and waits for ours.
        for turn in admitted:
            turn.run.apply(machine.Admitted())
            if turn.run.state != RunState.RUNNING:
                self._take_back(turn)

    def _take_back(self, turn: _Turn) -> None:
        # Somebody paused (or ended) the run between our choice and its turn.
        with self._lock:
            if self._active.get(turn.run.id) is not turn or turn.run.begun:
                return
            del self._active[turn.run.id]
            with contextlib.suppress(JournalError):
                turn.run.journal.release(turn.run.number)

    def _choose(self) -> list[_Turn]:
        chosen: list[_Turn] = []
        working = sum(turn.run.state in (RunState.RUNNING, RunState.QUEUED) for turn in self._active.values())
        for run in list(self._queue):
            if working + len(chosen) >= self.slots:
                break
            try:
                holder = run.journal.claim(run.number, _claim_of(run))
            except JournalError:
                # A full disk, say: the run keeps its place and is tried again at the next beat.
                continue
            if holder is None:
                self._queue.remove(run)
                turn = self._active[run.id] = _Turn(run)
                chosen.append(turn)
        return chosen

    def find(self, journal_path: Path, run_id: str) -> LiveRun | None:
        """Find a run of this process."""
        return self._known.get((journal_path, run_id))

    def place(self, run: LiveRun) -> int:
        """How many queued runs come before this one."""
        with self._lock:
            return self._queue.index(run) if run in self._queue else 0


_engine = Engine()


def start(
    job: JobFunction[Any] | str,
    project: Any,
    config: Any = None,
    *,
    when_busy: WhenBusy = "refuse",
    deadline: float | None = None,
    **changes: Any,
) -> Run:
    """Start a run in the background and return at once.

    Parameters
    ----------
    job
        The job, or its name.
    project
        A project, or the path of its folder.
    config
        The job's config; its defaults when left out.
    when_busy
        What to do when another run is writing the same scenario: ``"refuse"`` (raises, so that a person can
        choose), ``"queue"`` behind it, or ``"rename"`` the scenario.
    deadline
        Seconds of work after which the run is cancelled; there is none unless it is given.
    **changes
        Settings that differ from ``config``.

    Raises
    ------
    SettingError
        When a setting is unknown or has a value that is not allowed.
    ScenarioBusy
        When the scenario is being written and ``when_busy`` is ``"refuse"``.
    JournalError
        When the project's journal cannot be opened.
    """
    job_function = find_job(job) if isinstance(job, str) else job
    return _start(job_function, project, job_function.make_config(config, changes), when_busy, deadline, None)


def resume(run_id: str, project: Any, *, when_busy: WhenBusy = "refuse") -> Run:
    """Go on from a run that was interrupted, cancelled or failed; finished units are not done again.

    Raises
    ------
    UnknownRun
        When the journal has no such run.
    ControlRefused
        When it is still going on, or has succeeded.
    """
    path = journal_path_of(project)
    record = Journal.open(path).reader.run(run_id)
    if not record.state.is_final:
        found = attach(record.id, project)
        if found.state != RunState.PAUSED:
            raise ControlRefused(f"{record.id} is {found.state}: there is nothing to resume.", record.id)
        found.resume()
        return found
    if record.state == RunState.SUCCEEDED:
        raise ControlRefused(
            f"{record.id} has succeeded: there is nothing left to do. Start a new run to do it again.",
            record.id,
        )
    job_function = find_job(record.job)
    config = config_from_plain(job_function.config_type, record.config)
    return _start(job_function, project, config, when_busy, None, record)


def attach(run_id: str, project: Any) -> Run:
    """Find a run by its id (or the beginning of it), whichever process owns it.

    Raises
    ------
    UnknownRun
        When the journal has no such run.
    JournalError
        When the project has no journal.
    """
    path = journal_path_of(project)
    record = _read(path).run(run_id)
    live = _engine.find(path, record.id)
    if live is not None:
        return live
    if not record.state.is_final and record.owner.is_gone():
        Journal.open(path).mark_interrupted()
    return FollowedRun(record, path, project)


def runs(
    project: Any,
    *,
    states: Iterable[RunState | str] = (),
    job: str | None = None,
    since: datetime.datetime | None = None,
    until: datetime.datetime | None = None,
    limit: int = 1000,
) -> list[RunRecord]:
    """List a project's runs, newest first; an empty list when there were none.

    Parameters
    ----------
    project
        A project, or the path of its folder.
    states, job, since, until, limit
        Which ones.
    """
    path = journal_path_of(project)
    if not path.is_file():
        return []
    reader = _read(path)
    live = [RunState.QUEUED, RunState.RUNNING, RunState.PAUSED]
    if any(record.owner.is_gone() for record in reader.runs(states=live)):
        Journal.open(path).mark_interrupted()
    return reader.runs(
        states=states,
        job=job,
        since=since.timestamp() if since else None,
        until=until.timestamp() if until else None,
        limit=limit,
    )


def journal_path_of(project: Any) -> Path:
    """Where the journal of a project (or of a project's folder) is."""
    path = getattr(project, "journal_path", None)
    if path is None:
        path = Path(project) / ".workbench" / "journal.sqlite"
    return Path(path).resolve()


def _read(path: Path) -> JournalReader:
    reader = JournalReader(path)
    if not reader.is_current():
        # Written by an older version, or being made by another process at this moment.
        reader.close()
        reader = Journal.open(path).reader
    return reader


def _start(
    job_function: JobFunction[Any],
    project: Any,
    config: Any,
    when_busy: WhenBusy,
    deadline: float | None,
    earlier: RunRecord | None,
) -> LiveRun:
    journal = Journal.open(journal_path_of(project))
    journal.mark_interrupted()
    wanted = _scenario_of(config)
    while True:
        try:
            record = journal.add_run(
                beside_others=when_busy == "queue",
                run_id=_new_id(job_function.name),
                job=job_function.name,
                title=job_function.title,
                scenario=_scenario_of(config),
                config=to_plain(config),
                version=_version(),
                resumed_from=None if earlier is None else earlier.id,
            )
        except ScenarioBusy:
            if when_busy != "rename" or not hasattr(config, "scenario"):
                raise
            config = changed(config, {"scenario": _free_name(journal, job_function.name, wanted)})
        else:
            break
    lineage = journal.reader.lineage(record)
    run = LiveRun(_engine, journal, record, job_function, project, config, lineage, deadline)
    _engine.submit(run)
    return run


def _free_name(journal: Journal, job: str, scenario: str) -> str:
    # Not only of the runs that go on: the results of earlier ones are not to be written over either.
    taken = journal.reader.scenarios(job)
    number = 2
    while f"{scenario} {number}" in taken:
        number += 1
    return f"{scenario} {number}"


def _scenario_of(config: Any) -> str:
    return str(getattr(config, "scenario", "base"))


def _claim_of(run: Run) -> str:
    return f"{run.job}/{run.scenario}"


def _new_id(name: str) -> str:
    moment = datetime.datetime.now(datetime.UTC)
    return f"{name}-{moment:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def _version() -> str:
    try:
        return metadata.version("energy-workbench")
    except metadata.PackageNotFoundError:
        return "unknown"
