"""Reference evapotranspiration from temperature alone: the way out when nothing else was measured.

References
----------
.. [1] Hargreaves, G. H., Samani, Z. A. (1985). Reference crop evapotranspiration from temperature. Applied
   Engineering in Agriculture 1(2), 96-99, doi 10.13031/2013.26773; as equation 52 of FAO-56.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from workbench.data.arrays import Floats
from workbench.evapotranspiration.physics.radiation import extraterrestrial


def hargreaves(*, tmax: ArrayLike, tmin: ArrayLike, latitude: ArrayLike, day_of_year: ArrayLike) -> Floats:
    """Reference evapotranspiration of days [mm d-1] ([1], equation 52 of FAO-56), never below zero.

    Parameters
    ----------
    tmax, tmin
        Extremes of the day [degC].
    latitude
        [degrees]
    day_of_year
        1 to 366.

    Returns
    -------
    ndarray
        Of the broadcast shape.
    """
    high, low = np.asarray(tmax, dtype=float), np.asarray(tmin, dtype=float)
    in_water = 0.408 * extraterrestrial(latitude, day_of_year)
    spread = np.sqrt(np.maximum(high - low, 0.0))
    return np.asarray(np.maximum(0.0023 * ((high + low) / 2.0 + 17.8) * spread * in_water, 0.0))
