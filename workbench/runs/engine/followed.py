"""A run of another process, seen and controlled through the journal."""

from __future__ import annotations

import getpass
import pickle
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.errors import ControlRefused, SettingError
from workbench.runs.engine.detached import RESULT_KEY, is_detached, kill
from workbench.runs.engine.run import Run
from workbench.runs.jobs.registry import find_job
from workbench.runs.journal.paths import project_of
from workbench.runs.journal.reader import JournalReader
from workbench.runs.journal.writer import Journal
from workbench.runs.model.events import Event
from workbench.runs.model.project import ProjectOrFolder
from workbench.runs.model.read_only import is_viewer, refuse_viewer
from workbench.runs.model.records import RunRecord
from workbench.runs.model.settings import changed, config_from_plain, to_plain
from workbench.runs.model.states import Cause, EventKind, RunState
from workbench.runs.overview.summary import Summary
from workbench.shell import command

__all__ = ["FollowedRun"]

POLL_SECONDS = 0.1
ANSWER_SECONDS = 2.0


class FollowedRun(Run[Any]):
    """A run that another process owns, or that has ended.

    Parameters
    ----------
    record
        The run.
    journal_path
        Its project's journal.
    project
        The project, to load the result from.
    """

    def __init__(self, record: RunRecord, journal_path: Path, project: ProjectOrFolder) -> None:
        super().__init__(record, journal_path, JournalReader(journal_path))
        self._project = project
        self._summary = Summary(settings=dict(record.config))
        self._folding = threading.Lock()
        self._is_checked = False

    @property
    def record(self) -> RunRecord:
        """What the journal says of the run now; a run whose process is gone is marked first."""
        record = self._reader.run(self.id)
        if is_viewer():
            return record.as_found()
        if not record.state.is_final and record.owner.is_gone():
            Journal.open(self.journal_path).mark_interrupted()
            record = self._reader.run(self.id).as_found()
        return record

    @property
    def state(self) -> RunState:
        """Where the run is."""
        return self.record.state

    @property
    def cause(self) -> Cause:
        """Why it is there."""
        return self.record.cause

    @property
    def reason(self) -> str:
        """The sentence that says why."""
        return self.record.reason

    @property
    def is_here(self) -> bool:
        """Never: the work is done by another process."""
        return False

    def summary(self) -> Summary:
        """Fold all that has happened so far; log lines and old progress are never read."""
        with self._folding:
            if not self._is_checked:
                self._summary.damage, self._is_checked = self.damage(), True
            events, last = self._reader.summary_events(self._record.number, self._summary.seq)
            for event in events:
                self._summary.add(event)
            self._summary.seq = last
            summary = self._summary.copy()
        if is_viewer() or summary.damage:
            # What the first analyst who opens the project will have written down, or what was lost of it.
            summary.add_end(self._record.as_found())
        return summary

    def events(self, after: int = 0, *, kinds: Sequence[EventKind] = (), limit: int = -1) -> list[Event]:
        """Events that follow ``seq == after``, from the journal."""
        return self._reader.events(self._record.number, after, kinds=kinds, limit=limit)

    def last_seq(self) -> int:
        """Number of the newest event."""
        return self._reader.last_seq(self._record.number)

    def pause(self, by: str = "") -> None:
        """Ask the owner to hold the run."""
        self._ask("pause", {}, by)

    def resume(self, by: str = "") -> None:
        """Ask the owner to let the run continue."""
        self._ask("resume", {}, by)

    def cancel(self, by: str = "") -> None:
        """Ask the owner to end the run."""
        self._ask("cancel", {}, by)

    def adjust(self, *, by: str = "", **changes: object) -> None:
        """Ask the owner to change settings of the run."""
        job = find_job(self.job)
        config = config_from_plain(job.config_type, self.record.config)
        adjusted = changed(config, changes, while_running=True, check=job.check)
        self._ask("adjust", {name: to_plain(getattr(adjusted, name)) for name in changes}, by)

    def extend(self, seconds: float, by: str = "") -> None:
        """Ask the owner to move the deadline."""
        self._ask("extend", {"seconds": float(seconds)}, by)

    def abandon(self, by: str = "") -> None:
        """End the run in the record, without its process."""
        refuse_viewer("Abandoning a run")
        journal, reason = Journal.open(self.journal_path), f"Abandoned by {by or getpass.getuser()}"
        if not journal.end(self._reader.run(self.id), RunState.INTERRUPTED, Cause.PERSON, reason):
            raise ControlRefused(f"{self.id}: the run has already ended ({self.state}).", self.id)

    def kill(self, by: str = "") -> None:
        """End a detached run at once with its process."""
        refuse_viewer("Killing a run")
        kill(self.record, Journal.open(self.journal_path), by or getpass.getuser())

    def _ask(self, kind: str, data: Mapping[str, Any], by: str) -> None:
        refuse_viewer(f"Asking a run to {kind}")
        record = self.record
        if record.state.is_final:
            raise ControlRefused(f"{self.id}: the run has already ended ({record.state}).", self.id)
        journal = Journal.open(self.journal_path)
        request = journal.ask(self._record.number, kind, data, by or getpass.getuser())
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            answered, refusal = self._reader.refusal(request)
            if refusal is not None:
                raise ControlRefused(refusal, self.id)
            if answered:
                return
            time.sleep(0.02)
        kill_it = command("cancel", self.id, "--kill", project=project_of(self.journal_path))
        way_out = f" To end it at once: {kill_it}" if is_detached(record) else ""
        raise ControlRefused(
            f"{self.id}: its process ({record.owner.pid} on {record.owner.host}) has not answered within "
            f"{ANSWER_SECONDS:g} s; the request stays in the journal and is carried out when it does.{way_out}",
            self.id,
        )

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most ``timeout`` seconds; tells whether it has ended."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self.state.is_final:
            if deadline is not None and time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def _loader(self) -> Callable[[Any, str], Any] | None:
        try:
            return find_job(self.job).load
        except SettingError:
            # A job of a notebook that this process has not defined.
            return None

    def _finished_result(self) -> Any:
        load = self._loader()
        if load is None:
            place = (RESULT_KEY, "")
            kept = Journal.open(self.journal_path).remembered([self._record.number], [place]).get(place)
            if kept is not None:
                # Signed by this user when it was kept.
                return pickle.loads(kept[0])
            raise ControlRefused(
                f"{self.id} was run by another process, and the job {self.job!r} has no way to load a saved "
                "result.",
                self.id,
            )
        return load(self._project, self.scenario)
