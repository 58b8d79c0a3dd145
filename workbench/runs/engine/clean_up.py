"""Deleting old runs: their rows leave the journal; the results that they wrote stay where they are."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.files import facts, walked
from workbench.runs.engine.start import runs
from workbench.runs.journal.writer import Journal
from workbench.runs.model.project import ProjectOrFolder, journal_path_of
from workbench.runs.model.read_only import refuse_viewer
from workbench.runs.model.records import RunRecord

__all__ = ["CleanUp", "delete_runs", "old_runs"]


@dataclass(frozen=True, slots=True)
class CleanUp:
    """What was deleted, what was kept and why, and how many bytes the journal has become smaller."""

    deleted: tuple[str, ...]
    kept: Mapping[str, str]
    bytes_freed: int


def old_runs(project: ProjectOrFolder, days: float) -> list[RunRecord]:
    """List the ended runs that are older than so many days, oldest last."""
    until = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
    return [record for record in runs(project, until=until, limit=100_000) if record.state.is_final]


def delete_runs(project: ProjectOrFolder, ids: Sequence[str]) -> CleanUp:
    """Delete runs from a project's history.

    An unfinished run is kept, and so is one that a kept run resumed: its finished units are recognised by it.

    Parameters
    ----------
    project
        A project, or the path of its folder.
    ids
        Ids of the runs.

    Raises
    ------
    UnknownRun
        When the journal has no such run; nothing is deleted.
    JournalError
        When the journal cannot be written.
    ViewerRefused
        In a process that serves readers.
    """
    refuse_viewer("Deleting runs")
    path = journal_path_of(project)
    journal = Journal.open(path)
    wanted = {record.id: record for record in (journal.reader.run(identity) for identity in ids)}
    everything = journal.reader.runs(limit=-1)
    kept = {record.id: f"it is {record.state}" for record in wanted.values() if not record.state.is_final}
    # Until nothing changes: what keeps one may itself be kept by another.
    while True:
        staying = [record for record in everything if record.id not in wanted or record.id in kept]
        held = {record.resumed_from: record.id for record in staying if record.resumed_from}
        more = {name: f"{held[name]} resumed it" for name in wanted if name in held and name not in kept}
        if not more:
            break
        kept |= more
    leaving = [record for name, record in wanted.items() if name not in kept]
    before = _size(journal)
    journal.delete([record.number for record in leaving], shrink=all(r.state.is_final for r in everything))
    return CleanUp(tuple(record.id for record in leaving), kept, max(0, before - _size(journal)))


def _size(journal: Journal) -> int:
    sizes = (facts(file) for file in walked(journal.path.parent, f"{journal.path.name}*"))
    return sum(found.st_size for found in sizes if found is not None)
