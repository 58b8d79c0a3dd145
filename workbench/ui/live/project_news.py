"""One look at a project for all widgets of a kernel: which runs there are now, and which results.

A run's end is in the journal; a result may also come without one: copied, unpacked, written by a script. Both are
looked for by one thread, which tells every widget that follows them.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

import ipywidgets

from workbench.data.projects.project import Project
from workbench.errors import WorkbenchError
from workbench.files import changed_at, size_of, subfolders
from workbench.runs.engine.start import runs
from workbench.runs.model.records import RunRecord
from workbench.runs.model.states import RunState

__all__ = ["ACTIVE", "News", "ProjectNews"]

LOOK_SECONDS = 0.5
WHOLE_LOOK_SECONDS = 5.0
"""How often the runs are read though their files seem as before."""
FEW_RUNS = 10
ACTIVE = (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class News:
    """What a project holds at one moment.

    Attributes
    ----------
    runs
        The newest runs, the newest first; all that are active are among them.
    results
        Job -> scenario -> when its result was written, in the order of the names; for jobs that are followed.
    files
        When each file that is followed was written; 0 where there is none.
    """

    runs: tuple[RunRecord, ...] = ()
    results: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    files: Mapping[Path, int] = field(default_factory=dict)

    def names(self, job: str) -> tuple[str, ...]:
        """Name the scenarios of a job that have a result."""
        return tuple(self.results.get(job, ()))

    def active(self) -> list[RunRecord]:
        """Give the runs that are active."""
        return [record for record in self.runs if record.state in ACTIVE]


@dataclass(slots=True)
class _Follower:
    changed: weakref.WeakMethod[Callable[[News], None]]
    jobs: frozenset[str]
    files: frozenset[Path]
    limit: int
    told: News | None = None


class ProjectNews:
    """Looks at a project, and tells its followers when something there has changed.

    Parameters
    ----------
    project
        The project; :meth:`of` gives the one that a kernel has for it.
    """

    _known: ClassVar[weakref.WeakValueDictionary[Path, ProjectNews]] = weakref.WeakValueDictionary()
    _making = threading.Lock()

    def __init__(self, project: Project) -> None:
        self._project = project
        self._followers: list[_Follower] = []
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._runs: tuple[RunRecord, ...] = ()
        self._seen: object = None
        self._read_at = float("-inf")
        self._thread: threading.Thread | None = None

    @classmethod
    def of(cls, project: Project) -> ProjectNews:
        """Give the one of this kernel."""
        with cls._making:
            found = cls._known.get(project.folder)
            if found is None:
                found = cls._known[project.folder] = cls(project)
            return found

    def follow(
        self,
        changed: Callable[[News], None],
        *,
        jobs: tuple[str, ...] = (),
        files: tuple[Path, ...] = (),
        limit: int = FEW_RUNS,
    ) -> News:
        """Call a method of a widget, in a thread, whenever something has changed; give what there is now.

        It is called as long as the widget is in use: until it is closed or dropped.

        Parameters
        ----------
        changed
            A bound method of the widget. An error in it is logged, and does not reach other followers.
        jobs
            Whose results are followed.
        files
            Files whose changes are followed.
        limit
            How many of the newest runs are followed, beside the active ones; 0 when none are, active or not.
        """
        follower = _Follower(weakref.WeakMethod(changed), frozenset(jobs), frozenset(files), limit)
        with self._lock:
            self._followers.append(follower)
        news = self._look_for([follower])
        follower.told = self._part_of(news, follower)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="workbench project news", daemon=True)
                self._thread.start()
        return news

    def look(self) -> None:
        """Look now, and tell what has changed."""
        followers = self._in_use()
        news = self._look_for(followers)
        for follower in followers:
            part, changed = self._part_of(news, follower), follower.changed()
            if changed is None or part == follower.told:
                continue
            try:
                changed(news)
                follower.told = part
            except Exception:  # noqa: BLE001 - it is told again at the next look, and the others are told too
                _log.exception("Telling a %s what is new", type(changed.__self__).__name__)  # type: ignore[attr-defined]

    def _work(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            with self._lock:
                if not self._followers:
                    self._thread = None
                    return
            try:
                self.look()
            except Exception:  # noqa: BLE001 - a thread that ends would leave old views that look alive
                _log.exception("Looking for news of a project")

    def _in_use(self) -> list[_Follower]:
        def is_used(follower: _Follower) -> bool:
            method = follower.changed()
            widget = None if method is None else method.__self__  # type: ignore[attr-defined]
            return widget is not None and (
                not isinstance(widget, ipywidgets.Widget) or widget.comm is not None
            )

        with self._lock:
            self._followers = [follower for follower in self._followers if is_used(follower)]
            return list(self._followers)

    def _look_for(self, followers: list[_Follower]) -> News:
        jobs = sorted({job for follower in followers for job in follower.jobs})
        files = {file for follower in followers for file in follower.files}
        with self._looking:
            self._read_runs(max((follower.limit for follower in followers), default=0))
            return News(
                self._runs,
                MappingProxyType({job: self._results_of(job) for job in jobs}),
                MappingProxyType({file: _written_at(file) for file in files}),
            )

    def _read_runs(self, limit: int) -> None:
        """Read the runs where the journal has changed; those that are active may end without a word in it."""
        if not limit:
            return
        path = self._project.journal_path
        seen = limit, [_facts_of(file) for file in (path, path.with_name(f"{path.name}-wal"))]
        now = time.monotonic()
        is_quiet = seen == self._seen and not any(record.state in ACTIVE for record in self._runs)
        if is_quiet and now - self._read_at < WHOLE_LOOK_SECONDS:
            return
        try:
            newest = runs(self._project, limit=limit)
            known = {record.id for record in newest}
            older = runs(self._project, states=ACTIVE) if len(newest) == limit else []
        except WorkbenchError:
            # Said by the views that need the history; tried again at the next look.
            self._seen = None
            return
        self._runs = (*newest, *(record for record in older if record.id not in known))
        self._seen, self._read_at = seen, now

    def _results_of(self, job: str) -> Mapping[str, int]:
        # Only where results are followed: a board of market data needs no pandas.
        from workbench.data.results.scenario import SUMMARY_FILE

        folder = self._project.results / job
        with contextlib.suppress(OSError, WorkbenchError):
            names = [name for name in subfolders(folder, holding=SUMMARY_FILE) if name[0] != "."]
            return MappingProxyType({name: _written_at(folder / name / SUMMARY_FILE) for name in names})
        return {}

    @staticmethod
    def _part_of(news: News, follower: _Follower) -> News:
        return News(
            news.runs if follower.limit else (),
            {job: dict(news.results.get(job, {})) for job in follower.jobs},
            {file: news.files.get(file, 0) for file in follower.files},
        )


def _facts_of(file: Path) -> tuple[int, int]:
    try:
        return changed_at(file), size_of(file)
    except (OSError, WorkbenchError):
        return 0, 0


def _written_at(file: Path) -> int:
    return _facts_of(file)[0]
