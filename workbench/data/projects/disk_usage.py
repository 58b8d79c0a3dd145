"""How much of the disk a project takes, and for what."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workbench.data.projects.project import Project
from workbench.files import facts, listed, remove, subfolders, walked
from workbench.runs.model.read_only import refuse_viewer

__all__ = ["DiskUse", "clear_cache", "disk_use"]


@dataclass(frozen=True, slots=True)
class DiskUse:
    """A part of a project: how many files it has, and how large they are [bytes]."""

    part: str
    files: int
    size: int


def disk_use(project: Project) -> tuple[DiskUse, ...]:
    """Measure the parts of a project: inputs, results by domain, history, cache, what is kept for comparisons.

    Parameters
    ----------
    project
        The project.
    """
    parts = [("Inputs", project.inputs)]
    parts += [
        (f"Results: {folder.name.replace('_', ' ')}", folder)
        for folder in map(project.results.joinpath, subfolders(project.results))
        if not folder.name.startswith(".")
    ]
    measured = [_measure(name, walked(folder)) for name, folder in parts]
    journal = project.journal_path.name
    measured.append(
        _measure(
            "History of the runs",
            (file for file in listed(project.state_folder) if file.name.startswith(journal)),
        )
    )
    measured.append(_measure("Cache", walked(project.cache_folder)))
    measured.append(_measure("Copies of inputs", walked(project.kept_folder)))
    measured.append(_measure("Results before the last run", walked(project.earlier_folder)))
    return tuple(measured)


def clear_cache(project: Project) -> int:
    """Remove what can be made again; returns how many bytes that were.

    Raises
    ------
    ViewerRefused
        In a process that serves readers.
    """
    refuse_viewer("Clearing the cache")
    freed = 0
    for path in walked(project.cache_folder, "*.arrow"):
        # A process that has one mapped keeps it: the name goes, the content when the last one lets go.
        with contextlib.suppress(OSError):
            found = facts(path)
            remove(path)
            freed += found.st_size if found else 0
    return freed


def _measure(part: str, paths: Iterable[Path]) -> DiskUse:
    files = size = 0
    for path in paths:
        found = facts(path)
        if found is not None:
            files += 1
            size += found.st_size
    return DiskUse(part, files, size)
