"""Commands that messages suggest, as they can be copied into a shell."""

from __future__ import annotations

import os
import shlex
import subprocess

__all__ = ["command", "quoted"]


def quoted(word: object) -> str:
    """Quote one word for the shell of this machine, where it needs that."""
    return subprocess.list2cmdline([str(word)]) if os.name == "nt" else shlex.quote(str(word))


def command(*words: object, project: object = None) -> str:
    """Write a command of ours with everything it needs, so that it is true in any folder.

    Parameters
    ----------
    words
        What follows ``workbench``, each one word, however many spaces it has.
    project
        Folder of the project that it is about.

    Examples
    --------
    >>> command("resume", "demand-1", project="/data/my plan")  # on Linux or macOS
    "workbench resume demand-1 --project '/data/my plan'"
    """
    place = () if project is None else ("--project", project)
    return " ".join(("workbench", *map(quoted, (*words, *place))))
