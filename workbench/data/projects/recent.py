"""The projects that this user has opened last."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import platformdirs

from workbench.data.atomic import write_text
from workbench.errors import InvalidData, UnwritableFile
from workbench.files import is_file
from workbench.runs.model.read_only import is_viewer
from workbench.structured import read_json

__all__ = ["recent_projects", "remember_project"]

MOST = 12


def recent_projects() -> tuple[Path, ...]:
    """Folders of the projects that were opened last and are still there, the newest first."""
    try:
        found = read_json(_file(), tuple[str, ...])
    except (OSError, InvalidData):
        return ()
    return tuple(Path(item) for item in found if is_file(Path(item, "project.toml")))


def remember_project(folder: Path) -> None:
    """Put a project first; where that cannot be written, the list stays as it was."""
    if is_viewer():
        return
    kept = [folder.resolve(), *(path for path in recent_projects() if path != folder.resolve())]
    with contextlib.suppress(UnwritableFile):
        write_text(_file(), json.dumps([str(path) for path in kept[:MOST]], indent=1) + "\n")


def _file() -> Path:
    return Path(platformdirs.user_data_dir("workbench", appauthor=False)) / "recent.json"
