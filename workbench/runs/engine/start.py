"""Starting, queueing, finding and resuming the runs of this process."""

from __future__ import annotations

import datetime
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TypeVar, overload

from workbench.errors import ControlRefused, JournalError, ScenarioBusy
from workbench.files import is_inside
from workbench.runs.engine.detached import launch
from workbench.runs.engine.followed import FollowedRun
from workbench.runs.engine.kept_settings import kept_settings
from workbench.runs.engine.live import LiveRun
from workbench.runs.engine.order import Order
from workbench.runs.engine.run import Run
from workbench.runs.engine.slots import Engine
from workbench.runs.jobs.registry import JobFunction, find_job
from workbench.runs.journal.opening import is_there
from workbench.runs.journal.paths import project_of
from workbench.runs.journal.reader import JournalReader
from workbench.runs.journal.writer import Journal
from workbench.runs.model.project import ProjectOrFolder, journal_path_of
from workbench.runs.model.read_only import is_viewer, refuse_viewer
from workbench.runs.model.records import RunRecord
from workbench.runs.model.settings import changed, to_plain
from workbench.runs.model.states import RunState
from workbench.runs.work.workers import Workers, check_workers
from workbench.version import package_version

__all__ = ["Engine", "attach", "resume", "runs", "start"]

Config = TypeVar("Config")
Result = TypeVar("Result")

WhenBusy = Literal["refuse", "queue", "rename"]

_engine = Engine()


def _renew_after_fork() -> None:
    # The threads of the engine are not in a forked process, its locks may be held, and its runs are the other's.
    global _engine
    _engine = Engine(_engine.slots)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_after_fork)


@overload
def start(
    job: JobFunction[Config, Result],
    project: ProjectOrFolder,
    config: Config | None = None,
    *,
    when_busy: WhenBusy = "refuse",
    deadline: float | None = None,
    workers: Workers = None,
    detached: bool = False,
    **changes: object,
) -> Run[Result]: ...


@overload
def start(
    job: str,
    project: ProjectOrFolder,
    config: object = None,
    *,
    when_busy: WhenBusy = "refuse",
    deadline: float | None = None,
    workers: Workers = None,
    detached: bool = False,
    **changes: object,
) -> Run[Any]: ...


def start(
    job: JobFunction[Any, Any] | str,
    project: ProjectOrFolder,
    config: Any = None,
    *,
    when_busy: WhenBusy = "refuse",
    deadline: float | None = None,
    workers: Workers = None,
    detached: bool = False,
    **changes: object,
) -> Run[Any]:
    """Start a run in the background and return at once.

    Parameters
    ----------
    job
        The job, or its name.
    project
        A project, or the path of its folder.
    config
        The job's config; its defaults when left out, and what was settled for the project (``settled.json``).
    when_busy
        What to do when another run is writing the same scenario: ``"refuse"`` (raises, so that a person can
        choose), ``"queue"`` behind it, or ``"rename"`` the scenario.
    deadline
        Seconds of work after which the run is cancelled; there is none unless it is given.
    workers
        Where units are computed that the job does not bind to its own threads: ``"threads"``, ``"processes"``, a
        number, a ``distributed.Client``, or the address of a Dask scheduler.
    detached
        Give the run a process of its own, which outlives this one; :func:`attach` finds it again.
    **changes
        Settings that differ from ``config``.

    Raises
    ------
    SettingError
        When settings are unknown, have values that are not allowed, or do not fit each other; all are listed.
    ScenarioBusy
        When the scenario is being written and ``when_busy`` is ``"refuse"``.
    JournalError
        When the project's journal cannot be opened.
    ControlRefused
        When a process of its own cannot be started.
    ViewerRefused
        In a process that serves readers.
    """
    refuse_viewer("Starting a run")
    job_function = find_job(job) if isinstance(job, str) else job
    check_workers(workers)
    if config is None:
        changes = {**kept_settings(project, job_function.name), **changes}
    config = job_function.make_config(config, changes)
    return _start(job_function, project, config, when_busy, deadline, None, workers, detached)


def resume(
    run_id: str,
    project: ProjectOrFolder,
    *,
    when_busy: WhenBusy = "refuse",
    deadline: float | None = None,
    workers: Workers = None,
    detached: bool = False,
    outside: bool = False,
) -> Run[Any]:
    """Continue a run that was interrupted, cancelled or failed; finished units are not computed again.

    Parameters
    ----------
    run_id
        Its id, or the beginning of it.
    project
        A project, or the path of its folder.
    when_busy, workers, detached
        As for :func:`start`.
    deadline
        Seconds of work after which the run is cancelled; those of the earlier run when left out.
    outside
        Whether its settings may lead to folders outside of the project although another person has started it.

    Raises
    ------
    UnknownRun
        When the journal has no such run.
    ControlRefused
        When it is still running, has succeeded, or leads out of the project and was not started by this user.
    ViewerRefused
        In a process that serves readers.
    """
    refuse_viewer("Resuming a run")
    path = journal_path_of(project)
    journal = Journal.open(path)
    record = journal.reader.run(run_id)
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
    if record.damage:
        raise JournalError(f"{record.id} cannot be resumed. {record.damage} Start a new run.")
    job_function = find_job(record.job)
    config = job_function.make_config(None, record.config)
    if job_function.places is not None and not outside and not journal.has_signed_settings(record):
        _refuse_outside(record, project_of(path), job_function.places(project, config))
    check_workers(workers)
    if deadline is None:
        deadline = _read(path).deadline(record.number)
    return _start(job_function, project, config, when_busy, deadline, record, workers, detached)


def _refuse_outside(record: RunRecord, folder: Path, places: Iterable[tuple[str, Path]]) -> None:
    """Refuse settings from another person's journal that lead out of the project."""
    for setting, place in places:
        if not is_inside(folder, place):
            raise ControlRefused(
                f"{record.id} was not started by you, and its setting {setting!r} leads out of the project, to "
                f"{place}. Look at its settings; then resume it with outside=True (`workbench resume {record.id} "
                "--outside`), or start a new run with settings of your own.",
                record.id,
            )


def attach(run_id: str, project: ProjectOrFolder) -> Run[Any]:
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
    if not record.state.is_final and record.owner.is_gone() and not is_viewer():
        Journal.open(path).mark_interrupted()
    return FollowedRun(record, path, project)


def runs(
    project: ProjectOrFolder,
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
    if not is_there(path):
        return []
    reader = _read(path)
    live = [RunState.QUEUED, RunState.RUNNING, RunState.PAUSED]
    if not is_viewer() and any(record.owner.is_gone() for record in reader.runs(states=live)):
        Journal.open(path).mark_interrupted()
    found = reader.runs(
        states=states,
        job=job,
        since=since.timestamp() if since else None,
        until=until.timestamp() if until else None,
        limit=limit,
    )
    return [record.as_found() for record in found] if is_viewer() else found


def _read(path: Path) -> JournalReader:
    reader = JournalReader(path)
    if not reader.is_current() and not is_viewer():
        # Written by an older version, or being made by another process at this moment.
        reader.close()
        reader = Journal.open(path).reader
    return reader


def _start(
    job_function: JobFunction[Config, Result],
    project: ProjectOrFolder,
    config: Config,
    when_busy: WhenBusy,
    deadline: float | None,
    earlier: RunRecord | None,
    workers: Workers,
    detached: bool,
) -> Run[Result]:
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
                version=package_version(),
                resumed_from=None if earlier is None else earlier.id,
            )
        except ScenarioBusy:
            if when_busy != "rename" or not hasattr(config, "scenario"):
                raise
            config = changed(config, {"scenario": _free_name(journal, job_function.name, wanted)})
        else:
            break
    order = Order(job_function, project, config, tuple(journal.reader.lineage(record)), deadline, workers)
    if detached:
        launch(journal, record, order)
        return FollowedRun(record, journal.path, project)
    return _engine.submit(journal, record, order)


def carry_on(journal: Journal, record: RunRecord, order: Order) -> LiveRun[Any]:
    """Do the work of a detached run in this process, which is there for nothing else."""
    return _engine.submit(journal, record, order, detached=True)


def _free_name(journal: Journal, job: str, scenario: str) -> str:
    # Not only of the unfinished runs: the results of earlier ones are not to be written over either.
    taken = journal.reader.scenarios(job)
    number = 2
    while f"{scenario} {number}" in taken:
        number += 1
    return f"{scenario} {number}"


def _scenario_of(config: Any) -> str:
    return str(getattr(config, "scenario", "base"))


def _new_id(name: str) -> str:
    moment = datetime.datetime.now(datetime.UTC)
    return f"{name}-{moment:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
