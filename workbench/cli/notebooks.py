"""The notebooks that are opened: those of a checkout, or a copy of one's own, kept up to date where unchanged."""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import workbench
from workbench.cli.terminal import console
from workbench.data.atomic import write_bytes, write_text
from workbench.data.projects.project import folder_of
from workbench.errors import ProjectError, UnwritableFile

__all__ = ["HOME", "notebooks_folder"]

HOME = "00-home.ipynb"
COPIED = ".workbench-copied.json"
"""In a copy: what each notebook was when it was copied."""
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


def notebooks_folder(given: Path | str | None = None) -> Path:
    """Find the notebooks: the chosen folder, those of a checkout, or a copy of the packaged ones.

    Raises
    ------
    ProjectError
        When the chosen folder does not exist, or the notebooks cannot be copied.
    """
    if given is not None:
        chosen = folder_of(given)
        if not chosen.is_dir():
            raise ProjectError(
                f"{chosen} is a file; name the folder of the notebooks."
                if chosen.is_file()
                else f"There is no folder {chosen}; name the folder of the notebooks.",
                chosen,
            )
        return chosen
    home = Path(workbench.__file__).parents[1]
    if (home / "notebooks").is_dir() and (home / "pyproject.toml").is_file():
        return home / "notebooks"
    # The installed ones are shared by all users: each works on a copy.
    packaged, target = Path(sys.prefix) / "share" / "workbench" / "notebooks", Path.cwd() / "notebooks"
    if not packaged.is_dir():
        raise ProjectError(
            f"The notebooks are not installed in {packaged}; name their folder with --folder.", packaged
        )
    is_new = not target.exists()
    try:
        if is_new or _is_ours(target):
            _put_aside(target)
            _refresh(packaged, target, is_new=is_new)
    except (OSError, UnwritableFile) as error:
        reason = error if isinstance(error, UnwritableFile) else f"{error.strerror}."
        if is_new:
            raise ProjectError(f"The notebooks cannot be copied to {target}: {reason}", target) from error
        _say(f"The notebooks in {target} cannot be brought up to date: {reason}")
    return target


def _is_ours(folder: Path) -> bool:
    return (folder / COPIED).is_file() or (folder / HOME).is_file() or _is_flat(folder)


def _is_flat(folder: Path) -> bool:
    return not (folder / "boards").is_dir() and any(
        (folder / f"{name}.ipynb").is_file() for name in FLAT_LAYOUT
    )


def _put_aside(folder: Path) -> None:
    """Move the notebooks of the earlier layout, with whatever was changed in them, into a folder of their own."""
    if not _is_flat(folder):
        return
    names = itertools.chain([EARLIER], (f"{EARLIER}-{number}" for number in itertools.count(2)))
    kept = next(folder / name for name in names if not (folder / name).exists())
    kept.mkdir()
    for path in (folder / f"{name}.ipynb" for name in FLAT_LAYOUT):
        if path.is_file():
            path.rename(kept / path.name)
    _say(f"The notebooks are now in folders by domain; the earlier ones are kept in {kept}")


def _refresh(packaged: Path, target: Path, *, is_new: bool) -> None:
    """Copy what is missing and what is newer; a notebook whose cells were changed stays, and is named."""
    copied = _read_copied(target / COPIED)
    refreshed, kept = [], []
    for name, source in _files(packaged):
        wanted, path = _digest(source), target / name
        found = _digest(path) if path.is_file() else ""
        if found and found not in (wanted, copied.get(name)):
            if wanted != copied.get(name):
                kept.append(name)
            continue
        if found != wanted:
            write_bytes(path, source.read_bytes())
            refreshed.append(name)
        copied[name] = wanted
    if refreshed or not (target / COPIED).is_file():
        write_text(target / COPIED, json.dumps(copied, indent=1))
    if refreshed and not is_new:
        _say(f"Brought up to date in {target}: {', '.join(refreshed)}")
    if kept:
        _say(
            f"You have changed these notebooks in {target}, so they stay as they are: {', '.join(kept)}. "
            "To have the new version of one, rename yours."
        )


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in path.parts:
            yield path.relative_to(folder).as_posix(), path


def _digest(path: Path) -> str:
    """Tell one notebook from another by its cells: one that was only run, or only saved, is unchanged."""
    content = path.read_bytes()
    try:
        cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(content)["cells"]]
        content = json.dumps(cells).encode()
    except (ValueError, TypeError, KeyError):
        pass  # No notebook, or a damaged one: its bytes tell.
    return hashlib.sha256(content).hexdigest()


def _read_copied(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(name): str(digest) for name, digest in found.items()} if isinstance(found, dict) else {}


def _say(sentence: str) -> None:
    console().print(sentence, markup=False)
