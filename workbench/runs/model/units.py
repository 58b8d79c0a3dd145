"""Independent pieces of a run, and the outcome of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, cast

from workbench.errors import UnitFailed
from workbench.runs.model.plain_values import plain_text

__all__ = ["NO_FILES", "Outcome", "Unit", "UnitFiles"]

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typing_extensions import TypeVar

    Result = TypeVar("Result", default=Any)
else:
    from typing import TypeVar

    Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Unit:
    """One independent piece of work.

    Attributes
    ----------
    key
        What it is, unique in its map: ``"Domestic/damped growth"``. With the hash of its arguments, this is
        how it is recognised on resume.
    arguments
        Positional arguments of the function; picklable where units run in other processes.
    stage
        Name of the child stage it belongs to; units with the same name form one stage.
    """

    key: str
    arguments: tuple[Any, ...] = ()
    stage: str = ""

    def __post_init__(self) -> None:
        # Texts from here on: what the journal, the report and a resume recognise a unit by.
        for name in ("key", "stage"):
            if type(value := getattr(self, name)) is not str or not value.isascii():
                object.__setattr__(self, name, plain_text(value))


@dataclass(frozen=True, slots=True)
class UnitFiles:
    """Which files the units of a map use, so that they can be computed where the project's folder is not shared.

    A worker that does not see the folder gets a copy of what is read. An argument that is the folder is the copy
    there; what a unit writes below ``writes`` of it comes back and is written here.

    Attributes
    ----------
    folder
        The folder of the project; None where the units use no file at all.
    reads
        Files and folders that they read, relative to it.
    writes
        Folder below which they write results, relative to it.
    before_writing
        Called in this process with the key of a unit before what it has written elsewhere replaces anything here.
    """

    folder: Path | None = None
    reads: tuple[str, ...] = ()
    writes: str = "results"
    before_writing: Callable[[str], None] | None = None


NO_FILES = UnitFiles()
"""For units that use nothing but their arguments."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Result]):
    """The outcome of one unit.

    Attributes
    ----------
    key
        Key of the unit.
    error
        Why it failed, in one line; None when it did not.
    seconds
        How long it took (s).
    remembered
        Whether the result was taken from an earlier run.
    """

    key: str
    result: Result | None = None
    error: str | None = None
    seconds: float = 0.0
    remembered: bool = False

    @property
    def value(self) -> Result:
        """The unit's result.

        Raises
        ------
        UnitFailed
            When the unit failed.
        """
        if self.error is not None:
            raise UnitFailed(f"{self.key}: {self.error}", self.key)
        return cast(Result, self.result)
