"""Notes that hold for several fields: said once, with the names of the fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.data.notes import Notes

__all__ = ["FieldNotes"]

MAX_NAMED = 5


class FieldNotes:
    """Collects what is assumed, missing or doubtful of fields."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[list[str], dict[str, Any]]] = {}

    def add(self, kind: str, field: str, text: str, **where: Any) -> None:
        """Take a note of a field.

        Parameters
        ----------
        kind
            ``assumption``, ``omission``, ``doubt`` or ``unused``.
        field
            Its name.
        text
            Without the name.
        where
            As of :class:`~workbench.data.notes.Notes`.
        """
        self._found.setdefault((kind, text), ([], where))[0].append(field)

    def into(self, notes: Notes) -> None:
        """Give all notes to those of a result, each once."""
        for (kind, text), (fields, where) in self._found.items():
            more = f" and {len(fields) - MAX_NAMED} more" if len(fields) > MAX_NAMED else ""
            say: Callable[..., None] = getattr(notes, kind)
            say(f"{', '.join(fields[:MAX_NAMED])}{more}: {text}", **where)
