"""Leaving out the folder of a project on pages for untrusted visitors."""

from __future__ import annotations

from typing import Any

from workbench.runs.engine.run import Run

__all__ = ["without_folders"]


def without_folders(content: Any, run: Run) -> Any:
    """Give a message without the folder of a run's project, wherever it occurs in its texts.

    Parameters
    ----------
    content
        What JSON can hold.
    run
        A run of the project.
    """
    return _without(content, str(run.journal_path.parents[1]))


def _without(content: Any, folder: str) -> Any:
    if isinstance(content, str):
        return content.replace(f"{folder}/", "").replace(folder, "the project")
    if isinstance(content, dict):
        return {name: _without(value, folder) for name, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_without(value, folder) for value in content]
    return content
