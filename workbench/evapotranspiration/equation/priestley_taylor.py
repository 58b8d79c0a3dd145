"""Reference evapotranspiration from radiation and temperature: where wind was not measured, or means nothing.

References
----------
.. [1] Priestley, C. H. B., Taylor, R. J. (1972). On the assessment of surface heat flux and evaporation using
   large-scale parameters. Monthly Weather Review 100(2), 81-92.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from workbench.data.arrays import Floats
from workbench.evapotranspiration.physics.atmosphere import (
    air_pressure,
    psychrometric_constant,
    vapour_pressure_slope,
)

ALPHA = 1.26
"""Over wet surfaces ([1], abstract)."""
DEPTH_OF_ENERGY = 0.408
"""Water that one MJ/m2 evaporates [mm] (FAO-56, equation 20)."""


def priestley_taylor(*, tmax: ArrayLike, tmin: ArrayLike, rn: ArrayLike, elevation: ArrayLike) -> Floats:
    """Reference evapotranspiration of days [mm d-1] ([1], equation 5), never below zero.

    Parameters
    ----------
    tmax, tmin
        Extremes of the day [degC].
    rn
        Net radiation [MJ m-2 d-1]; soil heat flux of a day counts as zero.
    elevation
        [m]

    Returns
    -------
    ndarray
        Of the broadcast shape.
    """
    mean = (np.asarray(tmax, dtype=float) + np.asarray(tmin, dtype=float)) / 2.0
    slope = vapour_pressure_slope(mean)
    share = slope / (slope + psychrometric_constant(air_pressure(elevation)))
    return np.asarray(np.maximum(ALPHA * share * DEPTH_OF_ENERGY * np.asarray(rn, dtype=float), 0.0))
