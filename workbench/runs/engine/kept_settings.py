"""Settings that the runs of a project begin with: what was settled about its inputs, kept beside them.

The file ``settled.json`` in the project's folder names the settings by job, and the findings that are right as they
are. A run that is started without a config takes them; what is given for that run comes before them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.files import is_file, read_bytes
from workbench.runs.model.project import ProjectOrFolder, journal_path_of
from workbench.structured import json_from, require_format, typed

__all__ = ["FILE_NAME", "FORMAT", "Settled", "kept_settings", "path_of", "read_settled"]

FILE_NAME = "settled.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Settled:
    """What was settled about the inputs of a project.

    Parameters
    ----------
    settings
        Job -> setting -> value, as JSON holds it.
    accepted
        Job -> findings that are right as they are, in the words in which they are listed.
    format
        Version of the file.
    """

    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    accepted: dict[str, list[str]] = field(default_factory=dict)
    format: int = FORMAT


def path_of(project: ProjectOrFolder) -> Path:
    """Where a project keeps what was settled."""
    return journal_path_of(project).parent.parent / FILE_NAME


def read_settled(project: ProjectOrFolder) -> Settled:
    """Read what was settled about the inputs of a project; nothing where nothing was.

    Raises
    ------
    InvalidData
        When the file is no JSON, of a newer format, or holds something else.
    """
    path = path_of(project)
    if not is_file(path):
        return Settled()
    plain = json_from(read_bytes(path), path)
    if isinstance(plain, dict):
        require_format(plain, FORMAT, path)
    return typed(plain, Settled, path)


def kept_settings(project: ProjectOrFolder, job: str) -> Mapping[str, Any]:
    """Give the settings with which runs of a job begin in a project."""
    return read_settled(project).settings.get(job, {})
