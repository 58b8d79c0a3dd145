"""What a repair did with a damaged file, and where it put the file: nothing is ever deleted."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from workbench.files.changing import move
from workbench.files.reading import facts

__all__ = ["Aside", "Repaired", "damage_of"]

FOLDER = "put-aside"


@dataclass(frozen=True, slots=True)
class Repaired:
    """What came of one damaged file.

    Parameters
    ----------
    path
        The file.
    damage
        What was found, as a sentence.
    saved
        What of it is whole, and where that is now; a sentence each.
    lost
        What is not, and what to do; a sentence each.
    aside
        Where the damaged file is now; None where it stays in its place.
    """

    path: Path
    damage: str
    saved: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    aside: Path | None = None


def damage_of(error: Exception, path: Path, *advice: str) -> str:
    """Give what an error says of a file, without its path, which is told beside it, and without some advice."""
    sentence = str(error)
    for text in advice:
        sentence = sentence.replace(text, "")
    return sentence.removeprefix(f"{path}: ").strip()


class Aside:
    """Where one repair puts damaged files: in a folder of its own, each under the path that it had.

    Parameters
    ----------
    top
        Folder to which the paths are relative: of the project, or of a dataset outside of one.
    state_folder
        Folder in which the files are kept.
    dry_run
        Whether only to say where they would go.
    """

    def __init__(self, top: Path, state_folder: Path, *, dry_run: bool) -> None:
        self.dry_run = dry_run
        self._top = top
        name = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d-%H%M%S}"
        self.folder = state_folder / FOLDER / name
        number = 1
        while facts(self.folder) is not None:
            number += 1
            self.folder = self.folder.with_name(f"{name}-{number}")

    def put(self, path: Path) -> Path:
        """Put a file aside; gives its new path.

        Raises
        ------
        OSError
            When the operating system refuses.
        """
        target = self.folder / path.relative_to(self._top)
        if not self.dry_run:
            move(path, target)
        return target
