"""The last look at what a kernel of readers sends: no folder of this machine, whatever widget or cell names it.

The texts of runs and errors are made fit for readers where they come from. This is for all others: a note of a
result, a column of a table, what a cell prints.
"""

from __future__ import annotations

import json
import os
import site
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

__all__ = ["hide_folders"]

Replacement = tuple[bytes, bytes]


def hide_folders(session: Any, folders: Iterable[Path] = ()) -> None:
    """Leave out the folders of this machine in every message that a session sends from now on.

    Parameters
    ----------
    session
        Of a kernel (``jupyter_client.session.Session``).
    folders
        Beside those of this process and of the project in ``$WORKBENCH_PROJECT``.
    """
    replacements = _replacements([*map(str, folders), *_folders_here()])
    pack: Callable[[Any], bytes] = session.pack

    def pack_for_readers(content: Any) -> bytes:
        packed = pack(content)
        for folder, instead in replacements:
            if folder in packed:
                packed = packed.replace(folder, instead)
        return packed

    session.pack = pack_for_readers


def _folders_here() -> list[str]:
    found = [os.environ.get("WORKBENCH_PROJECT", ""), str(Path.cwd()), tempfile.gettempdir()]
    return [*found, str(Path.home()), sys.prefix, sys.base_prefix, *site.getsitepackages()]


def _replacements(folders: Iterable[str]) -> list[Replacement]:
    known = {name for folder in folders if folder for name in (folder, os.path.realpath(folder))}
    found: list[Replacement] = []
    # The longest first: a folder may lie in another. Of "/tmp" or "/usr" only what lies in it is told apart.
    for folder in sorted(known, key=len, reverse=True):
        parts = Path(folder).parts
        if len(parts) > 1:
            found.append((_as_json(f"{folder}{os.sep}"), b""))
        if len(parts) > 2:
            found.append((_as_json(folder), "…".encode()))
    return found


def _as_json(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False)[1:-1].encode()
