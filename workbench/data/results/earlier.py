"""The result that a scenario had before its last run, kept so that the two can be compared.

One result a scenario is kept, in ``.workbench/earlier/<domain>/<scenario>``, where no list of scenarios looks. Its
files are second names (hard links) of those that the new result replaces, so that keeping them takes no time, and
as much disk as the replaced files; where a disk has no second names they are copied, up to :data:`MAX_MEGABYTES`.
The folder ``.workbench/earlier`` can be deleted at any time.

It is kept before the first file of the new result is written, and only where the result there is whole. So a run
that is killed while it writes leaves the earlier result readable here.
"""

from __future__ import annotations

import contextlib
import datetime
import errno
import secrets
import warnings
from collections.abc import Collection, Mapping
from pathlib import Path

from workbench.data.atomic import TEMPORARY_PREFIX, sweep, write_bytes
from workbench.data.projects.project import Project
from workbench.data.results.scenario import SUMMARY_FILE, finished_scenarios
from workbench.data.results.tables import read_provenance
from workbench.errors import CopyNotKept, DataError, LinkRefused, UnreadableFile
from workbench.files import (
    changed_at,
    is_file,
    make_folder,
    move,
    read_bytes,
    remove_tree,
    second_name,
    size_of,
    subfolders,
    walked,
)
from workbench.structured import json_from

__all__ = ["earlier_folder", "earlier_results", "keep_earlier", "scenario_of_earlier"]

MAX_MEGABYTES = 500
"""Size [MB] up to which a result is copied where the disk gives no file a second name."""
_SUFFIXES = (".parquet", ".json", ".nc")
"""Files that a result is read from; what people exported is not kept."""
_WORD = " before"
_NO_SECOND_NAMES = (errno.EPERM, errno.EXDEV, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS)


def keep_earlier(project: Project, domain: str, scenario: str, stamp: str, tables: Collection[str]) -> None:
    """Keep the result that a scenario has, before another one takes its place.

    Parameters
    ----------
    project, domain, scenario
        Which result.
    stamp
        Of the result that comes: the same one again replaces nothing.
    tables
        Names of the files without which a result is not whole.

    Warns
    -----
    CopyNotKept
        When the earlier result cannot be kept, such as for want of room.
    """
    folder = project.results_folder(domain, scenario)
    home = earlier_folder(project, domain, scenario).parent
    _remove_gone(project, domain, home)
    try:
        own = _stamp_in(folder)
        if not own or own == stamp or not _is_whole(folder, own, tables):
            return
        temporary = home / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
        try:
            _fill(temporary, folder)
            remove_tree(home / scenario)
            move(temporary, home / scenario)
        finally:
            remove_tree(temporary)
    except (OSError, DataError) as error:
        if isinstance(error, LinkRefused) and error.file.is_relative_to(folder):
            # Where the new result is written, the same link is refused.
            return
        # The new result is worth more than the one before: where there is no room for both, it comes alone.
        told = f"The result that {scenario!r} had before was not kept, so that there is nothing to compare with: "
        warnings.warn(f"{told}{error}", CopyNotKept, 2)


def earlier_results(project: Project, domain: str) -> Mapping[str, str]:
    """Name the earlier results of a domain, such as ``BAU before 2026-11-30 09:15`` -> ``BAU``.

    The time is that of the result which took its place, by the clock of this machine.
    """
    found = {}
    for scenario in finished_scenarios(project, domain):
        folder = project.results_folder(domain, scenario)
        with contextlib.suppress(OSError, DataError):
            kept = _stamp_in(earlier_folder(project, domain, scenario))
            # Equal where a run was killed between keeping the result and writing the next one.
            if kept and kept != _stamp_in(folder):
                seconds = changed_at(folder / SUMMARY_FILE) / 1e9
                time = datetime.datetime.fromtimestamp(seconds).astimezone()
                found[f"{scenario}{_WORD} {time:%Y-%m-%d %H:%M}"] = scenario
    return found


def scenario_of_earlier(project: Project, domain: str, name: str) -> str:
    """Give the scenario whose earlier result has a name, with or without its time; empty where none has."""
    for label, scenario in earlier_results(project, domain).items():
        if name in (label, f"{scenario}{_WORD}"):
            return scenario
    return ""


def earlier_folder(project: Project, domain: str, scenario: str) -> Path:
    """Give the folder of the earlier result of a scenario; it may not exist."""
    checked = project.results_folder(domain, scenario)
    return project.earlier_folder / checked.parent.name / checked.name


def _stamp_in(folder: Path) -> str:
    path = folder / SUMMARY_FILE
    if not is_file(path):
        return ""
    plain = json_from(read_bytes(path), path, error=UnreadableFile, advice="")
    return str(plain.get("stamp", "")) if isinstance(plain, dict) else ""


def _is_whole(folder: Path, stamp: str, tables: Collection[str]) -> bool:
    """Whether summary and tables are of one run."""
    paths = [folder / f"{name}.parquet" for name in tables]
    return all(read_provenance(path).inputs.get("settings") == stamp for path in paths)


def _fill(target: Path, folder: Path) -> None:
    make_folder(target.parent)
    make_folder(target)
    files = [path for path in walked(folder) if path.suffix in _SUFFIXES]
    for path in files:
        own = target / path.relative_to(folder)
        make_folder(own.parent)
        try:
            second_name(path, own)
        except OSError as error:
            if error.errno not in _NO_SECOND_NAMES or sum(map(size_of, files)) > MAX_MEGABYTES * 1e6:
                raise
            write_bytes(own, read_bytes(path))


def _remove_gone(project: Project, domain: str, home: Path) -> None:
    """Remove what was kept of scenarios that are gone, and what a killed process left behind."""
    with contextlib.suppress(OSError):
        sweep(home)
        finished = finished_scenarios(project, domain)
        for name in subfolders(home):
            if not name.startswith(".") and name not in finished:
                remove_tree(home / name)
