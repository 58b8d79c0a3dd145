"""What can be asked of a year: its targets, what the shape has by itself, and which targets had to yield."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from workbench.data.arrays import Floats

MONTHS = 12


class TargetKind(StrEnum):
    """Kinds of targets, by which precedence is given."""

    ANNUAL_ENERGY = "annual_energy"
    MONTHLY_ENERGY = "monthly_energy"
    ANNUAL_PEAK = "annual_peak"
    MONTHLY_PEAK = "monthly_peak"
    LOAD_FACTOR = "load_factor"
    MINIMUM = "minimum"


PRECEDENCE = tuple(TargetKind)


class Transform(StrEnum):
    """Which hours take up the difference between the base month and its targets."""

    TAIL_DAY = "tail_day"
    """y = x (s + c w): w grows from 0 to 1 over the days with the highest peaks."""
    POWER = "power"
    """y = peak u^g, u = x / max(x)."""
    AFFINE = "affine"
    """y = a x + b."""
    RANK_LINEAR = "rank_linear"
    """y = x (s + c r), r the rank of the hour from 0 to 1."""
    MONTHLY_SCALING = "monthly_scaling"
    """y = s x: the energy is met, the peak is not."""


def no_months() -> Floats:
    """Twelve months without a target."""
    return np.full(MONTHS, np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class YearTargets:
    """What is given for a year; ``nan`` where nothing is.

    Parameters
    ----------
    year
        The year in which it ends.
    energy, monthly_energy
        [MWh]
    monthly_share
        Share of each month in the annual energy, 0 to 1.
    peak, monthly_peak, minimum, monthly_minimum
        [MW]
    load_factor, monthly_load_factor
        0 to 1.
    places
        Where each was given: name of the attribute -> words such as ``"sheet 'max_demand'"``.
    """

    year: int
    energy: float = np.nan
    monthly_energy: Floats = field(default_factory=no_months)
    monthly_share: Floats = field(default_factory=no_months)
    peak: float = np.nan
    monthly_peak: Floats = field(default_factory=no_months)
    load_factor: float = np.nan
    monthly_load_factor: Floats = field(default_factory=no_months)
    minimum: float = np.nan
    monthly_minimum: Floats = field(default_factory=no_months)
    places: Mapping[str, str] = field(default_factory=dict)


def has_months(targets: YearTargets) -> bool:
    """Whether something is given for single months."""
    monthly = (
        targets.monthly_energy,
        targets.monthly_share,
        targets.monthly_peak,
        targets.monthly_load_factor,
        targets.monthly_minimum,
    )
    return any(bool(np.isfinite(months).any()) for months in monthly)


def has_energy(targets: YearTargets) -> bool:
    """Whether the energy of the year is given, or follows from its months, or from peaks and load factors."""
    months = targets.monthly_energy
    derived = targets.monthly_load_factor * targets.monthly_peak
    peak = targets.peak if np.isfinite(targets.peak) else targets.monthly_peak.max()
    return bool(
        np.isfinite(targets.energy)
        or np.isfinite(np.where(np.isfinite(months), months, derived)).all()
        or (np.isfinite(targets.load_factor) and np.isfinite(peak))
    )


@dataclass(frozen=True, slots=True, eq=False)
class BaseMonths:
    """What the shape has by itself, before any target; twelve values each.

    Parameters
    ----------
    energy
        Energy of each month, in any unit.
    load_factor
        Mean over peak of each month.
    lowest
        Minimum over mean of each month.
    """

    energy: Floats
    load_factor: Floats
    lowest: Floats


@dataclass(frozen=True, slots=True)
class Conflict:
    """Targets that cannot all hold, and which one yields.

    Parameters
    ----------
    year
        The year.
    month
        0 to 11 in the order of the year; ``None`` for the year.
    yields, holds
        The weaker and the stronger kind.
    given, taken
        What was given for the weaker one, and what it is now; MWh, MW, or a load factor.
    sentence
        What was seen and what was done.
    """

    year: int
    month: int | None
    yields: TargetKind
    holds: TargetKind
    given: float
    taken: float
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class ReconciledTargets:
    """What each month must meet.

    Parameters
    ----------
    year
        The year.
    energy
        [MWh] of each month.
    peak, minimum
        [MW] of each month; ``nan`` where it is free.
    conflicts
        What had to yield.
    """

    year: int
    energy: Floats
    peak: Floats
    minimum: Floats
    conflicts: tuple[Conflict, ...]
