"""Where a value comes from, and which of several values counts.

Every value is measured, given, derived (by a rule that is named), assumed (a default of ours) or missing, and
counts in that order::

    peak = prefer(
        "peak of 2025",
        Sourced.measured(5774.0, "hourly.xlsx"),
        Sourced.assumed(5524.0, "load factor 65 %"),
    )
    peak.value, peak.origin      # 5774.0, Origin.MEASURED
    peak.passed_over             # the assumed one, to be said where the choice is made
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

__all__ = ["Choice", "Origin", "Sourced", "prefer", "weakest"]

V = TypeVar("V")


class Origin(StrEnum):
    """Where a value comes from; earlier ones override later ones."""

    MEASURED = "measured"
    """Read from an instrument or an account of what happened."""
    GIVEN = "given"
    """Stated by a person in an input or a setting."""
    DERIVED = "derived"
    """Computed from measured or given values by a rule that is named."""
    ASSUMED = "assumed"
    """A default of the workbench, or derived from one."""
    MISSING = "missing"
    """Not known; never 0."""

    @property
    def rank(self) -> int:
        """Place in the order of precedence, 0 for what counts most."""
        return _ORDER.index(self)

    @property
    def is_known(self) -> bool:
        """Whether there is a value at all."""
        return self is not Origin.MISSING


_ORDER = tuple(Origin)


@dataclass(frozen=True, slots=True)
class Sourced(Generic[V]):
    """A value with where it comes from.

    Parameters
    ----------
    value
        The value; None when it is missing.
    origin
        How it is known.
    source
        File, sheet and cell, setting, service or rule, as a person would name it.
    """

    value: V | None
    origin: Origin
    source: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) != (self.origin is Origin.MISSING):
            raise ValueError(
                f"A value is missing exactly when it is None, not {self.value!r} ({self.origin})."
            )

    @classmethod
    def measured(cls, value: V, source: str) -> Sourced[V]:
        """Make a measured value."""
        return cls(value, Origin.MEASURED, source)

    @classmethod
    def given(cls, value: V, source: str) -> Sourced[V]:
        """Make a value that a person stated."""
        return cls(value, Origin.GIVEN, source)

    @classmethod
    def derived(cls, value: V, rule: str, *parts: Sourced[Any]) -> Sourced[V]:
        """Make a value that follows from others by a rule: assumed as soon as one of them is.

        A missing part makes the whole missing: use :meth:`missing`.
        """
        origin = (
            Origin.ASSUMED if weakest(part.origin for part in parts) is Origin.ASSUMED else Origin.DERIVED
        )
        return cls(value, origin, rule)

    @classmethod
    def assumed(cls, value: V, rule: str) -> Sourced[V]:
        """Make a value that the workbench takes where nothing is known."""
        return cls(value, Origin.ASSUMED, rule)

    @classmethod
    def missing(cls, source: str = "") -> Sourced[V]:
        """Make a value that is not known."""
        return cls(None, Origin.MISSING, source)

    def __str__(self) -> str:
        shown = "missing" if self.value is None else f"{self.value} ({self.origin})"
        return f"{shown}, {self.source}" if self.source else shown


@dataclass(frozen=True, slots=True)
class Choice(Generic[V]):
    """What was chosen among several values of one quantity.

    Parameters
    ----------
    quantity
        What it is a value of.
    chosen
        The one that counts.
    passed_over
        The known others, in the order of precedence.
    """

    quantity: str
    chosen: Sourced[V]
    passed_over: tuple[Sourced[V], ...] = field(default=())

    @property
    def value(self) -> V | None:
        """The chosen value."""
        return self.chosen.value

    @property
    def origin(self) -> Origin:
        """How the chosen value is known."""
        return self.chosen.origin

    def __str__(self) -> str:
        others = "; ".join(str(other) for other in self.passed_over)
        return f"{self.quantity}: {self.chosen}" + (f"; passed over: {others}" if others else "")


def prefer(quantity: str, *candidates: Sourced[V]) -> Choice[V]:
    """Choose the value that counts: measured before given before derived before assumed.

    Parameters
    ----------
    quantity
        What the candidates are values of.
    *candidates
        Where two are known in the same way, the earlier one counts.
    """
    ordered = sorted(candidates, key=lambda candidate: candidate.origin.rank)
    known = [candidate for candidate in ordered if candidate.origin.is_known]
    if not known:
        return Choice(quantity, ordered[0] if ordered else Sourced.missing())
    return Choice(quantity, known[0], tuple(known[1:]))


def weakest(origins: Iterable[Origin]) -> Origin:
    """Give the origin of what is made of parts: missing when one is missing, else assumed when one is.

    Of no parts at all it is missing.
    """
    return max(origins, key=lambda origin: origin.rank, default=Origin.MISSING)
