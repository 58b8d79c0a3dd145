"""The command that shows what changed between two results."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.cli.exit_codes import ExitCode
from workbench.cli.terminal import console, print_table
from workbench.data.projects.project import Project
from workbench.errors import UnreadableFile

__all__ = ["compare"]

MAX_ROWS = 15


def compare(options: argparse.Namespace) -> int:
    """Show what changed from one finished result to another, or write it as a page or a CSV file."""
    from workbench.charts.comparison import write_comparison
    from workbench.data.comparison.comparison import compare as compared
    from workbench.data.results.offered import load_named

    project = Project.open(options.project)
    later = Project.open(options.later_project) if options.later_project else project
    job = options.job or _job_of(project, options.before, later, options.after)
    changed = compared(load_named(project, job, options.before), load_named(later, job, options.after))
    if options.output:
        print(write_comparison(changed, Path(options.output), later.style))  # noqa: T201
        return ExitCode.SUCCEEDED
    if options.json:
        print(changed.to_frame().to_json(orient="records", indent=2))  # noqa: T201
        return ExitCode.SUCCEEDED
    from rich.markup import escape

    target = console()
    target.print(f"[bold]{escape(changed.title)}[/]\n{escape(changed.summary)}")
    for part in changed.tables(later.style, MAX_ROWS):
        if part.rows:
            target.print(f"[italic]{escape(part.title)}[/]")
            numbers = frozenset(range(len(part.headers))).difference(part.text_columns)
            print_table(target, part.headers, part.rows, numbers=numbers)
        if part.remark:
            target.print(escape(part.remark if part.rows else f"{part.title}: {part.remark}"))
    return ExitCode.SUCCEEDED


def _job_of(project: Project, before: str, later: Project, after: str) -> str:
    """Find the one job that has both results."""
    from workbench.data.results.earlier import scenario_of_earlier
    from workbench.data.results.offered import names_of_results
    from workbench.runs.jobs.registry import known_jobs

    found = {job: (names_of_results(project, job), names_of_results(later, job)) for job in known_jobs()}
    both = [
        job
        for job, (one, two) in found.items()
        if (before in one or scenario_of_earlier(project, job, before))
        and (after in two or scenario_of_earlier(later, job, after))
    ]
    if len(both) == 1:
        return both[0]
    if both:
        raise UnreadableFile(
            f"There are results '{before}' and '{after}' of {', '.join(both)}; choose one with --job.",
            project.results,
        )
    present = "; ".join(
        f"{job}: {', '.join(dict.fromkeys((*one, *two)))}" for job, (one, two) in found.items() if one or two
    )
    raise UnreadableFile(
        f"There are no two finished results '{before}' and '{after}' of one job; present: {present or 'none'}.",
        project.results,
    )
