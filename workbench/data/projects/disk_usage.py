"""How much of the disk a project takes, and for what."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workbench.data.projects.project import Project
from workbench.runs.model.read_only import refuse_viewer

__all__ = ["DiskUse", "clear_cache", "disk_use"]


@dataclass(frozen=True, slots=True)
class DiskUse:
    """A part of a project: how many files it has, and how large they are [bytes]."""

    part: str
    files: int
    size: int


def disk_use(project: Project) -> tuple[DiskUse, ...]:
    """Measure the parts of a project: inputs, results by domain, history, cache, copies of inputs.

    Parameters
    ----------
    project
        The project.
    """
    parts = [("Inputs", project.inputs)]
    if project.results.is_dir():
        parts += [
            (f"Results: {folder.name.replace('_', ' ')}", folder)
            for folder in sorted(project.results.iterdir())
            if folder.is_dir() and not folder.name.startswith(".")
        ]
    measured = [_measure(name, folder.rglob("*")) for name, folder in parts]
    journal = project.journal_path.name
    measured.append(_measure("History of the runs", project.state_folder.glob(f"{journal}*")))
    measured.append(_measure("Cache", project.cache_folder.rglob("*")))
    measured.append(_measure("Copies of inputs", project.kept_folder.rglob("*")))
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
    for path in project.cache_folder.glob("*.arrow"):
        # A process that has one mapped keeps it: the name goes, the content when the last one lets go.
        with contextlib.suppress(OSError):
            size = path.stat().st_size
            path.unlink()
            freed += size
    return freed


def _measure(part: str, paths: Iterable[Path]) -> DiskUse:
    files = size = 0
    for path in paths:
        with contextlib.suppress(OSError):
            if path.is_file() and not path.is_symlink():
                files += 1
                size += path.stat().st_size
    return DiskUse(part, files, size)
