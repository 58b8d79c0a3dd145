"""Forecasts that add up: parts to their whole, revenue less costs to profit."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from workbench.data.arrays import Floats

__all__ = ["reconcile"]

Key = TypeVar("Key", bound=Hashable)


def reconcile(
    paths: Mapping[Key, Floats],
    spreads: Mapping[Key, float],
    sums: Sequence[Mapping[Key, float]],
    fixed: Mapping[Key, Floats] | None = None,
    never_negative: Collection[Key] = (),
) -> dict[Key, Floats]:
    """Change forecasts as little as possible so that all sums hold.

    An uncertain forecast moves more than a certain one: changes are weighted by variance.

    Parameters
    ----------
    paths
        Forecasts by key, each of shape ``(horizon,)``.
    spreads
        Standard deviation of each, in the same unit.
    sums
        Linear combinations that must be zero: ``{total: 1, north: -1, south: -1}``. They may depend on each other.
    fixed
        Forecasts that stay as they are, for the sums to refer to.
    never_negative
        Keys whose forecasts are zero where they would be below it; the others make up for it.

    Returns
    -------
    dict
        The same keys; every sum is zero to rounding.

    References
    ----------
    Wickramasuriya, Athanasopoulos, Hyndman (2019), *J. Amer. Stat. Assoc.* 114, 804-819, MinT in the form of
    eq. 13, with the diagonal of the error covariance. Wickramasuriya, Turlach, Hyndman (2020), *Statistics and
    Computing* 30, 1167-1182, for forecasts that are never negative (here by fixing those that would be at zero).
    """
    paths = {key: np.maximum(path, 0.0) if key in never_negative else path for key, path in paths.items()}
    made = _agreed(paths, spreads, sums, fixed or {})
    bounded = [key for key in never_negative if key in made]
    steps = [step for step in range(_length(made)) if any(made[key][step] < 0 for key in bounded)]
    for step in steps:
        at = slice(step, step + 1)
        here = {key: path[at] for key, path in paths.items()}
        given = {key: path[at] for key, path in (fixed or {}).items()}
        for key, value in _bounded(here, spreads, sums, given, bounded).items():
            made[key] = np.concatenate([made[key][:step], value, made[key][step + 1 :]])
    return made


def _bounded(
    paths: Mapping[Key, Floats],
    spreads: Mapping[Key, float],
    sums: Sequence[Mapping[Key, float]],
    fixed: Mapping[Key, Floats],
    bounded: Sequence[Key],
) -> dict[Key, Floats]:
    """Agree one step; what would be below zero is held there, and the others are agreed again."""
    held: dict[Key, Floats] = {}
    made = _agreed(paths, spreads, sums, fixed)
    while below := [key for key in bounded if made[key][0] < 0]:
        held |= dict.fromkeys(below, np.zeros(1))
        free = {key: path for key, path in paths.items() if key not in held}
        made = {**_agreed(free, spreads, sums, {**fixed, **held}), **held}
    return made


def _length(made: Mapping[Key, Floats]) -> int:
    return len(next(iter(made.values()), ()))


def _agreed(
    paths: Mapping[Key, Floats],
    spreads: Mapping[Key, float],
    sums: Sequence[Mapping[Key, float]],
    fixed: Mapping[Key, Floats],
) -> dict[Key, Floats]:
    keys = list(paths)
    if not sums or not keys:
        return dict(paths)
    places = {key: place for place, key in enumerate(keys)}
    base = np.stack([paths[key] for key in keys])
    constraints = np.zeros((len(sums), len(keys)))
    given = np.zeros((len(sums), base.shape[1]))
    for row, combination in enumerate(sums):
        for key, factor in combination.items():
            if key in fixed:
                given[row] += factor * fixed[key]
            else:
                constraints[row, places[key]] += factor
    spread = np.array([spreads[key] for key in keys])
    # What never varied may still have to move a little, when nothing else can.
    root = np.maximum(spread, 1e-6 * max(float(spread.max()), 1e-12))
    root = root / root.max()
    scaled = constraints * root
    changed = base
    # Twice: what is left after the first projection is rounding of large figures.
    for _ in range(2):
        missing = given + constraints @ changed
        changed = changed - root[:, None] * np.linalg.lstsq(scaled, missing, rcond=1e-12)[0]
    return {key: changed[place] for key, place in places.items()}
