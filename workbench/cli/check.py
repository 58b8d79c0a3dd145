"""The command that looks through the inputs of a project."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from rich.markup import escape

from workbench.cli.exit_codes import ExitCode
from workbench.cli.terminal import console
from workbench.data.projects.project import Project
from workbench.planning.check import InputState, check_inputs

__all__ = ["check"]

COLOURS = {
    InputState.READY: "green",
    InputState.DOUBTFUL: "yellow",
    InputState.MISSING: "yellow",
    InputState.WRONG: "red",
}


def check(options: argparse.Namespace) -> int:
    """Read the inputs of a project as its jobs would, and list everything noticed with file, sheet and cell."""
    project = Project.open(options.project)
    found = check_inputs(project)
    if options.json:
        plain = [{**asdict(item), "notes": [str(note) for note in item.notes]} for item in found]
        print(json.dumps(plain, indent=1, ensure_ascii=False))  # noqa: T201
    else:
        target = console()
        for item in found:
            colour = COLOURS[item.state]
            target.print(f"[bold]{item.title}[/]: [{colour}]{item.state}[/]")
            target.print(f"  {escape(item.summary)}")
            for note in item.notes:
                target.print(f"  - {note.kind}: {escape(str(note))}")
    states = {item.state for item in found}
    if InputState.WRONG in states:
        return ExitCode.WRONG_USE
    return ExitCode.SUCCEEDED_INCOMPLETE if InputState.MISSING in states else ExitCode.SUCCEEDED
