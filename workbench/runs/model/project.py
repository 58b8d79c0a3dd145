"""What the engine needs of a project: where the journal of its runs is."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, TypeAlias

from workbench.files import confine

__all__ = ["HasJournal", "ProjectOrFolder", "journal_path_of"]


class HasJournal(Protocol):
    """A project, as far as the engine knows it; it is passed on to the job as it is."""

    @property
    def journal_path(self) -> Path:
        """Where the journal of the project's runs is, or will be."""


ProjectOrFolder: TypeAlias = HasJournal | Path | str
"""A project, or the path of its folder."""


def journal_path_of(project: ProjectOrFolder) -> Path:
    """Where the journal of a project (or of a project's folder) is."""
    if isinstance(project, Path | str):
        return confine(project) / ".workbench" / "journal.sqlite"
    return project.journal_path
