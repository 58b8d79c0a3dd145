"""Paths in the journal: inside the project they are relative, so that a project can be moved or sent."""

from __future__ import annotations

from pathlib import Path, PurePath

__all__ = ["found_path", "kept_path", "project_of", "unfollowed"]


def project_of(journal: Path) -> Path:
    """Give the folder of the project to which a journal belongs."""
    folder = journal.parent
    return folder.parent if folder.name == ".workbench" else folder


def unfollowed(journal: Path) -> Path:
    """Give the absolute path of a journal, links followed up to the folder of its project but not inside it."""
    journal = journal.absolute()
    project = project_of(journal)
    return project.resolve() / journal.relative_to(project)


def kept_path(path: str, project: Path) -> str:
    """Give the path of a file as the journal keeps it."""
    try:
        return Path(path).resolve().relative_to(project.resolve()).as_posix()
    except (ValueError, OSError, RuntimeError):
        return path


def found_path(kept: str, project: Path) -> str:
    """Give the path of a file where the project is now.

    Earlier versions kept absolute paths: where there is no such file, that of the same place in the project.
    """
    path = PurePath(kept)
    if "\0" in kept or ".." in path.parts:
        return kept
    if not path.is_absolute():
        return str(project / path)
    try:
        if not Path(kept).exists():
            for first in range(1, len(path.parts)):
                moved = project.joinpath(*path.parts[first:])
                if moved.exists():
                    return str(moved)
    except OSError:
        return kept
    return kept
