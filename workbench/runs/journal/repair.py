"""The repair of a journal: what can be read goes into a new one, and the damaged file is put aside."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from workbench.errors import ControlRefused, JournalError, JournalTooNew
from workbench.files import confine, is_file, move, open_descriptor, remove
from workbench.files.repaired import Aside, Repaired
from workbench.files.salvage import opened_copy, problems_of, refusal_to_write
from workbench.runs.journal.opening import files_of, has_current_definitions, marks_of_aside, open_to_read
from workbench.runs.journal.paths import project_of, unfollowed
from workbench.runs.journal.reader import JournalReader
from workbench.runs.journal.recovery import Recovery, define
from workbench.runs.model.read_only import refuse_viewer
from workbench.runs.model.states import RunState
from workbench.shell import command

__all__ = ["repair_journal"]


def repair_journal(path: Path, aside: Aside) -> list[Repaired]:
    """Save what can be read of a damaged journal, and of those that were put aside when runs began new ones.

    Parameters
    ----------
    path
        The journal of a project.
    aside
        Where the damaged files go.

    Returns
    -------
    list of Repaired
        Empty where everything is whole.

    Raises
    ------
    ControlRefused
        When a run is still being written.
    JournalError
        When the journal is locked, or what was saved cannot be written; nothing was changed.
    JournalTooNew
        When a newer workbench wrote it.
    LinkRefused
        When a part of its path is a link.
    ViewerRefused
        In a process that serves readers.
    """
    refuse_viewer("Repairing a journal")
    confine(project_of(path))
    path = unfollowed(path)
    damaged = [(f"{path.name}{mark}", files_of(path, mark)) for mark in marks_of_aside(path)]
    what = "it was put aside when a run began a new journal, and was damaged or foreign"
    found = {name: what for name, _ in damaged}
    sources = [files for _, files in damaged]
    if is_file(path):
        problem = _problem_of(path)
        if problem:
            found[path.name] = problem
            damaged.append((path.name, files_of(path)))
        sources.append(files_of(path))
    if not damaged:
        _refuse_living(path)
        return []
    with tempfile.TemporaryDirectory(prefix="workbench-repair-") as folder:
        saved, lost = _recover(sources, new := Path(folder, path.name), project_of(path))
        moved = [files for files in sources if is_file(files[0])]
        if not aside.dry_run:
            _replace(path, new, moved, aside)
    return [
        Repaired(
            path.with_name(name),
            f"{damage}.",
            # Said once for all: the new journal is one.
            saved if number == len(damaged) else (),
            lost if number == len(damaged) else (),
            aside.folder / path.with_name(name).relative_to(project_of(path)),
        )
        for number, (name, damage) in enumerate(found.items(), 1)
    ]


def _refuse_living(path: Path) -> None:
    if is_file(path):
        reader = JournalReader(path)
        live = reader.runs(states=[state for state in RunState if not state.is_final])
        reader.close()
        _refuse([record.id for record in live if not record.owner.is_gone()], project_of(path))


def _refuse(living: Sequence[str], project: Path) -> None:
    if living:
        raise ControlRefused(
            f"{living[0]} is still running: repair the project when it has ended, or end it with "
            f"`{command('cancel', living[0], '--abandon', project=project)}`.",
            living[0],
        )


def _problem_of(path: Path) -> str:
    """Say what is wrong with a journal, empty when it is whole."""
    try:
        with closing(open_to_read(path)) as connection:
            problems = problems_of(connection)
    except JournalTooNew:
        # A newer workbench has other tables, or it is the number of the version that is damaged.
        with opened_copy(files_of(path), define, {}) as copy:
            if not has_current_definitions(copy):
                raise
        return "its version is damaged"
    except JournalError as error:
        if error.__cause__ is not None:
            raise
        return "it is damaged, or not a journal of the workbench"
    if not problems:
        with opened_copy(files_of(path), define, {}) as copy:
            problems = [found] if (found := refusal_to_write(copy)) else []
    return f"SQLite finds: {'; '.join(problems[:3])}" if problems else ""


def _recover(
    sources: Sequence[Sequence[Path]], new: Path, project: Path
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    recovery = Recovery(new)
    for files in sources:
        recovery.take(files)
    _refuse(recovery.living(), project)
    recovery.finish()
    with closing(sqlite3.connect(new)) as connection:
        problems = problems_of(connection)
    if problems:
        raise JournalError(f"What was saved of the journal is not whole: {problems[0]}. Nothing was changed.")
    counts = recovery.saved
    saved = f"{counts['run']} runs with {counts['event']} events and {counts['unit']} finished units"
    return (f"{saved} are in the new journal.",), tuple(f"{sentence}." for sentence in recovery.lost)


def _replace(path: Path, new: Path, sources: Sequence[Sequence[Path]], aside: Aside) -> None:
    beside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with (
            new.open("rb") as source,
            os.fdopen(open_descriptor(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file,
        ):
            shutil.copyfileobj(source, file)
            file.flush()
            os.fsync(file.fileno())
        for files in sources:
            for file_of in filter(is_file, files):
                aside.put(file_of)
        move(beside, path)
    except OSError as error:
        raise JournalError(
            f"{path} could not be repaired: {error}. What was put aside is in {aside.folder}."
        ) from error
    finally:
        remove(beside)
