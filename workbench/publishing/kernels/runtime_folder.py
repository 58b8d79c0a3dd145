"""The folder of one server: connections to its kernels, gone with it, and at the next start where it was killed."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path

import psutil

from workbench.runs.process.identity import ProcessIdentity

__all__ = ["make_folder", "sweep_folders"]

PREFIX = "wb-"
"""Short: the names of the kernels' sockets may not be long."""
OWNER = "owner.json"


def make_folder() -> str:
    """Make a folder that names the process to which it belongs."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    facts = json.dumps(asdict(ProcessIdentity.current()))
    (folder / OWNER).write_text(facts, encoding="utf-8")
    return str(folder)


def sweep_folders() -> list[str]:
    """Remove the folders of servers that were killed; gives their names."""
    swept = []
    for owner in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{OWNER}"):
        if not owner.is_symlink() and not owner.parent.is_symlink() and _is_gone(owner):
            shutil.rmtree(owner.parent, ignore_errors=True)
            swept.append(owner.parent.name)
    return swept


def _is_gone(owner: Path) -> bool:
    try:
        process = ProcessIdentity(**json.loads(owner.read_text(encoding="utf-8")))
        return process.is_here() and process.is_gone()
    except (OSError, ValueError, TypeError, psutil.Error):
        # Another user's, or no folder of ours.
        return False
