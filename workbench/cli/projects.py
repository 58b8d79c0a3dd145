"""Commands about projects: new and demo."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from workbench.cli.exit_codes import ExitCode
from workbench.cli.run_commands import run_and_show
from workbench.data.projects.project import Project
from workbench.planning.chain import STEPS, load_chain
from workbench.planning.report import write_report
from workbench.planning.steps import DEFAULT_SCENARIO, peak_of_today, settings_of_step
from workbench.runs import start
from workbench.sample.plants import write_missing_plants
from workbench.sample.project import create_from_sample, create_from_template

__all__ = ["demo", "new"]


def new(options: argparse.Namespace) -> int:
    """Create a project and print the next step."""
    folder = Path(options.folder)
    name = options.name or folder.expanduser().resolve().name
    if options.origin == "sample":
        project = create_from_sample(folder)
    elif options.origin == "template":
        project = create_from_template(folder, name)
    else:
        project = Project.create(folder, name)
    console = Console()
    console.print(
        f"Created [bold]{escape(project.name)}[/] in {escape(str(project.folder))}", highlight=False
    )
    for path in project.input_files():
        console.print(f"  inputs/{escape(path.name)}", highlight=False)
    console.print(
        f"Next: fill the inputs, then  workbench run demand --project {escape(str(folder))}", highlight=False
    )
    return ExitCode.SUCCEEDED


def demo(options: argparse.Namespace) -> int:
    """Run the planning chain on a project, making the sample project first where there is none."""
    folder = Path(options.project or options.folder)
    console = Console(highlight=False, soft_wrap=True)
    if options.project or (folder / "project.toml").is_file():
        project = Project.open(folder)
        console.print(f"Using the project in {escape(str(project.folder))}")
    else:
        project = create_from_sample(folder)
        console.print(f"Made the sample project in {escape(str(project.folder))}")
    for step in STEPS:
        if step == "capacity":
            _complete_plants(project, console)
        run = start(step, project, when_busy="queue", **settings_of_step(step))
        code = run_and_show(run, as_json=False)
        if code not in (ExitCode.SUCCEEDED, ExitCode.SUCCEEDED_INCOMPLETE):
            return code
    console.print(f"\nThe results are in [bold]{escape(str(project.results))}[/]")
    console.print(f"  the report of all steps, for the browser: {escape(str(_write_report(project)))}")
    console.print(f"  open JupyterLab on the notebooks: make lab   (or: workbench lab --project {folder})")
    return code


def _complete_plants(project: Project, console: Console) -> None:
    peak = peak_of_today(project, DEFAULT_SCENARIO)
    path = write_missing_plants(project, peak)
    if path is not None:
        console.print(
            f"[yellow]The project has no workbook of plants: wrote {escape(str(path))} with fictitious plants, "
            f"scaled to a peak of {peak:,.0f} MW. The plan below is an example; replace them with your own.[/]"
        )


def _write_report(project: Project) -> Path:
    chain = load_chain(project)
    path = project.results_folder("planning", chain.plan.scenario) / "report.html"
    return write_report(chain, path, project.name, project.style)
