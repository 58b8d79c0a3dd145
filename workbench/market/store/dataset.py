"""A dataset's folder: what lies where, which version is current, and who may write.

::

    nem/
      market.toml                     the description, for people to change
      current.json                    the version that readers open
      versions/000042.json            a version: the list of every file it is made of
      facts/                          descriptions and unit lists of the versions
      raw/<table>/<month>/…parquet    the record, one file a month (a file a day in the newest month)
      rollups/<name>/…arrow           sums and counts, memory-mapped
      incoming/                       files to ingest, where no other folder is named
      ingested.sqlite                 which files were ingested

It lies in ``<project>/results/market/<name>`` unless a setting names another folder, which several projects can
share. Files are never changed: a new version has new ones, and is there when ``current.json`` has been replaced.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.data.atomic import reason_of, sweep, write_text
from workbench.data.known_names import unknown_name
from workbench.data.projects.project import Project
from workbench.errors import InvalidData, ScenarioBusy, SettingError, UnreadableFile
from workbench.files import (
    changed_at,
    confine,
    inside,
    is_file,
    listed,
    open_descriptor,
    read_bytes,
    remove,
    subfolders,
    walked,
)
from workbench.market.model.description import FILE_NAME, MarketDescription
from workbench.market.model.nem import NEM
from workbench.market.model.units import UnitsRegister
from workbench.market.store.manifest import FACTS, RESTORE, Manifest
from workbench.runs.model.read_only import refuse_viewer
from workbench.structured import own_errors, read_json

DOMAIN = "market"
DEFAULT_NAME = "nem"
POINTER = "current.json"
VERSIONS = "versions"
RAW = "raw"
ROLLUPS = "rollups"
INCOMING = "incoming"
LEDGER = "ingested.sqlite"
LOCK = "writer.lock"


@dataclass(frozen=True, slots=True)
class _Pointer:
    version: int


def market_folder(project: Project, name: str = DEFAULT_NAME) -> Path:
    """Give the folder of a project's own dataset; it may not exist yet.

    Raises
    ------
    SettingError
        When the name cannot be the name of one folder.
    """
    return project.results_folder(DOMAIN, name)


def dataset_names(project: Project) -> tuple[str, ...]:
    """Name a project's own datasets in which something is published, in alphabetical order."""
    return tuple(name for name in subfolders(project.results / DOMAIN, holding=POINTER) if name[0] != ".")


def find_dataset(project: Project | Path | str, name: str | None = None) -> Path:
    """Find a dataset in which something is published.

    Parameters
    ----------
    project
        A project or its folder, or the folder of a dataset that several projects share.
    name
        Of the dataset; ``"nem"``, the default of the market's jobs, when left out, else the only one.

    Raises
    ------
    UnknownName
        When the project has no dataset of that name; the sentence lists those that it has.
    SettingError
        When no name is given and none of several datasets is the default.
    UnreadableFile
        When the project has no market data yet.
    """
    if not isinstance(project, Project):
        folder = Path(project).expanduser()
        if is_file(folder / FILE_NAME):
            return confine(folder)
        project = Project.open(folder)
    names = dataset_names(project)
    if not names:
        raise UnreadableFile(
            f"{project.folder} has no market data yet: ingest files with start('market_ingest', project), or make "
            "a sample with workbench.market.add_sample(project).",
            project.folder,
        )
    if name is None and DEFAULT_NAME not in names and len(names) > 1:
        raise SettingError(f"The project has several datasets, choose one: {', '.join(names)}.", "dataset")
    if name is not None and name not in names:
        raise unknown_name("dataset", name, names)
    return market_folder(project, name or (DEFAULT_NAME if DEFAULT_NAME in names else names[0]))


def create_dataset(folder: Path | str, description: MarketDescription) -> Path:
    """Make an empty dataset, or leave the one that is there.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    folder = confine(folder)
    if not is_file(folder / FILE_NAME):
        write_text(folder / FILE_NAME, description.to_toml())
    return folder


def read_description(path: Path) -> MarketDescription:
    """Read a description from its file.

    Raises
    ------
    UnreadableFile
        When there is none.
    InvalidData
        When it does not describe a market.
    """
    try:
        content = read_bytes(path)
    except OSError as error:
        raise UnreadableFile(
            f"{path.parent} is not a market dataset: {path.name} cannot be read: {reason_of(error)}", path
        ) from error
    description = MarketDescription.from_toml(content, path)
    if description.name == NEM.name and b"settlements" not in content:
        # Written before rules of settlement were part of a description.
        return replace(description, settlements=NEM.settlements)
    return description


def manifest_path(folder: Path, version: int) -> Path:
    """Give the file of a version."""
    return folder / VERSIONS / f"{version:06d}.json"


def pointer_stamp(folder: Path) -> int:
    """When the number of the current version was written [ns since 1970]; 0 before the first."""
    try:
        return changed_at(folder / POINTER)
    except OSError:
        return 0


def current_version(folder: Path) -> int:
    """Give the number of the version that readers open; 0 before the first.

    Raises
    ------
    InvalidData
        When the pointer is damaged.
    """
    path = folder / POINTER
    if not is_file(path):
        return 0
    with own_errors(path, "the pointer of a dataset", error=InvalidData, advice=RESTORE):
        return read_json(path, _Pointer, advice=RESTORE, others=True).version


def set_current(folder: Path, manifest: Manifest) -> None:
    """Write a version and have readers open it.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    write_text(manifest_path(folder, manifest.version), manifest.to_json())
    write_text(folder / POINTER, json.dumps({"version": manifest.version}) + "\n")


def read_manifest(folder: Path, version: int) -> Manifest:
    """Read a version.

    Raises
    ------
    UnreadableFile
        When it is missing or damaged.
    """
    path = manifest_path(folder, version)
    with own_errors(path, "a version of a dataset", advice=RESTORE):
        return Manifest.from_json(read_bytes(path), path)


def read_units(folder: Path, manifest: Manifest) -> UnitsRegister:
    """Read the units of a version.

    Raises
    ------
    UnreadableFile
        When they are missing or damaged.
    """
    path = inside(folder, manifest.units)
    with own_errors(path, "the units of a dataset", advice=RESTORE):
        return UnitsRegister.from_json(read_bytes(path), path)


class VersionHold:
    """A version that stays on disk as long as this process holds it.

    The hold is a shared lock on the version's own file, which the system drops when the process ends, however it
    ends. Nothing is written, so that a read-only copy can be read.
    """

    def __init__(self, folder: Path, version: int) -> None:
        self.version = version
        self._descriptor = open_descriptor(manifest_path(folder, version))
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            if os.fstat(self._descriptor).st_nlink == 0:
                raise FileNotFoundError(manifest_path(folder, version))
        except OSError:
            self.release()
            raise

    def release(self) -> None:
        """Let go of it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def hold_current(folder: Path) -> VersionHold:
    """Hold the version that is current now.

    Raises
    ------
    UnreadableFile
        When there is no dataset, or nothing has been published in it.
    """
    for _ in range(100):
        version = current_version(folder)
        if not version:
            what = "has nothing published yet" if is_file(folder / FILE_NAME) else "is not a market dataset"
            raise UnreadableFile(f"{folder} {what}; ingest data into it first.", folder)
        # Between looking and holding a writer may have replaced and removed it: then there is a newer one.
        with contextlib.suppress(FileNotFoundError, BlockingIOError):
            return VersionHold(folder, version)
    raise UnreadableFile(f"{manifest_path(folder, version)} is missing. {RESTORE}", folder)


@contextlib.contextmanager
def writing_alone(folder: Path) -> Iterator[None]:
    """Keep other writers out of a dataset; readers are not concerned.

    Raises
    ------
    ScenarioBusy
        When another process, or another run of this one, writes.
    ViewerRefused
        When this process serves readers.
    """
    refuse_viewer("Writing market data")
    descriptor = open_descriptor(folder / LOCK, os.O_RDWR | os.O_CREAT)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ScenarioBusy(
                f"Another run is writing {folder}; wait until it is done, or cancel it."
            ) from None
        yield
    finally:
        os.close(descriptor)


def remove_unused(folder: Path) -> int:
    """Remove versions that nobody holds and that are not current, and the files that no version needs.

    Call it only while :func:`writing_alone`.

    Returns
    -------
    int
        How many files were removed.
    """
    current = current_version(folder)
    needed: set[str] = set()
    # Nobody else writes here meanwhile: what is unfinished is what a killed process left.
    removed = sweep(folder / VERSIONS, older_than=0)
    for path in [path for path in listed(folder / VERSIONS) if re.fullmatch(r"\d+\.json", path.name)]:
        version = int(path.stem)
        if version != current and _remove_if_free(path):
            removed += 1
            continue
        needed |= read_manifest(folder, version).files()
    for part in (RAW, ROLLUPS, FACTS):
        for path in walked(folder / part):
            if path.relative_to(folder).as_posix() not in needed:
                with contextlib.suppress(OSError):
                    remove(path)
                    removed += 1
    return removed


def _remove_if_free(path: Path) -> bool:
    with contextlib.suppress(OSError):
        descriptor = open_descriptor(path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove(path)
            return True
        finally:
            os.close(descriptor)
    return False
