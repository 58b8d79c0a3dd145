"""The root of the tree."""

from __future__ import annotations

from typing import ClassVar

__all__ = ["WorkbenchError"]


class WorkbenchError(Exception):
    """Base of all errors that the workbench raises on purpose."""

    caused_by_input: ClassVar[bool] = False
    """Whether an input or a setting has to be corrected first: trying the same again would fail again."""

    @property
    def details(self) -> tuple[str, ...]:
        """What the sentence sums up, a line each; empty where the sentence says all."""
        return ()

    def __str__(self) -> str:
        # KeyError, one of the builtin bases below, would show the repr of the message.
        return Exception.__str__(self)
