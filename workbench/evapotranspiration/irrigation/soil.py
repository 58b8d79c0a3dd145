"""How much of the water of a soil plants and the air can take.

References
----------
.. [1] Allen et al. (1998). FAO Irrigation and Drainage Paper 56, chapters 7 and 8, tables 19 and 22.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from workbench.data.arrays import Floats

__all__ = [
    "adjusted_fraction",
    "evaporation_reduction",
    "stress_coefficient",
    "total_available",
]

FRACTION_LIMITS = (0.1, 0.8)


def total_available(available: ArrayLike, roots: ArrayLike) -> Floats:
    """Available water of the root zone, TAW [mm] ([1], equation 82).

    Parameters
    ----------
    available
        [mm per m of depth]
    roots
        Depth of the roots [m].
    """
    return np.asarray(np.asarray(available, dtype=float) * np.asarray(roots, dtype=float))


def adjusted_fraction(p: ArrayLike, evapotranspiration: ArrayLike) -> Floats:
    """Share of the available water without stress, at a day's demand [mm d-1] ([1], table 22, note 2)."""
    demand = np.asarray(evapotranspiration, dtype=float)
    return np.asarray(np.clip(np.asarray(p, dtype=float) + 0.04 * (5.0 - demand), *FRACTION_LIMITS))


def stress_coefficient(depletion: ArrayLike, available: ArrayLike, readily: ArrayLike) -> Floats:
    """Share of its transpiration that a crop keeps, Ks ([1], equation 84).

    Parameters
    ----------
    depletion
        Of the root zone [mm].
    available, readily
        TAW and RAW [mm].
    """
    return _falling(depletion, available, readily)


def evaporation_reduction(depletion: ArrayLike, evaporable: ArrayLike, readily: ArrayLike) -> Floats:
    """Share of its evaporation that a drying surface keeps, Kr ([1], equation 74); all in mm."""
    return _falling(depletion, evaporable, readily)


def _falling(depletion: ArrayLike, total: ArrayLike, readily: ArrayLike) -> Floats:
    most = np.asarray(total, dtype=float)
    span = np.maximum(most - np.asarray(readily, dtype=float), 1e-9)
    return np.asarray(np.clip((most - np.asarray(depletion, dtype=float)) / span, 0.0, 1.0))
