"""``workbench lab``: JupyterLab on the notebooks."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from workbench.cli.notebooks import HOME, notebooks_folder
from workbench.data.projects.project import Project

__all__ = ["lab", "opening"]


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
