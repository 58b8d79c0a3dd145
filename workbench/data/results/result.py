"""A finished result of any domain: settings, tables, notes and facts."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import pandas as pd

from workbench.data.heading import Heading
from workbench.data.notes import Notes
from workbench.data.projects.project import Project
from workbench.data.results.tables import Provenance, read_provenance
from workbench.errors import ProjectError, UnreadableFile

__all__ = ["MADE_UP", "Result"]

C = TypeVar("C")
MADE_UP = "made_up"
"""The fact that says so."""


@dataclass(frozen=True, slots=True, eq=False)
class Result(Generic[C]):
    """A finished result of any domain.

    Parameters
    ----------
    scenario
        Its name in the project.
    config
        The settings that it was made with.
    tables
        Name -> table.
    notes
        What is missing, assumed, ambiguous, doubtful, changed or not used.
    facts
        Inputs and their hashes, version, and what else the domain tells about the result; JSON values.
    folder
        Where it is saved; None before.
    files
        Digest of its run and of all files that it was read from; empty where it was not, or version 0.1 wrote it.
    """

    scenario: str
    config: C
    tables: Mapping[str, pd.DataFrame]
    notes: Notes
    facts: Mapping[str, Any]
    folder: Path | None = None
    files: str = ""

    called: ClassVar[str] = "Result"
    """What pages and files call a result of the domain."""

    @property
    def heading(self) -> Heading:
        """What pages, figures and files made of it are headed with."""
        scenario = (f"scenario {self.scenario}",)
        return Heading(self.called, scenario, self.resolution, self.newest, made_up=self.made_up)

    @property
    def resolution(self) -> str:
        """What one value of its tables and figures stands for; a domain says so."""
        return ""

    @property
    def newest(self) -> str:
        """Time of the newest data that went in; empty where age does not matter."""
        return ""

    @property
    def project(self) -> Project | None:
        """The project that it is saved in; None before it is saved, or where there is no project any more."""
        # An earlier result is kept one folder deeper than the results.
        for home in () if self.folder is None else self.folder.parents[2:4]:
            with contextlib.suppress(ProjectError):
                return Project.open(home)
        return None

    @property
    def problems(self) -> tuple[str, ...]:
        """The notes as sentences, in the order in which they were found."""
        return tuple(str(note) for note in self.notes)

    @property
    def made_up(self) -> bool:
        """Whether it was made of made-up inputs."""
        return bool(self.facts.get(MADE_UP))

    @property
    def is_complete(self) -> bool:
        """Whether no part of the result is missing."""
        return self.notes.is_complete

    def table(self, name: str) -> pd.DataFrame:
        """Give a table by name."""
        return self.tables[name]

    def trace(self) -> Provenance:
        """Give the run, the inputs' hashes and the package version that made the result.

        Raises
        ------
        UnreadableFile
            When it was not saved yet, or its files are damaged.
        """
        if self.folder is None:
            raise UnreadableFile(f"The result {self.scenario!r} was not saved yet.", Path())
        return read_provenance(self.folder / f"{next(iter(self.tables))}.parquet")
