"""The command that shows where a number of a result comes from."""

from __future__ import annotations

import argparse
import json
from typing import Any

from workbench.cli.exit_codes import ExitCode
from workbench.data.projects.project import Project
from workbench.errors import SettingError

__all__ = ["explain"]


def explain(options: argparse.Namespace) -> int:
    """Show the chain behind one cell of a finished result."""
    from workbench.data.explanation.cells import explain as explained
    from workbench.data.results.offered import load_named

    where = _row(options.row)
    result = load_named(Project.open(options.project), options.domain, options.scenario)
    found = explained(result, options.table, options.column, **where)
    print(json.dumps(found.to_plain(), indent=2) if options.json else found)  # noqa: T201
    return ExitCode.SUCCEEDED


def _row(text: str) -> dict[str, Any]:
    """Read a row: its number, or ``column=value`` pairs."""
    if text.isascii() and text.isdigit():
        return {"row": int(text)}
    pairs = [part.partition("=") for part in text.split(",")]
    if not all(sign and name.strip() for name, sign, _ in pairs):
        raise SettingError(
            f"{text!r} is not a row; write its number from 0, or values of other columns such as year=2030.",
            "row",
            text,
        )
    return {name.strip(): value.strip() for name, _, value in pairs}
