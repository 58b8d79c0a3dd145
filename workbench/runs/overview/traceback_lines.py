"""Tracebacks that a library prints or logs: they are for who looks for a fault, and so debug lines of the log."""

from __future__ import annotations

from workbench.runs.model.states import Level

__all__ = ["TracebackLines"]


class TracebackLines:
    """Tells the lines of a traceback from the others, in the order in which one thread writes them."""

    def __init__(self) -> None:
        self._inside = False

    def level_of(self, line: str, level: Level) -> Level:
        """Give the level of a line: debug inside a traceback, ``level`` for others and for the error at its end."""
        if "Traceback (most recent call last)" in line:
            self._inside = True
        elif not line.startswith(" "):
            self._inside = False
        return Level.DEBUG if self._inside else level
