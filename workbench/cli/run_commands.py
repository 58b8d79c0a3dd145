"""Commands about runs: run, watch, list, ask."""

from __future__ import annotations

import argparse
import datetime
import json
import shlex
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from workbench.cli.exit_codes import ExitCode, exit_code_of
from workbench.cli.live_display import duration, follow, print_end
from workbench.data.projects.project import Project
from workbench.errors import ControlRefused
from workbench.runs import attach, find_job, known_jobs, resume, runs, settings_of, start
from workbench.runs.engine.run import Run
from workbench.runs.jobs.workers import parse_workers
from workbench.runs.model.settings import describe_type, parse_assignments, to_plain
from workbench.runs.model.states import RunState

__all__ = ["ask", "list_jobs", "list_runs", "resume_run", "run", "run_and_show", "story", "watch"]


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
    asked = False

    def cancel_or_leave() -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
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
    """Go on with a run: here when its process is gone, in its own process when it is only paused."""
    project = Project.open(options.project)
    workers = parse_workers(options.workers)
    resumed = resume(options.run, project, workers=workers, detached=options.detach)
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
    elif options.kill:
        found.kill()
        return _answer(found, options.json, "killed")
    else:
        found.cancel()
        found.wait(10)
    return _answer(found, options.json, f"{options.request} asked")


def story(options: argparse.Namespace) -> int:
    """Write a run's story as one file that opens offline."""
    found = attach(options.run, Project.open(options.project))
    target = options.output or Path(f"{found.id}.html")
    found.story().to_html(target)
    print(target)  # noqa: T201
    return ExitCode.SUCCEEDED


def list_runs(options: argparse.Namespace) -> int:
    """List a project's runs, newest first."""
    project = Project.open(options.project)
    found = runs(project, states=options.state, job=options.job, limit=options.limit)
    if options.json:
        print(json.dumps([record.to_plain() for record in found], indent=2))  # noqa: T201
        return ExitCode.SUCCEEDED
    console = Console()
    if not found:
        console.print(f"No runs in {escape(str(project.folder))} yet: start one with `workbench run demand`.")
        return ExitCode.SUCCEEDED
    table = Table(box=None, header_style="bold")
    for name in ("run", "job", "scenario", "state", "begun", "took", "why"):
        table.add_column(name, overflow="fold")
    for record in found:
        begun = datetime.datetime.fromtimestamp(record.created).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        took = ""
        if record.started is not None:
            took = duration((record.ended or time.time()) - record.started)
        cells = [record.id, record.job, record.scenario, str(record.state), begun, took, record.reason]
        table.add_row(*map(escape, cells))
    console.print(table)
    return ExitCode.SUCCEEDED


def list_jobs(options: argparse.Namespace) -> int:
    """List the jobs, or one with its settings."""
    if options.job is None:
        titles = known_jobs()
        lines = [f"{name}  {title}" for name, title in titles.items()]
        print(json.dumps(titles, indent=2) if options.json else "\n".join(lines))  # noqa: T201
        return ExitCode.SUCCEEDED
    settings = settings_of(find_job(options.job).config_type)
    if options.json:
        plain = [
            {
                "name": item.name,
                "title": item.title,
                "help": item.help,
                "unit": item.unit,
                "default": to_plain(item.default),
                "minimum": item.minimum,
                "maximum": item.maximum,
                "choices": to_plain(item.choices),
                "adjustable": item.adjustable,
            }
            for item in settings
        ]
        print(json.dumps(plain, indent=2))  # noqa: T201
        return ExitCode.SUCCEEDED
    table = Table(box=None, header_style="bold")
    for name in ("setting", "default", "expects", "help"):
        table.add_column(name, overflow="fold")
    for item in settings:
        expects = ", ".join(map(str, item.choices)) or describe_type(item.type)
        default = json.dumps(to_plain(item.default))
        table.add_row(item.name, escape(f"{default} {item.unit}".strip()), escape(expects), escape(item.help))
    Console().print(table)
    return ExitCode.SUCCEEDED


def _show(shown: Run, as_json: bool, when_interrupted: object) -> int:
    summary = follow(shown, as_json=as_json, when_interrupted=when_interrupted)  # type: ignore[arg-type]
    if not as_json:
        print_end(shown, summary)
        if summary.state in (RunState.INTERRUPTED, RunState.FAILED, RunState.CANCELLED):
            print(f"  finished units are kept: workbench resume {shown.id}")  # noqa: T201
    return exit_code_of(summary.state, summary.failed_stages)


def _leave(started: Run, project: Project, as_json: bool) -> int:
    if as_json:
        print(json.dumps(started.record.to_plain()))  # noqa: T201
        return ExitCode.SUCCEEDED
    print(  # noqa: T201
        f"{started.id} goes on in a process of its own ({started.record.owner.pid}).\n"
        f"  watch it:  workbench watch {started.id} --project {shlex.quote(str(project.folder))}"
    )
    return ExitCode.SUCCEEDED


def _answer(found: Run, as_json: bool, words: str) -> int:
    record = found.record
    print(json.dumps(record.to_plain()) if as_json else f"{record.id}: {words}, now {record.state}")  # noqa: T201
    return ExitCode.SUCCEEDED
