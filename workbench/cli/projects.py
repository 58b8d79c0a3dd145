"""Commands about projects: new and demo."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from workbench.capacity.inputs.reading import plant_workbooks
from workbench.cli.exit_codes import ExitCode
from workbench.cli.run_commands import run_and_show
from workbench.cli.terminal import console
from workbench.data.projects.project import Project, folder_of
from workbench.planning.chain import STEPS, load_chain
from workbench.planning.report import write_report
from workbench.planning.steps import settings_of_step
from workbench.runs import start
from workbench.sample.plants import PLANTS_FILE, write_plant_template
from workbench.sample.project import create_from_sample, create_from_template
from workbench.shell import command

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["demo", "new"]


def new(options: argparse.Namespace) -> int:
    """Create a project and print the next step."""
    folder = folder_of(options.folder)
    name = options.name or folder.name
    if options.market_profile:
        return _new_market(folder, name, options.market_profile)
    if options.origin == "sample":
        project = create_from_sample(folder)
    elif options.origin == "template":
        project = create_from_template(folder, name)
    else:
        project = Project.create(folder, name)
    target = console()
    target.print(f"Created [bold]{escape(project.name)}[/] in {escape(str(project.folder))}")
    for path in project.input_files():
        target.print(f"  inputs/{escape(path.name)}")
    first = {
        "template": f"fill the inputs (each has a sheet 'read me'), look them through with  "
        f"{escape(command('check', project=project.folder))}  and then  ",
        "empty": f"put your files into {escape(str(project.inputs))}, then  ",
    }.get(options.origin, "")
    target.print(f"In JupyterLab: {escape(command('lab', project=project.folder))}")
    target.print(f"Next: {first}{escape(command('run', 'demand', project=project.folder))}")
    return ExitCode.SUCCEEDED


def _new_market(folder: Path, name: str, profile: str) -> int:
    """Begin a market dataset from a profile, in a project that is made where there is none."""
    from workbench.market.profiles.known import new_market, profile_of

    profile_of(profile)
    is_there = (folder / "project.toml").is_file()
    project = Project.open(folder) if is_there else Project.create(folder, name)
    made = new_market(project, profile)
    target = console()
    target.print(f"Began the market [bold]{escape(made.name)}[/] in {escape(str(made.folder))}")
    settings = [part for item in made.settings.items() for part in ("--set", "=".join(item))]
    target.print(
        f"Next: put its files into {escape(str(made.files))}, then  "
        f"{escape(command('run', 'market_ingest', *settings, project=project.folder))}"
    )
    return ExitCode.SUCCEEDED


def demo(options: argparse.Namespace) -> int:
    """Run the planning chain on a project, making the sample project first where there is none."""
    folder = folder_of(options.project or options.folder)
    target = console()
    if options.project or (folder / "project.toml").is_file():
        project = Project.open(folder)
        target.print(f"Using the project in {escape(str(project.folder))}")
    else:
        project = create_from_sample(folder)
        target.print(f"Made the sample project in {escape(str(project.folder))}")
    for step in STEPS:
        if step == "capacity" and not _has_plants(project, target):
            return ExitCode.SUCCEEDED_INCOMPLETE
        run = start(step, project, when_busy="queue", **settings_of_step(step))
        code = run_and_show(run, project, as_json=False)
        if code not in (ExitCode.SUCCEEDED, ExitCode.SUCCEEDED_INCOMPLETE):
            return code
    target.print(f"\nThe results are in [bold]{escape(str(project.results))}[/]")
    target.print(f"  the report of all steps, for the browser: {escape(str(_write_report(project)))}")
    target.print(f"  open JupyterLab on the notebooks: {escape(_lab(project))}")
    return code


def _lab(project: Project) -> str:
    """Say how JupyterLab is opened: as the command was called, by its name or by ``make``."""
    by_make = shutil.which("workbench") is None and Path("Makefile").is_file()
    return "make lab" if by_make else command("lab", project=project.folder)


def _has_plants(project: Project, target: Console) -> bool:
    """Say what is missing where a project has no plants: made-up ones are never written among real inputs."""
    if plant_workbooks(project):
        return True
    path = project.inputs / PLANTS_FILE
    if not path.is_file():
        write_plant_template(path)
    target.print(
        f"[yellow]The project has no plants yet, so that no capacity is planned: fill in {escape(str(path))} "
        f"(name, carrier and p_nom of each plant), then  {escape(command('demo', project=project.folder))}[/]"
    )
    return False


def _write_report(project: Project) -> Path:
    chain = load_chain(project)
    path = project.results_folder("planning", chain.plan.scenario) / "report.html"
    return write_report(chain, path, project.name, project.style)
