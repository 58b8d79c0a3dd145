"""What a run tells of its data: the problems of its inputs in its log, the files of its result as artifacts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.data.made_up import MADE_UP_NOTE
from workbench.data.notes import NoteKind, Notes
from workbench.data.problems import Problem, Severity
from workbench.data.results.scenario import SUMMARY_FILE
from workbench.runs.model.states import Level

if TYPE_CHECKING:
    from workbench.runs import Job

__all__ = ["log_problems", "report_files", "report_made_up", "report_notes"]


def log_problems(job: Job, problems: Iterable[Problem]) -> None:
    """Put problems into the log of a run, a change of the data as a warning."""
    for problem in problems:
        job.log(str(problem), level=Level.ERROR if problem.severity is Severity.ERROR else Level.WARNING)


def report_made_up(job: Job, made_up: bool) -> None:
    """Head the report of a run whose inputs are made up with that, whatever the project says of itself."""
    if made_up:
        job.caution(MADE_UP_NOTE)


def report_files(job: Job, files: Iterable[Path]) -> None:
    """Report the files of a saved result as artifacts of a run."""
    for path in files:
        job.artifact(path, "Settings and facts" if path.name == SUMMARY_FILE else path.stem)


def report_notes(job: Job, notes: Notes) -> None:
    """Put the notes of a result into the log of its run, the gravest first; what is missing makes it incomplete."""
    for note in notes.gravest():
        if note.kind is NoteKind.OMISSION:
            job.incomplete(str(note))
        else:
            job.log(f"{str(note.kind).capitalize()}: {note}", level=Level.WARNING)
