"""Texts for readers: without paths, tracebacks, process ids, and names of users and machines.

What a run has recorded is written for its analyst: an error names the file by its path, a log line of a library
the place in its source, a cancelled run who has cancelled it. In a process that serves readers every text of the
journal passes :class:`PublicTexts` where it is read, and so does every error that a page shows. A path inside the
project is kept, relative to it; of any other only the name of the file is left.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import socket
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["PublicTexts", "public_text"]

SOMEBODY = "the analyst"
DETAILS = "(the technical details are in the analyst's own log)"
COMMON_NAMES = frozenset(
    (
        *(
            "root",
            "admin",
            "administrator",
            "user",
            "users",
            "guest",
            "nobody",
            "operator",
            "service",
            "default",
        ),
        *("analyst", "jovyan", "ubuntu", "debian", "runner", "build", "local", "public", "www", "www-data"),
        *("app", "data", "test"),
    )
)
"""Accounts that name nobody, and may be words of a sentence: left out only where a sentence says who did it."""
_TRACE = re.compile(r"Traceback \(most recent call last\).*|^\s*File \"[^\"\n]*\", line \d+.*", re.DOTALL)
_PROCESS = re.compile(r"(?i)(\bprocess(?:es)?)\s*\(\d+(?: on [^()\s]+)?\)")
_PID = re.compile(r"(?i)\b(pids?|process(?: id)?)\b([ =:#]+)\d{3,}\b(?: on \S+)?")
_BY = re.compile(r"^(Abandoned|Killed|Cancelled|Stopped|Ended)( at once)? by .+?(?=\.?$)")
_ACCOUNT = re.compile(r"(://)[^/\s@]+@")
_SIGNS = r"[^\s/\\\"'`,;:()<>|*?\[\]{}]"
"""What the name of a file or folder is made of, where no quotes tell its end."""
_NAME = rf"(?P<name>{_SIGNS}*)"
_QUOTED = re.compile(
    r"(?P<quote>['\"`])(?:file://)?(?:/|[A-Za-z]:[\\/]|\\\\)[^'\"`\n]*[/\\](?P<name>[^'\"`/\\\n]*)(?P=quote)"
)
_POSIX = re.compile(rf"(?<![\w./~\-])(?:file://|~)?(?:/{_SIGNS}+)+/{_NAME}")
_WINDOWS = re.compile(rf"(?<!\w)(?:[A-Za-z]:[\\/]|\\\\)(?:{_SIGNS}+[\\/])*{_NAME}")


class PublicTexts:
    """Makes texts of one project fit for readers.

    Parameters
    ----------
    project
        Folder of the project; a path in it is told relative to it.
    names
        Of users and machines, beside those of this process.
    """

    def __init__(self, project: Path | None = None, names: Iterable[str] = ()) -> None:
        own = [] if project is None else [str(project), str(project.absolute()), os.path.realpath(project)]
        self._own = sorted({folder for folder in own if len(folder) > 1}, key=len, reverse=True)
        self._names = _pattern_of({*_names_here(), *names, _owner_of(project)})

    def text(self, text: str) -> str:
        """Give a text without what readers are not told."""
        for folder in self._own:
            if folder in text:
                text = (
                    text.replace(f"{folder}/", "").replace(f"{folder}\\", "").replace(folder, "the project")
                )
        if "/" in text or "\\" in text:
            text = _ACCOUNT.sub(r"\1", text)
            for folder in _folders_here():
                text = text.replace(f"{folder}{os.sep}", f"{os.sep}_{os.sep}")
        if "Traceback" in text or 'File "' in text:
            text = _TRACE.sub(DETAILS, text)
        if "/" in text or "\\" in text:
            text = _QUOTED.sub(lambda found: f"{found['quote']}{found['name'] or '…'}{found['quote']}", text)
            text = _POSIX.sub(lambda found: found["name"] or "…", text)
            text = _WINDOWS.sub(lambda found: found["name"] or "…", text)
        text = _PROCESS.sub(r"\1", text)
        text = _PID.sub(r"\1", text)
        text = _BY.sub(rf"\1\2 by {SOMEBODY}", text)
        return self._names.sub(SOMEBODY, text)

    def plain(self, value: Any) -> Any:
        """Give what JSON can hold with every text in it made fit for readers."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.plain(name): self.plain(item) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.plain(item) for item in value]
        return value


def public_text(text: str) -> str:
    """Give a text of this process without what readers are not told."""
    return _of_this_process(os.environ.get("WORKBENCH_PROJECT", "")).text(text)


@cache
def _of_this_process(project: str) -> PublicTexts:
    return PublicTexts(Path(project) if project else None)


@cache
def _names_here() -> frozenset[str]:
    names = {socket.gethostname(), socket.gethostname().partition(".")[0]}
    with contextlib.suppress(KeyError, OSError, ImportError):
        names.add(getpass.getuser())
    return frozenset(names)


def _owner_of(folder: Path | None) -> str:
    try:
        return "" if folder is None else folder.owner()
    except (KeyError, OSError, NotImplementedError):
        return ""


@cache
def _folders_here() -> tuple[str, ...]:
    """Folders whose names may hold a space, behind which a path would not be known for one."""
    found = {tempfile.gettempdir(), str(Path.cwd())}
    with contextlib.suppress(RuntimeError):
        found.add(str(Path.home()))
    return tuple(sorted((folder for folder in found if len(folder) > 1), key=len, reverse=True))


def _pattern_of(names: Iterable[str]) -> re.Pattern[str]:
    known = [name for name in names if name and name.lower() not in ("localhost", "person", "the analyst")]
    telling = [re.escape(name) for name in known if name.lower() not in COMMON_NAMES and len(name) > 1]
    others = [re.escape(name) for name in known if name.lower() in COMMON_NAMES or len(name) <= 1]
    alternatives = [rf"(?<![\w-])(?:{'|'.join(telling)})(?![\w-])"] if telling else []
    if others:
        alternatives += [
            rf"(?<=\bby )(?:{'|'.join(others)})(?![\w-])",
            rf"(?<![\w-])(?:{'|'.join(others)})(?=@)",
        ]
    # Without a name, a pattern that is found nowhere.
    return re.compile("|".join(alternatives) or r"(?!)")
