"""Independent pieces of a run, and the outcome of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, cast

from workbench.errors import UnitFailed
from workbench.runs.model.plain_values import plain_text

__all__ = ["Outcome", "Unit"]

if TYPE_CHECKING:
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
