"""Commands about runs: run, watch, list, ask."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from workbench.cli.exit_codes import ExitCode, exit_code_of
from workbench.cli.terminal import console, flush, print_table, silence
from workbench.data.projects.project import Project
from workbench.errors import ControlRefused, ScenarioBusy
from workbench.runs import attach, resume, runs, start
from workbench.runs.engine.run import Run
from workbench.runs.model.settings import parse_assignments
from workbench.runs.work.workers import parse_workers
from workbench.shell import command

__all__ = ["ask", "list_runs", "report", "resume_run", "run", "run_and_show", "watch"]


def run(options: argparse.Namespace) -> int:
    """Start a job in this process and show it until it ends, or in one of its own and leave it there."""
    project = Project.open(options.project)
    changes = parse_assignments(options.settings)
    with _busy_said(
        project, "add --when-busy queue to wait for it, --when-busy rename to write another scenario, or"
    ):
        started = start(
            options.job,
            project,
            when_busy=options.when_busy,
            deadline=options.deadline,
            workers=parse_workers(options.workers),
            detached=options.detach,
            **changes,
        )
    if options.detach:
        return _leave(started, project, options.json)
    return run_and_show(started, project, as_json=options.json)


@contextmanager
def _busy_said(project: Project, ways_out: str = "") -> Iterator[None]:
    """Say with the words of the command what can be done about a scenario that another run is writing."""
    try:
        yield
    except ScenarioBusy as error:
        if not error.run:
            raise
        cancel = command("cancel", error.run, project=project.folder)
        advice = " ".join(filter(None, (ways_out, f"end it first: {cancel}")))
        raise ScenarioBusy(f"{error.run} is still writing this scenario; {advice}", error.run) from error


def run_and_show(started: Run, project: Project, *, as_json: bool) -> int:
    """Show a run of this process until it ends; the first Ctrl-C cancels it, the second leaves at once."""
    cancelling = False

    def cancel_or_leave() -> None:
        nonlocal cancelling
        if cancelling:
            raise KeyboardInterrupt
        cancelling = True
        print("Cancelling; press Ctrl-C again to leave at once.", file=sys.stderr)  # noqa: T201
        try:
            started.cancel()
        except ControlRefused:
            # It ended at this very moment: the loop shows how.
            return

    return _show(started, project, as_json, cancel_or_leave)


def watch(options: argparse.Namespace) -> int:
    """Follow a run until it ends; leaving with Ctrl-C does not disturb it."""

    def leave() -> None:
        raise KeyboardInterrupt

    project = Project.open(options.project)
    return _show(attach(options.run, project), project, options.json, leave)


def resume_run(options: argparse.Namespace) -> int:
    """Continue a run: here when its process is gone, in its own process when it is only paused."""
    project = Project.open(options.project)
    workers = parse_workers(options.workers)
    with _busy_said(project):
        resumed = resume(
            options.run, project, workers=workers, detached=options.detach, outside=options.outside
        )
    if options.detach:
        return _leave(resumed, project, options.json)
    if resumed.is_here:
        return run_and_show(resumed, project, as_json=options.json)
    return _answer(resumed, options.json, "resumed")


def ask(options: argparse.Namespace) -> int:
    """Leave a request with the process that owns a run."""
    found = attach(options.run, Project.open(options.project))
    if options.request == "adjust":
        found.adjust(**parse_assignments(options.settings))
    elif options.request == "pause":
        found.pause()
    elif options.abandon:
        found.abandon()
        return _answer(found, options.json, "abandoned")
    elif options.kill:
        found.kill()
        return _answer(found, options.json, "killed")
    else:
        found.cancel()
        found.wait(10)
    return _answer(found, options.json, f"{options.request} requested")


def report(options: argparse.Namespace) -> int:
    """Write the report of a run as one file that opens offline."""
    found = attach(options.run, Project.open(options.project))
    target = Path(options.output or f"{found.id}.html")
    found.report().to_html(target)
    print(json.dumps({"report": str(target)}) if options.json else target)  # noqa: T201
    return ExitCode.SUCCEEDED


def list_runs(options: argparse.Namespace) -> int:
    """List a project's runs, newest first."""
    project = Project.open(options.project)
    found = runs(project, states=options.state, job=options.job, limit=options.limit)
    if options.json:
        print(json.dumps([record.to_plain() for record in found], indent=2))  # noqa: T201
        return ExitCode.SUCCEEDED
    if not found:
        print(_no_runs(options, project))  # noqa: T201
        return ExitCode.SUCCEEDED
    from workbench.cli.live_display import colour_of, duration

    rows = []
    for record in found:
        created = datetime.datetime.fromtimestamp(record.created).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        length = "" if record.started is None else duration((record.ended or time.time()) - record.started)
        reason = record.damage or record.reason
        rows.append((record.id, record.job, record.scenario, record.status, created, length, reason))
    headers = ("run", "job", "scenario", "state", "created", "duration", "reason")
    colours = {(row, 3): colour_of(record) for row, record in enumerate(found)}
    print_table(console(), headers, rows, whole=frozenset(range(len(headers) - 1)), colours=colours)
    return ExitCode.SUCCEEDED


def _no_runs(options: argparse.Namespace, project: Project) -> str:
    chosen = [f"of the job {options.job!r}"] if options.job else []
    chosen += [f"in the state {' or '.join(options.state)}"] if options.state else []
    if chosen:
        return f"No runs {' '.join(chosen)} in {project.folder}."
    start_one = command("run", "demand", project=project.folder)
    return f"No runs in {project.folder} yet: start one with  {start_one}"


def _show(shown: Run, project: Project, as_json: bool, when_interrupted: Callable[[], None]) -> int:
    from workbench.cli.live_display import follow, print_end

    summary = follow(shown, as_json=as_json, when_interrupted=when_interrupted)
    with suppress(BrokenPipeError):  # how it ended counts, whether or not anyone reads it
        if not as_json:
            print_end(shown, summary)
            if summary.resume_helps:
                print(f"  finished units are kept: {command('resume', shown.id, project=project.folder)}")  # noqa: T201
        flush()
    silence()
    return exit_code_of(summary.state, summary.cause)


def _leave(started: Run, project: Project, as_json: bool) -> int:
    if as_json:
        print(json.dumps(started.record.to_plain()))  # noqa: T201
        return ExitCode.SUCCEEDED
    print(  # noqa: T201
        f"{started.id} continues in a process of its own ({started.record.owner.pid}).\n"
        f"  watch it:  {command('watch', started.id, project=project.folder)}"
    )
    return ExitCode.SUCCEEDED


def _answer(found: Run, as_json: bool, outcome: str) -> int:
    record = found.record
    print(json.dumps(record.to_plain()) if as_json else f"{record.id}: {outcome}, now {record.status}")  # noqa: T201
    return ExitCode.SUCCEEDED
