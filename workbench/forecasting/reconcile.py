"""Forecasts that add up: parts to their whole, revenue less costs to profit."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
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

    Returns
    -------
    dict
        The same keys; every sum is zero to rounding.

    References
    ----------
    Wickramasuriya, Athanasopoulos, Hyndman (2019), *J. Amer. Stat. Assoc.* 114, 804-819, MinT in the form of
    eq. 13, with the diagonal of the error covariance.
    """
    keys = list(paths)
    if not sums or not keys:
        return dict(paths)
    fixed = fixed or {}
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
