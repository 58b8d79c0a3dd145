"""The command that saves what is whole of a damaged project."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

from workbench.cli.exit_codes import ExitCode
from workbench.data.projects.project import folder_of
from workbench.data.projects.settings_file import FILE_NAME as PROJECT_FILE
from workbench.data.projects.settings_file import read_settings
from workbench.data.results.repair import repair_kept, repair_results
from workbench.errors import ProjectError, WorkbenchError
from workbench.files import confine, is_file, is_folder, subfolders
from workbench.files.repaired import Aside, Repaired
from workbench.runs.journal.repair import repair_journal
from workbench.runs.model.read_only import refuse_viewer

__all__ = ["repair"]

_EARLIER = "what changed in {scenario!r} of {domain!r} since its earlier result cannot be shown any more"


def repair(options: argparse.Namespace) -> int:
    """Look through a project, put what is damaged aside, and say what was saved and what is lost."""
    folder = confine(folder_of(options.project))
    aside = Aside(folder, folder / ".workbench", dry_run=options.dry_run)
    done = list(_repairs(folder, aside))
    if options.json:
        print(json.dumps([dataclasses.asdict(one) for one in done], indent=2, default=str))  # noqa: T201
    else:
        _show(done, folder, dry_run=options.dry_run)
    return ExitCode.SUCCEEDED_INCOMPLETE if any(one.lost for one in done) else ExitCode.SUCCEEDED


def _repairs(folder: Path, aside: Aside) -> Iterator[Repaired]:
    refuse_viewer("Repairing a project")
    if _is_dataset(folder):
        yield from _repair_dataset(folder, aside)
        return
    if not any(is_folder(folder / name) for name in (".workbench", "results")) and not is_file(
        folder / PROJECT_FILE
    ):
        if not is_folder(folder):
            there = (
                "is a file, expected the folder of one"
                if is_file(folder)
                else "does not exist; check its name"
            )
            raise ProjectError(f"A project is repaired, or a dataset: {folder} {there}.", folder)
        raise ProjectError(f"{folder} is not a project, nor a dataset; give the folder of one.", folder)
    try:
        read_settings(folder / PROJECT_FILE)
    except WorkbenchError as error:
        lost = "Correct it in an editor, or copy that of a project like it: it holds a name, units and a currency."
        yield Repaired(folder / PROJECT_FILE, str(error), lost=(lost,))
    yield from repair_journal(folder / ".workbench" / "journal.sqlite", aside)
    yield from repair_kept(folder / ".workbench" / "cache", "*.arrow", aside)
    yield from repair_kept(folder / ".workbench" / "inputs", "*.zst", aside)
    yield from repair_results(folder / "results", aside, without=_is_dataset)
    yield from repair_results(folder / ".workbench" / "earlier", aside, again=_EARLIER)
    for name in subfolders(folder / "results" / "market"):
        if _is_dataset(folder / "results" / "market" / name):
            yield from _repair_dataset(folder / "results" / "market" / name, aside)


def _is_dataset(folder: Path) -> bool:
    return is_file(folder / "market.toml") or is_folder(folder / "raw")


def _repair_dataset(folder: Path, aside: Aside) -> list[Repaired]:
    # Polars takes its time to load.
    from workbench.market.store.repair import repair_dataset

    return repair_dataset(folder, aside)


def _show(done: list[Repaired], folder: Path, *, dry_run: bool) -> None:
    lines = []
    for one in done:
        where = one.path.relative_to(folder) if one.path.is_relative_to(folder) else one.path
        lines.append(f"{where}: {one.damage}")
        lines += [f"  saved: {sentence}" for sentence in one.saved]
        lines += [f"  lost: {sentence}" for sentence in one.lost]
        if one.aside is not None:
            lines.append(f"  {'would be put' if dry_run else 'put'} aside: {one.aside.relative_to(folder)}")
    if not done:
        lines = [f"{folder} is whole: nothing was changed."]
    elif dry_run:
        lines.append("Nothing was changed; without --dry-run this is carried out.")
    print("\n".join(lines))  # noqa: T201
