"""Commands about projects: new and demo."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from workbench.cli.exit_codes import ExitCode
from workbench.cli.run_commands import run_and_show
from workbench.data.project import Project
from workbench.data.sample import create_from_sample, create_from_template
from workbench.runs import start

__all__ = ["demo", "new"]

CHAIN = ("demand", "load_profiles", "capacity")
"""The jobs of the planning chain, each on the results of the one before."""


def new(options: argparse.Namespace) -> int:
    """Create a project and say what comes next."""
    folder: Path = options.folder
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
    """Run the planning chain on the sample project, making that first where it is not there yet."""
    folder: Path = options.folder
    console = Console()
    if (folder / "project.toml").is_file():
        project = Project.open(folder)
        console.print(f"Using the project in {escape(str(project.folder))}", highlight=False)
    else:
        project = create_from_sample(folder)
        console.print(f"Made the sample project in {escape(str(project.folder))}", highlight=False)
    for name in CHAIN:
        code = run_and_show(start(name, project, when_busy="queue"), as_json=False)
        if code not in (ExitCode.SUCCEEDED, ExitCode.SOME_STAGES_FAILED):
            return code
    console.print(
        f"\nThe results are in [bold]{escape(str(project.results))}[/]", highlight=False, soft_wrap=True
    )
    for report in sorted(project.results.rglob("*.html")):
        console.print(f"  open in a browser: {escape(str(report))}", highlight=False, soft_wrap=True)
    console.print("  open JupyterLab on the notebooks: make lab   (or: workbench lab)", highlight=False)
    return code
