"""``workbench lab``: JupyterLab on the notebooks."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import workbench
from workbench.data.projects.project import Project
from workbench.errors import ProjectError

__all__ = ["lab", "notebooks_folder", "opening"]

HOME = "00-home.ipynb"


def lab(options: argparse.Namespace) -> int:
    """Start JupyterLab and wait until it ends; its exit code is ours."""
    environment = dict(os.environ)
    if options.project is not None:
        environment["WORKBENCH_PROJECT"] = str(Project.open(options.project).folder)
    folder = notebooks_folder(options.folder)
    rest = [word for word in options.rest if word != "--"]
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", *opening(folder), *rest]
    return subprocess.run(command, env=environment, check=False).returncode


def opening(folder: Path) -> list[str]:
    """Options that open the home notebook first, where a folder has it."""
    return [f"--LabApp.default_url=/lab/tree/{HOME}"] if (folder / HOME).is_file() else []


def notebooks_folder(chosen: Path | None = None) -> Path:
    """Find the notebooks: the chosen folder, those of a checkout, or a copy of the packaged ones.

    Raises
    ------
    ProjectError
        When the chosen folder does not exist, or the notebooks cannot be copied.
    """
    if chosen is not None:
        if not chosen.is_dir():
            raise ProjectError(f"There is no folder {chosen}; name the folder of the notebooks.", chosen)
        return chosen.resolve()
    home = Path(workbench.__file__).parents[1]
    if (home / "notebooks").is_dir() and (home / "pyproject.toml").is_file():
        return home / "notebooks"
    target = Path.cwd() / "notebooks"
    # The installed ones are shared by everybody: a person works on a copy, and an older copy stays as it is.
    if not target.exists():
        try:
            shutil.copytree(Path(sys.prefix) / "share" / "workbench" / "notebooks", target)
        except OSError as error:
            raise ProjectError(
                f"The notebooks cannot be copied to {target}: {error.strerror}.", target
            ) from error
    return target
