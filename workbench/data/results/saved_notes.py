"""The notes of a saved result, for itself and for the steps that start from it."""

from __future__ import annotations

from dataclasses import replace

from workbench.data.notes import Note, Notes
from workbench.data.results.scenario import Summary
from workbench.errors import InvalidData

__all__ = ["inherited_omissions", "notes_of"]

SHOWN_OMISSIONS = 3
"""Omissions that an error names; the others are counted."""


def notes_of(summary: Summary) -> Notes:
    """Give the notes that the summary of a saved result of any domain holds."""
    notes, facts = Notes(), summary.facts
    notes.extend(summary.notes or ())
    if summary.notes is not None:
        return notes
    # Version 0.1.0 kept sentences in lists of their own.
    failures = {**summary.failures, **facts.get("failed_years", {}), **facts.get("failed_sites", {})}
    for name, reason in failures.items():
        if "/" not in name:
            notes.omission(f"{name} is missing: {reason}")
    for text in (*summary.assumed, *facts.get("assumed", ())):
        notes.assumption(text)
    for text in summary.problems:
        notes.doubt(text)
    return notes


def inherited_omissions(notes: Notes, what: str, *, accept: bool) -> tuple[Note, ...]:
    """Give what a later step lacks because a result that it starts from is incomplete.

    Parameters
    ----------
    notes
        Of that result.
    what
        How a person calls it, such as ``"load profile 'base'"``.
    accept
        The setting ``accept_incomplete`` of the later step.

    Raises
    ------
    InvalidData
        When something is missing and that is not accepted; names it.
    """
    omissions = notes.omissions
    if omissions and not accept:
        missing = "; ".join(str(note) for note in omissions[:SHOWN_OMISSIONS])
        more = len(omissions) - SHOWN_OMISSIONS
        raise InvalidData(
            f"The {what} is incomplete: {missing}{f'; and {more} more' if more > 0 else ''}. Complete it, or "
            "accept what is missing with the setting accept_incomplete."
        )
    return tuple(
        replace(
            note, message=f"the {what} is incomplete: {note.message}", setting="accept_incomplete", tables=()
        )
        for note in omissions
    )
