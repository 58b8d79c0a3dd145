"""Where a process that this one starts looks for modules: where this one does, a notebook's folder included."""

from __future__ import annotations

import os
import sys

__all__ = ["restore_search_path", "take_search_path"]

_VARIABLE = "WORKBENCH_CHILD_PATH"


def restore_search_path() -> dict[str, str]:
    """Environment that lets a process import what this one can (a notebook's folder, say)."""
    return {_VARIABLE: os.pathsep.join(path for path in sys.path if path)}


def take_search_path() -> None:
    """Import in this process what the one that started it can."""
    for path in os.environ.pop(_VARIABLE, "").split(os.pathsep):
        if path and path not in sys.path:
            sys.path.append(path)
