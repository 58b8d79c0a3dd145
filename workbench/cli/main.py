"""The words of the ``workbench`` command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from workbench.cli import lab, projects, run_commands
from workbench.cli.exit_codes import ExitCode
from workbench.cli.serve import add_serve_command
from workbench.errors import RunError, WorkbenchError
from workbench.runs.model.states import RunState

__all__ = ["main"]

_EPILOG = """
exit codes: 0 succeeded, 1 failed, 2 wrong use or input, 3 cancelled, 4 interrupted,
            5 succeeded but some stages failed, 130 left with Ctrl-C
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not hasattr(options, "command"):
        parser.print_help()
        return ExitCode.WRONG_USE
    try:
        code: int = options.command(options)
    except (WorkbenchError, RunError) as error:
        print(f"workbench: {error}", file=sys.stderr)  # noqa: T201
        return ExitCode.WRONG_USE
    except KeyboardInterrupt:
        return ExitCode.LEFT
    except BrokenPipeError:
        # Whoever read us (head, less) has had enough; keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.SUCCEEDED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="workbench",
        description="Plan and analyse energy systems: projects, runs and notebooks.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    demo = commands.add_parser(
        "demo", help="run the planning chain, on the sample project or on one of yours"
    )
    demo.add_argument("--project", type=Path, help="a project of your own; none is made")
    demo.add_argument(
        "--folder", type=Path, default=Path("sample-project"), help="where the sample project goes"
    )
    demo.set_defaults(command=projects.demo)

    new = commands.add_parser("new", help="create a project")
    new.add_argument("folder", type=Path, help="folder of the new project")
    new.add_argument("--name", help="name of the project (default: the folder's)")
    new.add_argument("--from", dest="origin", choices=("template", "sample", "empty"), default="template")
    new.set_defaults(command=projects.new)

    run = commands.add_parser("run", help="run a job and watch it")
    run.add_argument("job", help="which job, such as 'demand' (`workbench jobs` lists them)")
    run.add_argument("--set", dest="settings", action="append", default=[], metavar="NAME=VALUE")
    run.add_argument("--when-busy", choices=("refuse", "queue", "rename"), default="refuse")
    run.add_argument("--deadline", type=float, metavar="SECONDS", help="cancel after so many seconds of work")
    _add_home(run)
    _add_common(run)
    run.set_defaults(command=run_commands.run)

    jobs = commands.add_parser("jobs", help="list the jobs and their settings")
    jobs.add_argument("job", nargs="?", help="only this one, with its settings")
    jobs.add_argument("--json", action="store_true")
    jobs.set_defaults(command=run_commands.list_jobs)

    runs = commands.add_parser("runs", help="list a project's runs")
    runs.add_argument("--state", action="append", default=[], choices=[str(state) for state in RunState])
    runs.add_argument("--job")
    runs.add_argument("--limit", type=int, default=20)
    _add_common(runs)
    runs.set_defaults(command=run_commands.list_runs)

    _add_run_command(commands, "watch", "follow a run of any process", run_commands.watch)
    _add_run_command(commands, "pause", "hold a run at its next checkpoint", run_commands.ask)
    cancel = _add_run_command(commands, "cancel", "end a run", run_commands.ask)
    cancel.add_argument("--kill", action="store_true", help="end the process of a detached run at once")
    adjust = _add_run_command(commands, "adjust", "change settings of a run that goes on", run_commands.ask)
    adjust.add_argument("--set", dest="settings", action="append", default=[], metavar="NAME=VALUE")
    resume = _add_run_command(
        commands,
        "resume",
        "go on with a paused, interrupted, cancelled or failed run",
        run_commands.resume_run,
    )
    _add_home(resume)
    story = _add_run_command(commands, "story", "write a run's story as one file", run_commands.story)
    story.add_argument("--output", type=Path, help="default: RUN.html")

    add_serve_command(commands)
    laboratory = commands.add_parser("lab", help="open JupyterLab on the notebooks")
    laboratory.add_argument("--folder", type=Path, help="folder of the notebooks")
    laboratory.add_argument("--project", help="project that the notebooks open")
    laboratory.add_argument("rest", nargs=argparse.REMAINDER, help="further options for `jupyter lab`")
    laboratory.set_defaults(command=lab.lab)
    return parser


def _add_home(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workers",
        metavar="WHERE",
        help="where units are computed: threads, processes, a number, or a Dask scheduler's tcp://host:port",
    )
    parser.add_argument(
        "--detach", action="store_true", help="give the run a process of its own and return at once"
    )


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--project",
        default=os.environ.get("WORKBENCH_PROJECT", "."),
        help="folder of the project (default: $WORKBENCH_PROJECT, or the current folder)",
    )
    parser.add_argument(
        "--json", action="store_true", help="write JSON (one line per event) to standard output"
    )


def _add_run_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str, command: object
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text)
    parser.add_argument("run", help="id of the run, or the beginning of it")
    _add_common(parser)
    parser.set_defaults(command=command, request=name)
    return parser
