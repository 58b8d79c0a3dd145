"""Commands about runs: run, watch, list, ask."""

from __future__ import annotations

import argparse
import datetime
import json
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path

from workbench.cli.exit_codes import ExitCode, exit_code_of
from workbench.data.projects.project import Project
from workbench.errors import ControlRefused
from workbench.runs import attach, resume, runs, start
from workbench.runs.engine.run import Run
from workbench.runs.jobs.workers import parse_workers
from workbench.runs.model.settings import parse_assignments

__all__ = ["ask", "list_runs", "report", "resume_run", "run", "run_and_show", "watch"]


def run(options: argparse.Namespace) -> int:
    """Start a job in this process and show it until it ends, or in one of its own and leave it there."""
    project = Project.open(options.project)
    changes = parse_assignments(options.settings)
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
    return run_and_show(started, as_json=options.json)


def run_and_show(started: Run, *, as_json: bool) -> int:
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

    return _show(started, as_json, cancel_or_leave)


def watch(options: argparse.Namespace) -> int:
    """Follow a run until it ends; leaving with Ctrl-C does not disturb it."""

    def leave() -> None:
        raise KeyboardInterrupt

    found = attach(options.run, Project.open(options.project))
    return _show(found, options.json, leave)


def resume_run(options: argparse.Namespace) -> int:
    """Continue a run: here when its process is gone, in its own process when it is only paused."""
    project = Project.open(options.project)
    workers = parse_workers(options.workers)
    resumed = resume(options.run, project, workers=workers, detached=options.detach, outside=options.outside)
    if options.detach:
        return _leave(resumed, project, options.json)
    if resumed.is_here:
        return run_and_show(resumed, as_json=options.json)
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
    print(target)  # noqa: T201
    return ExitCode.SUCCEEDED


def list_runs(options: argparse.Namespace) -> int:
    """List a project's runs, newest first."""
    project = Project.open(options.project)
    found = runs(project, states=options.state, job=options.job, limit=options.limit)
    if options.json:
        print(json.dumps([record.to_plain() for record in found], indent=2))  # noqa: T201
        return ExitCode.SUCCEEDED
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from workbench.cli.live_display import colour_of, duration

    console = Console()
    if not found:
        console.print(f"No runs in {escape(str(project.folder))} yet: start one with `workbench run demand`.")
        return ExitCode.SUCCEEDED
    table = Table(box=None, header_style="bold")
    for name in ("run", "job", "scenario", "state", "created", "duration", "reason"):
        table.add_column(name, overflow="fold")
    for record in found:
        created = datetime.datetime.fromtimestamp(record.created).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        length = ""
        if record.started is not None:
            length = duration((record.ended or time.time()) - record.started)
        state = f"[{colour_of(record)}]{record.status}[/]"
        cells = [created, length, escape(record.damage or record.reason)]
        table.add_row(*map(escape, (record.id, record.job, record.scenario)), state, *cells)
    console.print(table)
    return ExitCode.SUCCEEDED


def _show(shown: Run, as_json: bool, when_interrupted: Callable[[], None]) -> int:
    from workbench.cli.live_display import follow, print_end

    summary = follow(shown, as_json=as_json, when_interrupted=when_interrupted)
    if not as_json:
        print_end(shown, summary)
        if summary.resume_helps:
            print(f"  finished units are kept: workbench resume {shown.id}")  # noqa: T201
    return exit_code_of(summary.state, summary.cause)


def _leave(started: Run, project: Project, as_json: bool) -> int:
    if as_json:
        print(json.dumps(started.record.to_plain()))  # noqa: T201
        return ExitCode.SUCCEEDED
    print(  # noqa: T201
        f"{started.id} continues in a process of its own ({started.record.owner.pid}).\n"
        f"  watch it:  workbench watch {started.id} --project {shlex.quote(str(project.folder))}"
    )
    return ExitCode.SUCCEEDED


def _answer(found: Run, as_json: bool, outcome: str) -> int:
    record = found.record
    print(json.dumps(record.to_plain()) if as_json else f"{record.id}: {outcome}, now {record.status}")  # noqa: T201
    return ExitCode.SUCCEEDED
