"""``workbench lab``: JupyterLab on the notebooks."""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

from rich.console import Console

import workbench
from workbench.data.projects.project import Project
from workbench.errors import ProjectError

__all__ = ["lab", "notebooks_folder", "opening"]

HOME = "00-home.ipynb"
EARLIER = "earlier"
FLAT_LAYOUT = (
    *("00-home", "10-demand-forecast", "19-demand-board", "20-load-profiles", "21-analyse-profiles"),
    *("29-load-profiles-board", "30-capacity-model", "31-capacity-results", "39-capacity-board"),
    *("40-planning-story", "50-market-today", "51-market-generation", "52-market-prices"),
    *("53-market-stations", "54-market-batteries", "55-market-trends", "60-evapotranspiration"),
    *("61-evapotranspiration-validation", "62-evapotranspiration-board", "70-finance-report"),
    "79-finance-board",
)
"""Names of the notebooks up to version 0.1, all in one folder."""


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


def notebooks_folder(given: Path | str | None = None) -> Path:
    """Find the notebooks: the chosen folder, those of a checkout, or a copy of the packaged ones.

    Raises
    ------
    ProjectError
        When the chosen folder does not exist, or the notebooks cannot be copied.
    """
    if given is not None:
        chosen = Path(given)
        if not chosen.is_dir():
            raise ProjectError(f"There is no folder {chosen}; name the folder of the notebooks.", chosen)
        return chosen.resolve()
    home = Path(workbench.__file__).parents[1]
    if (home / "notebooks").is_dir() and (home / "pyproject.toml").is_file():
        return home / "notebooks"
    target = Path.cwd() / "notebooks"
    # The installed ones are shared by all users: each works on a copy, and an existing copy stays as it is.
    if not target.exists() or _is_flat(target):
        try:
            _put_aside(target)
            shutil.copytree(
                Path(sys.prefix) / "share" / "workbench" / "notebooks", target, dirs_exist_ok=True
            )
        except OSError as error:
            raise ProjectError(
                f"The notebooks cannot be copied to {target}: {error.strerror}.", target
            ) from error
    return target


def _is_flat(folder: Path) -> bool:
    return not (folder / "boards").is_dir() and any(
        (folder / f"{name}.ipynb").is_file() for name in FLAT_LAYOUT
    )


def _put_aside(folder: Path) -> None:
    """Move the notebooks of the earlier layout, with whatever was changed in them, into a folder of their own."""
    found = [path for name in FLAT_LAYOUT if (path := folder / f"{name}.ipynb").is_file()]
    if not found:
        return
    names = itertools.chain([EARLIER], (f"{EARLIER}-{number}" for number in itertools.count(2)))
    kept = next(folder / name for name in names if not (folder / name).exists())
    kept.mkdir()
    for path in found:
        path.rename(kept / path.name)
    console = Console()
    console.print("The notebooks are now in folders by domain; the earlier ones are kept in", end=" ")
    console.print(str(kept), soft_wrap=True, markup=False, highlight=False)


def _copy_missing(source: str, target: str) -> str:
    return target if Path(target).exists() else str(shutil.copy2(source, target))
