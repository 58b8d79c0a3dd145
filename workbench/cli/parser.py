"""The grammar of the ``workbench`` command: which commands there are, with their options."""

from __future__ import annotations

import argparse
import os
import sys

from workbench.runs.model.states import RunState

TYPE_CHECKING = False  # without typing and pathlib the help is there sooner

if TYPE_CHECKING:
    from typing import TypeAlias

    Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

__all__ = ["TOKEN_VARIABLE", "make_parser"]

TOKEN_VARIABLE = "WORKBENCH_TOKEN"

_EPILOG = """
exit codes: 0 succeeded, 1 failed, 2 wrong use or input, 3 cancelled, 4 interrupted,
            5 succeeded but some stages failed, 130 left with Ctrl-C
"""


def make_parser() -> argparse.ArgumentParser:
    """Make the parser; ``options.command`` is the function that carries the command out, ``module:name``."""
    parser = argparse.ArgumentParser(
        prog="workbench",
        description="Plan and analyse energy systems: projects, runs and notebooks.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, help="show the version")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_project_commands(commands)
    _add_run_commands(commands)
    _add_compare(commands)
    _add_explain(commands)
    _add_serve(commands)
    lab = commands.add_parser(
        "lab",
        help="open JupyterLab on the notebooks",
        usage="%(prog)s [-h] [--folder FOLDER] [--project PROJECT] [any option of `jupyter lab` ...]",
        allow_abbrev=False,
    )
    lab.add_argument("--folder", help="folder of the notebooks")
    lab.add_argument("--project", help="project that the notebooks open")
    lab.set_defaults(command="lab:lab")
    _add_completion(commands)
    return parser


def _add_completion(commands: Commands) -> None:
    completion = commands.add_parser(
        "completion",
        help="print what lets a shell complete this command",
        description='Print what completes commands, options, jobs, settings and runs. bash: eval "$(workbench '
        'completion bash)" in ~/.bashrc. zsh: the same with zsh, after compinit, in ~/.zshrc. fish: workbench '
        "completion fish > ~/.config/fish/completions/workbench.fish",
    )
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))
    completion.set_defaults(command="completion:completion")


def _add_project_commands(commands: Commands) -> None:
    demo = commands.add_parser(
        "demo", help="run the planning chain, on the sample project or on one of yours"
    )
    demo.add_argument("--project", help="a project of your own; none is made")
    demo.add_argument("--folder", default="sample-project", help="where the sample project goes")
    demo.set_defaults(command="projects:demo")

    new = commands.add_parser("new", help="create a project")
    new.add_argument("folder", help="folder of the new project")
    new.add_argument("--name", help="name of the project (default: the folder's)")
    new.add_argument("--from", dest="origin", choices=("template", "sample", "empty"), default="template")
    new.add_argument(
        "--market-profile",
        metavar="PROFILE",
        help="begin a market dataset: nem, wem, iex, or entsoe- with a bidding zone, such as entsoe-de-lu; in a "
        "project that is there, too",
    )
    new.set_defaults(command="projects:new")

    check = commands.add_parser(
        "check",
        help="look through the inputs of a project before anything runs",
        description="Read the demand workbook, the hourly load and the plants of a project as its jobs would, and "
        "list everything noticed with file, sheet and cell. Exit code 0: all can be used; 2: something has to be "
        "corrected; 5: something is missing.",
    )
    _add_project(check)
    check.add_argument("--json", action="store_true", help="write JSON to standard output")
    check.add_argument(
        "--settle",
        action="append",
        default=[],
        metavar="JOB.SETTING=VALUE",
        help="settle a finding by a setting, with which runs of the project begin from then on",
    )
    check.add_argument(
        "--accept", action="append", default=[], metavar="KEY", help="call a finding right as it is"
    )
    check.add_argument(
        "--undo",
        action="append",
        default=[],
        metavar="JOB.WHAT",
        help="take back what was settled or accepted",
    )
    check.set_defaults(command="check:check")

    repair = commands.add_parser(
        "repair",
        help="save what is whole of a damaged project",
        description="Look through the journal, the results, the caches and the market data of a project. What is "
        "damaged is put aside, never deleted, and what is whole is saved. Exit code 0: everything is whole, or was "
        "saved; 5: something is lost.",
    )
    repair.add_argument(
        "project",
        nargs="?",
        default=os.environ.get("WORKBENCH_PROJECT", "."),
        help="folder of the project, or of shared market data (default: $WORKBENCH_PROJECT, or the current folder)",
    )
    repair.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
    repair.add_argument("--json", action="store_true", help="write JSON to standard output")
    repair.set_defaults(command="repair:repair")


def _add_run_commands(commands: Commands) -> None:
    run = commands.add_parser("run", help="run a job and watch it", add_help=False)
    run.add_argument("job", help="which job, such as 'demand' (`workbench jobs` lists them)")
    run.add_argument(
        "-h", "--help", action=_HelpWithSettings, help="show this, with all settings of JOB where it is given"
    )
    run.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of the job; --NAME VALUE does the same",
    )
    run.add_argument("--when-busy", choices=("refuse", "queue", "rename"), default="refuse")
    run.add_argument(
        "--deadline", type=_seconds, metavar="SECONDS", help="cancel after so many seconds of work"
    )
    _add_place(run)
    _add_common(run)
    run.set_defaults(command="run_commands:run")

    jobs = commands.add_parser("jobs", help="list the jobs and their settings")
    jobs.add_argument("job", nargs="?", help="only this one, with its settings")
    jobs.add_argument("--json", action="store_true")
    jobs.set_defaults(command="job_settings:list_jobs")

    runs = commands.add_parser("runs", help="list a project's runs")
    runs.add_argument("--state", action="append", default=[], choices=[str(state) for state in RunState])
    runs.add_argument("--job")
    runs.add_argument("--limit", type=_count, default=20, help="how many at most (default: %(default)s)")
    _add_common(runs)
    runs.set_defaults(command="run_commands:list_runs")

    _add_run_command(commands, "watch", "follow a run of any process", "watch")
    _add_run_command(commands, "pause", "hold a run at its next checkpoint", "ask")
    cancel = _add_run_command(commands, "cancel", "end a run", "ask")
    how = cancel.add_mutually_exclusive_group()
    how.add_argument("--kill", action="store_true", help="end the process of a detached run at once")
    how.add_argument(
        "--abandon",
        action="store_true",
        help="end a run in the record, without asking its process: for one that is gone or out of reach",
    )
    adjust = _add_run_command(commands, "adjust", "change settings of a run while it continues", "ask")
    adjust.add_argument("--set", dest="settings", action="append", required=True, metavar="NAME=VALUE")
    resume = _add_run_command(
        commands, "resume", "continue a paused, interrupted, cancelled or failed run", "resume_run"
    )
    resume.add_argument(
        "--outside",
        action="store_true",
        help="let settings of another person's run lead to folders outside of the project",
    )
    _add_place(resume)
    report = _add_run_command(commands, "report", "write the report of a run as one file", "report", "story")
    report.add_argument("--output", help="default: RUN.html")


def _add_compare(commands: Commands) -> None:
    compare = commands.add_parser(
        "compare", help="show what changed between two results: inputs, settings, notes and numbers"
    )
    compare.add_argument(
        "before", help="scenario of the earlier result; 'BAU before' is what BAU was before its last run"
    )
    compare.add_argument("after", help="scenario of the later result")
    compare.add_argument("--job", help="whose results, where several jobs have both")
    compare.add_argument(
        "--later-project", metavar="FOLDER", help="project of the later result, where it is another one"
    )
    _add_project(compare)
    form = compare.add_mutually_exclusive_group()
    form.add_argument(
        "--output", metavar="FILE", help="write an HTML page, or a CSV file where it ends in .csv"
    )
    form.add_argument("--json", action="store_true", help="write the numbers as JSON to standard output")
    compare.set_defaults(command="compare:compare")


def _add_explain(commands: Commands) -> None:
    explain = commands.add_parser(
        "explain",
        help="show where a number of a result comes from, down to the cells of the inputs",
        description="Show where a number of a finished result comes from: each step with its value, how it is "
        "known, its rule and its place, down to file, sheet and cell or row, setting and default.",
    )
    explain.add_argument("project", help="folder of the project")
    explain.add_argument("domain", help="whose result: the job that made it, such as 'demand'")
    explain.add_argument("scenario", help="scenario of the result")
    explain.add_argument("table", help="table of the result, such as 'requirement'")
    explain.add_argument(
        "row",
        help="its number from 0, or values of other columns that tell it, such as year=2030 or "
        "year=2030,sector=Domestic",
    )
    explain.add_argument("column", help="column of the table, such as 'peak_mw'")
    explain.add_argument("--json", action="store_true", help="write the whole chain as JSON")
    explain.set_defaults(command="explain:explain")


def _add_serve(commands: Commands) -> None:
    serve = commands.add_parser(
        "serve",
        help="publish the marked notebooks, read-only, on a server of their own",
        description="Publish the notebooks whose metadata mark them, read-only. On this machine's own addresses no "
        "token is needed; on any other one there must be a token, or a proxy that signs readers in.",
    )
    _add_project(serve)
    serve.add_argument("--folder", help="folder of the notebooks")
    serve.add_argument("--address", default="127.0.0.1", help="where to listen (default: %(default)s)")
    serve.add_argument("--port", type=_port, default=8866, help="0 takes a free one (default: %(default)s)")
    serve.add_argument(
        "--base-url",
        type=_base_url,
        default="/",
        metavar="/PREFIX/",
        help="what a proxy puts before each path, whether it takes it off again or not (default: %(default)s)",
    )
    serve.add_argument("--token", help=f"what readers need to sign in (better: in ${TOKEN_VARIABLE})")
    serve.add_argument(
        "--host", action="append", default=[], metavar="NAME", help="name by which readers call this server"
    )
    serve.add_argument("--proxy-header", default="", help="header in which a proxy names who is signed in")
    serve.add_argument(
        "--proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="address of a trusted proxy, whose word on the client's address and on https counts (default with "
        "--proxy-header: this machine's own)",
    )
    serve.add_argument(
        "--jupyterhub",
        action="store_true",
        help="a JupyterHub has started this as its service, signs readers in and says address, port and prefix",
    )
    serve.add_argument(
        "--max-pages", "--most", type=_count, default=60, help="open pages at once (default: %(default)s)"
    )
    serve.set_defaults(command="serve:serve")


class _Version(argparse.Action):
    """``--version``; the version is looked up when it is asked for."""

    def __init__(self, option_strings: list[str], dest: str, **options: str) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help=options.get("help"))

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        import platform

        from workbench.version import PACKAGE, package_version

        print(f"{PACKAGE} {package_version()}, Python {platform.python_version()}")  # noqa: T201
        parser.exit()


class _HelpWithSettings(argparse.Action):
    """``--help`` that also lists the settings of a job that is named before it."""

    def __init__(self, option_strings: list[str], dest: str, **options: str) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help=options.get("help"))

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, *_: object) -> None:
        parser.print_help()
        if namespace.job is not None:
            from workbench.cli.job_settings import print_settings

            print_settings(namespace.job)
        parser.exit()


def _count(text: str) -> int:
    return _number(text, 1, sys.maxsize, "a whole number from 1")


def _port(text: str) -> int:
    return _number(text, 0, 65535, "a port, 0 to 65535")


def _base_url(text: str) -> str:
    import re

    if not re.fullmatch(r"/?(?:[A-Za-z0-9._~@-]+/)*[A-Za-z0-9._~@-]*", text) or ".." in text:
        raise argparse.ArgumentTypeError(f"{text!r} is not the beginning of a path, such as /boards/")
    return f"/{text.strip('/')}/" if text.strip("/") else "/"


def _number(text: str, least: int, greatest: int, expected: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= greatest:
        raise argparse.ArgumentTypeError(f"{text!r} is not {expected}")
    return number


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workers",
        metavar="WHERE",
        help="where units are computed: threads, processes, a number, or a Dask scheduler's tcp://host:port",
    )
    parser.add_argument(
        "--detach", action="store_true", help="give the run a process of its own and return at once"
    )


def _add_project(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--project",
        default=os.environ.get("WORKBENCH_PROJECT", "."),
        help="folder of the project (default: $WORKBENCH_PROJECT, or the current folder)",
    )


def _add_common(parser: argparse.ArgumentParser) -> None:
    _add_project(parser)
    parser.add_argument(
        "--json", action="store_true", help="write JSON (one line per event) to standard output"
    )


def _add_run_command(
    commands: Commands, name: str, text: str, function: str, *aliases: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, aliases=aliases)
    parser.add_argument("run", help="id of the run, or the beginning of it")
    _add_common(parser)
    parser.set_defaults(command=f"run_commands:{function}", request=name)
    return parser
